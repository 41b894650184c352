//! Properties of a namespace that belong to no object.

use super::{Metadefs, or_duplicate};
use crate::db::Session;
use crate::domain::metadef::definition::{Definition, Definitions};
use crate::domain::metadef::errors;
use crate::domain::metadef::namespace::Namespace;
use crate::domain::metadef::property::Property;
use crate::domain::metadef::storable::{MetadefChange, check_property};
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;
use crate::domain::text::without_nul;
use crate::{Error, Result};

impl Metadefs<'_> {
    /// The properties of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn properties(&self, namespace: &str) -> Result<Definitions> {
        let mut db = self.app.db.read().await?;
        let namespace = self.see(&mut db, namespace).await?;
        self.may(Rule::GetMetadefProperties, &namespace)?;
        db.properties(&namespace.id).await
    }

    /// Shows a property; by the name that it has on this type of resource, where one is given.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn property(
        &self,
        namespace: &str,
        name: &str,
        resource_type: Option<&str>,
    ) -> Result<Definition> {
        let mut db = self.app.db.read().await?;
        let namespace = self.see(&mut db, namespace).await?;
        self.may(Rule::GetMetadefProperty, &namespace)?;
        let name = match resource_type {
            None => name,
            Some(resource_type) => {
                self.may(Rule::GetMetadefResourceType, &namespace)?;
                let prefix = prefix(&mut db, &namespace, resource_type).await?;
                let prefix = prefix.as_deref();
                let bare = prefix.filter(|prefix| !prefix.is_empty());
                bare.and_then(|bare| name.strip_prefix(bare))
                    .ok_or_else(|| errors::no_prefix(name, prefix))?
            }
        };
        Ok(property(&mut db, &namespace, name).await?.shown())
    }

    /// Makes a property.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn add_property(&self, namespace: &str, new: Property) -> Result<Definition> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::AddMetadefProperty, &namespace)?;
        check_property(MetadefChange::Create, &new)?;
        let now = self.app.clock.now();
        let pair = (&new.name, &new.definition);
        let added = db
            .insert_properties(&namespace.id, [pair].into_iter(), now, Some(now))
            .await;
        added.map_err(|error| {
            or_duplicate(error, || {
                errors::property_exists(&new.name, &namespace.namespace)
            })
        })?;
        self.notify(&mut db, EventType::PropertyCreate, || {
            notification::property(&namespace.namespace, &new)
        });
        db.commit().await?;
        Ok(new.shown())
    }

    /// Changes a property: what is not said is unset.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn update_property(
        &self,
        namespace: &str,
        name: &str,
        new: Property,
    ) -> Result<Definition> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::ModifyMetadefProperty, &namespace)?;
        property(&mut db, &namespace, name).await?;
        check_property(MetadefChange::Update, &new)?;
        db.update_property(&namespace.id, name, &new, self.app.clock.now());
        self.notify(&mut db, EventType::PropertyUpdate, || {
            notification::property_update(&namespace.namespace, &new, name)
        });
        let saved = db.commit().await.map_err(Error::from);
        saved.map_err(|error| {
            or_duplicate(error, || {
                errors::name_taken("property", &new.name, &namespace.namespace)
            })
        })?;
        Ok(new.shown())
    }

    /// Deletes a property.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_property(&self, namespace: &str, name: &str) -> Result<()> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::RemoveMetadefProperty, &namespace)?;
        let property = property(&mut db, &namespace, name).await?;
        if namespace.protected {
            return Err(errors::protected("property", name));
        }
        db.delete_properties(&namespace.id, Some(name));
        self.notify_deleted(&mut db, EventType::PropertyDelete, || {
            notification::property(&namespace.namespace, &property)
        });
        Ok(db.commit().await?)
    }

    /// Deletes every property of a namespace.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn delete_properties(&self, namespace: &str) -> Result<()> {
        let (mut db, namespace) = self.see_to_clear(namespace, &[]).await?;
        db.delete_properties(&namespace.id, None);
        self.notify(&mut db, EventType::NamespaceDeleteProperties, || {
            notification::namespace(&namespace)
        });
        Ok(db.commit().await?)
    }
}

async fn property(db: &mut Session, namespace: &Namespace, name: &str) -> Result<Property> {
    let found = match without_nul(name) {
        Some(name) => db.property(&namespace.id, name).await?,
        None => None,
    };
    found.ok_or_else(|| errors::no_property(name))
}

/// The prefix that the namespace's properties have on a resource of this type.
async fn prefix(
    db: &mut Session,
    namespace: &Namespace,
    resource_type: &str,
) -> Result<Option<String>> {
    let associations = db.associations(&[&namespace.id]).await?.into_iter();
    let mut associations = associations.map(|(_, association)| association.item);
    if let Some(found) = associations.find(|association| association.name == resource_type) {
        return Ok(found.prefix);
    }
    let known = match without_nul(resource_type) {
        Some(it) => db.is_resource_type(it).await?,
        None => false,
    };
    Err(if known {
        errors::no_association(resource_type, &namespace.namespace)
    } else {
        errors::no_resource_type(resource_type)
    })
}
