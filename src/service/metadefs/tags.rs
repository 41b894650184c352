//! Tags of a namespace.

use std::collections::HashSet;

use super::{Metadefs, or_duplicate};
use crate::db::{Session, TagPage};
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::errors;
use crate::domain::metadef::namespace::{Namespace, unique};
use crate::domain::metadef::query::{TagKey, TagQuery};
use crate::domain::metadef::storable::{MetadefChange, check_tag};
use crate::domain::metadef::tag::Tag;
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::query::Direction;
use crate::domain::text::without_nul;
use crate::{Error, Result};

impl Metadefs<'_> {
    /// A page of the tags of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn tags(&self, namespace: &str, query: &TagQuery) -> Result<Vec<Tag>> {
        let mut db = self.app.db.read().await?;
        let namespace = self.see(&mut db, namespace).await?;
        self.may(Rule::GetMetadefTags, &namespace)?;
        let marker = query.marker.as_deref();
        let no_marker = || errors::no_tag(marker.unwrap_or_default());
        if marker.is_some_and(|marker| without_nul(marker).is_none()) {
            return Err(no_marker());
        }
        let page = TagPage {
            sort: query.sort,
            marker,
            limit: query.limit,
        };
        let tags = db.tags(&namespace.id, &page).await?;
        tags.ok_or_else(no_marker)
    }

    /// Shows a tag.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn tag(&self, namespace: &str, name: &str) -> Result<Timestamped<Tag>> {
        let mut db = self.app.db.read().await?;
        let namespace = self.see(&mut db, namespace).await?;
        self.may(Rule::GetMetadefTag, &namespace)?;
        tag(&mut db, &namespace, name).await
    }

    /// Makes a tag.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn add_tag(&self, namespace: &str, name: &str) -> Result<Timestamped<Tag>> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        // Glance looks at the name before it looks at policy.
        let tag = Tag::named(name)?;
        self.may(Rule::AddMetadefTag, &namespace)?;
        check_tag(MetadefChange::Create, &tag)?;
        let now = self.app.clock.now();
        let added = db
            .insert_metadef_tags(&namespace.id, [&tag].into_iter(), now, Some(now))
            .await;
        added.map_err(|error| {
            or_duplicate(error, || errors::tag_exists(name, &namespace.namespace))
        })?;
        let tag = Timestamped::new(tag, now);
        self.notify(&mut db, EventType::TagCreate, || {
            notification::tag(&namespace.namespace, &tag)
        });
        db.commit().await?;
        Ok(tag)
    }

    /// Adds tags to those of a namespace, or puts them in their place. No tags change nothing.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn add_tags(&self, namespace: &str, tags: &[Tag], append: bool) -> Result<()> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::AddMetadefTags, &namespace)?;
        if tags.is_empty() {
            return Ok(());
        }
        let exists = |name: &str| errors::tag_exists(name, &namespace.namespace);
        let names = tags.iter().map(|tag| &tag.name);
        if append {
            let there = all(&mut db, &namespace).await?;
            if let Some(name) = names.clone().find(|name| there.contains(*name)) {
                return Err(exists(name));
            }
        } else {
            db.clear_tags(&namespace.id).await?;
        }
        unique(names, exists)?;
        let now = self.app.clock.now();
        db.insert_metadef_tags(&namespace.id, tags.iter(), now, Some(now))
            .await?;
        for tag in tags {
            self.notify(&mut db, EventType::TagCreate, || {
                notification::tag(&namespace.namespace, &Timestamped::new(tag.clone(), now))
            });
        }
        Ok(db.commit().await?)
    }

    /// Gives a tag another name.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn update_tag(
        &self,
        namespace: &str,
        name: &str,
        new: Tag,
    ) -> Result<Timestamped<Tag>> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::ModifyMetadefTag, &namespace)?;
        let before = tag(&mut db, &namespace, name).await?;
        check_tag(MetadefChange::Update, &new)?;
        let mut changed = Timestamped::new(new, self.app.clock.now());
        changed.created_at = before.created_at;
        db.update_tag(&namespace.id, name, &changed);
        self.notify(&mut db, EventType::TagUpdate, || {
            notification::tag_update(&namespace.namespace, &changed, name)
        });
        let saved = db.commit().await.map_err(Error::from);
        saved.map_err(|error| {
            or_duplicate(error, || {
                errors::tag_exists(&changed.item.name, &namespace.namespace)
            })
        })?;
        Ok(changed)
    }

    /// Deletes a tag.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_tag(&self, namespace: &str, name: &str) -> Result<()> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::DeleteMetadefTag, &namespace)?;
        let tag = tag(&mut db, &namespace, name).await?;
        if namespace.protected {
            return Err(errors::protected("tag", name));
        }
        db.delete_tags(&namespace.id, Some(name));
        self.notify_deleted(&mut db, EventType::TagDelete, || {
            notification::tag(&namespace.namespace, &tag)
        });
        Ok(db.commit().await?)
    }

    /// Deletes every tag of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_tags(&self, namespace: &str) -> Result<()> {
        let rules = [Rule::DeleteMetadefTags];
        let (mut db, namespace) = self.see_to_clear(namespace, &rules).await?;
        db.delete_tags(&namespace.id, None);
        self.notify(&mut db, EventType::NamespaceDeleteTags, || {
            notification::namespace(&namespace)
        });
        Ok(db.commit().await?)
    }
}

async fn tag(db: &mut Session, namespace: &Namespace, name: &str) -> Result<Timestamped<Tag>> {
    let found = match without_nul(name) {
        Some(name) => db.tag(&namespace.id, name).await?,
        None => None,
    };
    found.ok_or_else(|| errors::no_tag(name))
}

/// The names of the tags of a namespace.
async fn all(db: &mut Session, namespace: &Namespace) -> Result<HashSet<String>> {
    let page = TagPage {
        sort: (TagKey::Id, Direction::Ascending),
        marker: None,
        limit: None,
    };
    let tags = db.tags(&namespace.id, &page).await?;
    let names = tags.unwrap_or_default().into_iter().map(|tag| tag.name);
    Ok(names.collect())
}
