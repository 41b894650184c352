//! Containers and the lists of their objects.

use super::{ObjectStore, Result};
use crate::db::ListedObject;
use crate::domain::object_store::constraints::check_container_name;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::listing::{ListingEntry, ListingQuery, Rollup};
use crate::domain::object_store::metadata::{MetadataKind, merge};
use crate::domain::object_store::{ContainerUsage, Metadata, ObjectContainer};

/// The outcome of a PUT of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerPut {
    /// It is new.
    Created,
    /// It was there, and has the metadata now.
    Updated,
}

/// The objects of a container.
#[derive(Debug)]
pub struct ObjectListing {
    /// The container.
    pub container: ObjectContainer,
    /// The number and the size of all its objects.
    pub usage: ContainerUsage,
    /// The objects, and the beginnings that several have in common.
    pub entries: Vec<ListingEntry<ListedObject>>,
}

impl ObjectStore<'_> {
    /// Creates a container, or adds metadata to the one that is there; empty values remove.
    pub async fn put_container(&self, name: &str, metadata: &Metadata) -> Result<ContainerPut> {
        let account = self.writable_account()?;
        check_container_name(name)?;
        let now = self.app.clock.now();
        let container = ObjectContainer {
            id: self.app.new_id().to_string(),
            name: name.to_owned(),
            metadata: merge(MetadataKind::Container, Metadata::new(), metadata)?,
            created_at: now,
            updated_at: now,
        };
        let mut db = self.app.db.write_to(account).await?;
        db.ensure_object_account(account, now).await?;
        if db.insert_object_container(account, &container).await? {
            db.commit().await?;
            return Ok(ContainerPut::Created);
        }
        db.commit().await?;
        self.update_container(name, metadata).await?;
        Ok(ContainerPut::Updated)
    }

    /// Adds metadata to a container; empty values remove.
    pub async fn update_container(&self, name: &str, metadata: &Metadata) -> Result<()> {
        self.writable_account()?;
        let (mut db, mut container) = self.hold_container(name).await?;
        container.metadata = merge(MetadataKind::Container, container.metadata, metadata)?;
        container.updated_at = self.app.clock.now();
        db.update_object_container(&container)?;
        Ok(db.commit().await?)
    }

    /// Deletes a container without objects.
    pub async fn delete_container(&self, name: &str) -> Result<()> {
        self.writable_account()?;
        let (mut db, container) = self.hold_container(name).await?;
        if db.object_container_usage(&container.id).await?.objects > 0 {
            return Err(ObjectStoreError::ContainerNotEmpty);
        }
        db.remove_object_container(&container.id);
        Ok(db.commit().await?)
    }

    /// Returns a container, and how much it has.
    pub async fn show_container(&self, name: &str) -> Result<(ObjectContainer, ContainerUsage)> {
        let mut db = self.app.db.read().await?;
        let container = self.see_container(&mut db, name).await?;
        let usage = db.object_container_usage(&container.id).await?;
        Ok((container, usage))
    }

    /// Lists the objects of a container.
    pub async fn list_objects(&self, name: &str, query: &ListingQuery) -> Result<ObjectListing> {
        let now = self.app.clock.now();
        let mut db = self.app.db.read().await?;
        let container = self.see_container(&mut db, name).await?;
        let usage = db.object_container_usage(&container.id).await?;
        let (mut entries, mut rollup) = (Vec::new(), Rollup::new(query));
        while let Some(window) = rollup.window(entries.len()) {
            let rows = db.list_stored_objects(&container.id, &window, now).await?;
            if !rollup.add(rows, &window, |row| &row.name, &mut entries) {
                break;
            }
        }
        Ok(ObjectListing {
            container,
            usage,
            entries,
        })
    }
}
