//! Namespaces: made, listed, shown, changed and deleted, with all that is in them.

use super::{Metadefs, find, or_duplicate};
use crate::db::{NamespacePage, NamespaceScope, Session, TagPage};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::errors;
use crate::domain::metadef::full_namespace::FullNamespace;
use crate::domain::metadef::namespace::{Contents, Namespace, NewNamespace};
use crate::domain::metadef::property::Property;
use crate::domain::metadef::query::{NamespaceQuery, TagKey};
use crate::domain::metadef::resource_type::Association;
use crate::domain::metadef::storable::{MetadefChange, check_contents, check_namespace};
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::query::Direction;
use crate::domain::text::without_nul;
use crate::{Error, Result};

/// A namespace that was just made, with what came with it.
#[derive(Debug)]
pub struct CreatedNamespace {
    /// The namespace.
    pub namespace: Namespace,
    /// The contents that came with it, unchanged.
    pub contents: Contents,
}

/// A page of a list.
#[derive(Debug)]
pub struct NamespaceList {
    /// The namespaces, in the order that was asked for, each with the resource types it is for.
    pub namespaces: Vec<(Namespace, Vec<Timestamped<Association>>)>,
    /// The name of the namespace after which the next page begins, if there may be one.
    pub next: Option<String>,
}

impl Metadefs<'_> {
    /// Makes a namespace and what comes with it: all of it, or nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create(&self, new: NewNamespace) -> Result<CreatedNamespace> {
        if self.caller.read_only {
            return Err(Error::ReadOnlyAccess);
        }
        self.may_add(&new.contents)?;
        check_namespace(MetadefChange::Create, &new)?;
        let id = self.app.new_id().to_string();
        let now = self.app.clock.now();
        let namespace = new.namespace(id, self.project(), now);
        let mut db = self.app.db.write().await?;
        let inserted = db.insert_namespace(&namespace).await;
        inserted
            .map_err(|error| or_duplicate(error, || errors::namespace_exists(&new.namespace)))?;
        new.contents.without_duplicates(&new.namespace)?;
        check_contents(&new.contents)?;
        fill(&mut db, &namespace, &new.contents).await?;
        self.notify_created(&mut db, &namespace, &new.contents);
        db.commit().await?;
        Ok(CreatedNamespace {
            namespace,
            contents: new.contents,
        })
    }

    /// Notifies of a namespace and of all that came with it, in Glance's order.
    fn notify_created(&self, db: &mut Session, namespace: &Namespace, contents: &Contents) {
        let (name, now) = (&namespace.namespace, namespace.created_at);
        self.notify(db, EventType::NamespaceCreate, || {
            notification::namespace(namespace)
        });
        for item in contents.associations.iter().flatten() {
            let made = || notification::association(name, &Timestamped::new(item.clone(), now));
            self.notify(db, EventType::ResourceTypeCreate, made);
        }
        for item in contents.objects.iter().flatten() {
            let made = || notification::object(name, &Timestamped::new(item.clone(), now));
            self.notify(db, EventType::ObjectCreate, made);
        }
        for item in contents.tags.iter().flatten() {
            let made = || notification::tag(name, &Timestamped::new(item.clone(), now));
            self.notify(db, EventType::TagCreate, made);
        }
        for (property, definition) in contents.properties.iter().flat_map(|all| all.iter()) {
            let (property, definition) = (property.clone(), definition.clone());
            self.notify(db, EventType::PropertyCreate, || {
                let property = Property {
                    name: property,
                    definition,
                };
                notification::property(name, &property)
            });
        }
    }

    fn may_add(&self, contents: &Contents) -> Result<()> {
        self.may_at_all(Rule::AddMetadefNamespace)?;
        let is_some = |value: Option<usize>| value.is_some_and(|count| count > 0);
        if is_some(contents.associations.as_ref().map(Vec::len)) {
            self.may_at_all(Rule::AddMetadefResourceTypeAssociation)?;
        }
        if is_some(contents.objects.as_ref().map(Vec::len)) {
            self.may_at_all(Rule::AddMetadefObject)?;
        }
        if is_some(contents.properties.as_ref().map(|property| property.len())) {
            self.may_at_all(Rule::AddMetadefProperty)?;
        }
        if is_some(contents.tags.as_ref().map(Vec::len)) {
            self.may_at_all(Rule::AddMetadefTag)?;
        }
        Ok(())
    }

    /// A page of the namespaces that the caller may know of.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list(&self, query: &NamespaceQuery) -> Result<NamespaceList> {
        self.may_at_all(Rule::GetMetadefNamespaces)?;
        self.may_at_all(Rule::ListMetadefResourceTypes)?;
        let mut db = self.app.db.read().await?;
        let after = match &query.marker {
            Some(marker) => Some(self.marker(&mut db, marker).await?),
            None => None,
        };
        let types = query.resource_types.as_ref();
        let page = NamespacePage {
            scope: match self.project() {
                _ if self.caller.admin => NamespaceScope::All,
                Some(project) => NamespaceScope::PublicAndOwnedBy(project),
                None => NamespaceScope::Public,
            },
            visibility: query.visibility.as_deref(),
            resource_types: types.map(|value| {
                value
                    .iter()
                    .filter_map(|value| without_nul(value))
                    .collect()
            }),
            sort: query.sort,
            after: after.as_ref(),
            limit: query.limit,
        };
        let mut namespaces = db.namespaces(&page).await?;
        let full = i64::try_from(namespaces.len()).is_ok_and(|try_from| try_from == query.limit);
        namespaces.retain(|namespace| self.passes(Rule::GetMetadefNamespace, namespace));
        let next = namespaces.last().filter(|_| full);
        let next = next.map(|value| value.namespace.clone());
        let namespaces = with_associations(&mut db, namespaces).await?;
        Ok(NamespaceList { namespaces, next })
    }

    async fn marker(&self, db: &mut Session, name: &str) -> Result<Namespace> {
        if name.is_empty() {
            return Err(errors::empty_marker());
        }
        let found = find(db, name).await?;
        let found = found.ok_or_else(|| errors::no_namespace(name))?;
        if found.is_visible_to(self.caller) {
            Ok(found)
        } else {
            Err(errors::invisible_marker(name))
        }
    }

    /// Shows a namespace and all that is in it, with the names that properties have on this type of
    /// resource.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn show(&self, name: &str, resource_type: Option<&str>) -> Result<FullNamespace> {
        let mut db = self.app.db.read().await?;
        let found = find(&mut db, name).await?;
        let namespace = found.ok_or_else(|| errors::no_namespace(name))?;
        if !namespace.is_visible_to(self.caller) {
            return Err(Error::ResourceNotFound);
        }
        for rule in [
            Rule::GetMetadefNamespace,
            Rule::ListMetadefResourceTypes,
            Rule::GetMetadefObjects,
            Rule::GetMetadefProperties,
            Rule::GetMetadefTags,
        ] {
            self.may(rule, &namespace)?;
        }
        let whole = whole(&mut db, namespace).await?;
        Ok(match resource_type {
            Some(resource_type) => whole.prefixed_for(resource_type),
            None => whole,
        })
    }

    /// Changes a namespace: what is not said is unset. Its contents stay.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn update(&self, name: &str, new: &NewNamespace) -> Result<Namespace> {
        let mut db = self.app.db.write().await?;
        let before = self.see_and_hold(&mut db, name).await?;
        self.may(Rule::ModifyMetadefNamespace, &before)?;
        check_namespace(MetadefChange::Update, new)?;
        let mut namespace = new.namespace(before.id, self.project(), self.app.clock.now());
        namespace.created_at = before.created_at;
        if namespace.owner.as_deref() == Some("") {
            namespace.owner = self.project().map(str::to_owned);
        }
        db.update_namespace(&namespace);
        self.notify(&mut db, EventType::NamespaceUpdate, || {
            notification::namespace_update(&namespace, name)
        });
        let saved = db.commit().await.map_err(Error::from);
        saved.map_err(|error| or_duplicate(error, || errors::namespace_taken(&new.namespace)))?;
        Ok(namespace)
    }

    /// Deletes a namespace and all that is in it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn delete(&self, name: &str) -> Result<()> {
        let (mut db, namespace) = self.see_to_clear(name, &[]).await?;
        db.delete_namespace(&namespace.id);
        self.notify_deleted(&mut db, EventType::NamespaceDelete, || {
            notification::namespace(&namespace)
        });
        Ok(db.commit().await?)
    }

    /// *See*, *may* and *state* for deleting a namespace, or everything of one kind in it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(super) async fn see_to_clear(
        &self,
        name: &str,
        rules: &[Rule],
    ) -> Result<(Session, Namespace)> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, name).await?;
        self.may(Rule::DeleteMetadefNamespace, &namespace)?;
        for rule in rules {
            self.may(*rule, &namespace)?;
        }
        if namespace.protected {
            return Err(errors::namespace_protected(name));
        }
        Ok((db, namespace))
    }
}

/// Writes what comes with a new namespace, all of it at the time when the namespace came.
pub(super) async fn fill(
    db: &mut Session,
    namespace: &Namespace,
    contents: &Contents,
) -> Result<()> {
    let kept = (namespace.created_at, namespace.updated_at);
    let associations: Vec<_> = keep(contents.associations.as_ref(), kept);
    db.insert_associations(&namespace.id, associations.iter())
        .await?;
    let objects: Vec<_> = keep(contents.objects.as_ref(), kept);
    db.insert_objects(&namespace.id, objects.iter()).await?;
    if let Some(tags) = &contents.tags {
        db.insert_metadef_tags(&namespace.id, tags.iter(), kept.0, kept.1)
            .await?;
    }
    if let Some(properties) = &contents.properties {
        db.insert_properties(&namespace.id, properties.iter(), kept.0, kept.1)
            .await?;
    }
    Ok(())
}

type Times = (
    chrono::DateTime<chrono::Utc>,
    Option<chrono::DateTime<chrono::Utc>>,
);

fn keep<T: Clone>(items: Option<&Vec<T>>, (created_at, updated_at): Times) -> Vec<Timestamped<T>> {
    let items = items.into_iter().flatten().cloned();
    items
        .map(|item| Timestamped {
            item,
            created_at,
            updated_at,
        })
        .collect()
}

async fn whole(db: &mut Session, namespace: Namespace) -> Result<FullNamespace> {
    let id = namespace.id.clone();
    let newest_first = TagPage {
        sort: (TagKey::CreatedAt, Direction::Descending),
        marker: None,
        limit: None,
    };
    let associations = db.associations(&[&id]).await?.into_iter();
    Ok(FullNamespace {
        associations: associations.map(|(_, association)| association).collect(),
        objects: db.objects(&id).await?,
        properties: db.properties(&id).await?,
        tags: db.tags(&id, &newest_first).await?.unwrap_or_default(),
        namespace,
    })
}

async fn with_associations(
    db: &mut Session,
    namespaces: Vec<Namespace>,
) -> Result<Vec<(Namespace, Vec<Timestamped<Association>>)>> {
    let ids: Vec<_> = namespaces
        .iter()
        .map(|namespace| namespace.id.as_str())
        .collect();
    let mut of = std::collections::HashMap::<_, Vec<_>>::new();
    for (namespace, association) in db.associations(&ids).await? {
        of.entry(namespace).or_default().push(association);
    }
    let pairs = namespaces.into_iter().map(|namespace| {
        let associations = of.remove(&namespace.id).unwrap_or_default();
        (namespace, associations)
    });
    Ok(pairs.collect())
}
