//! Resource types, and which namespaces are for them.

use super::{Metadefs, or_duplicate};
use crate::Result;
use crate::domain::metadef::Timestamped;
use crate::domain::metadef::errors;
use crate::domain::metadef::resource_type::{Association, ResourceType};
use crate::domain::notification::{self, EventType};
use crate::domain::policy::Rule;

impl Metadefs<'_> {
    /// Every resource type that there is or was a namespace for.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn resource_types(&self) -> Result<Vec<Timestamped<ResourceType>>> {
        self.may_at_all(Rule::ListMetadefResourceTypes)?;
        self.app.db.read().await?.resource_types().await
    }

    /// The resource types that a namespace is for.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn associations(&self, namespace: &str) -> Result<Vec<Timestamped<Association>>> {
        let mut db = self.app.db.read().await?;
        let namespace = self.see(&mut db, namespace).await?;
        self.may(Rule::ListMetadefResourceTypes, &namespace)?;
        if !self.passes(Rule::GetMetadefResourceType, &namespace) {
            return Ok(Vec::new());
        }
        let associations = db.associations(&[&namespace.id]).await?.into_iter();
        Ok(associations.map(|(_, association)| association).collect())
    }

    /// Makes a namespace be for a resource type, which is made if there is none.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn associate(
        &self,
        namespace: &str,
        new: Association,
    ) -> Result<Timestamped<Association>> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::AddMetadefResourceTypeAssociation, &namespace)?;
        let association = Timestamped::new(new, self.app.clock.now());
        let added = db
            .insert_associations(&namespace.id, [&association].into_iter())
            .await;
        added.map_err(|error| {
            or_duplicate(error, || {
                errors::association_exists(&association.item.name, &namespace.namespace)
            })
        })?;
        self.notify(&mut db, EventType::ResourceTypeCreate, || {
            notification::association(&namespace.namespace, &association)
        });
        db.commit().await?;
        Ok(association)
    }

    /// Ends that a namespace is for a resource type.
    #[tracing::instrument(level = "debug", skip_all, fields(namespace = namespace))]
    pub async fn dissociate(&self, namespace: &str, resource_type: &str) -> Result<()> {
        let mut db = self.app.db.write().await?;
        let namespace = self.see_and_hold(&mut db, namespace).await?;
        self.may(Rule::RemoveMetadefResourceTypeAssociation, &namespace)?;
        let mut found = db.associations(&[&namespace.id]).await?.into_iter();
        let found = found.find(|(_, found)| found.item.name == resource_type);
        let Some((_, association)) = found else {
            return Err(errors::no_association_to_delete(resource_type));
        };
        if namespace.protected {
            let kind = "resource-type-association";
            return Err(errors::protected(kind, resource_type));
        }
        db.delete_association(&namespace.id, resource_type);
        self.notify_deleted(&mut db, EventType::ResourceTypeDelete, || {
            notification::association(&namespace.namespace, &association)
        });
        Ok(db.commit().await?)
    }
}
