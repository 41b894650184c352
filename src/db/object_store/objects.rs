//! Objects as rows.

use chrono::{DateTime, Utc};

use super::containers::within;
use super::data::location;
use super::{packed, unpacked};
use crate::db::{Session, Sql};
use crate::domain::object_store::listing::NameWindow;
use crate::domain::object_store::manifest::Manifest;
use crate::domain::object_store::{ObjectData, StoredObject};
use crate::{Error, Result};

/// An object in the listing of its container.
#[derive(Clone, Debug)]
pub struct ListedObject {
    /// The name.
    pub name: String,
    /// The number of its own bytes.
    pub size: i64,
    /// Their MD5, in hex.
    pub etag: String,
    /// The media type.
    pub content_type: String,
    /// The time at which its bytes or metadata were last written.
    pub updated_at: DateTime<Utc>,
}

crate::db::from_row!(ListedObject {
    name,
    size,
    etag,
    content_type,
    updated_at
});

/// A row of an object, with the place of its bytes.
struct StoredObjectRow {
    name: String,
    data_id: Option<String>,
    url: Option<String>,
    location_metadata: Option<String>,
    size: i64,
    etag: String,
    content_type: String,
    manifest: Option<String>,
    metadata: String,
    updated_at: DateTime<Utc>,
    delete_at: Option<DateTime<Utc>>,
}

crate::db::from_row!(StoredObjectRow {
    name,
    data_id,
    url,
    location_metadata,
    size,
    etag,
    content_type,
    manifest,
    metadata,
    updated_at,
    delete_at
});

const OBJECT: &str = "SELECT o.name, o.data_id, d.url, d.metadata AS location_metadata, o.size, o.etag, \
     o.content_type, o.manifest, o.metadata, o.updated_at, o.delete_at \
     FROM objects o LEFT JOIN object_data d ON d.id = o.data_id WHERE o.container_id = ";

impl StoredObjectRow {
    fn unpack(self) -> Result<StoredObject> {
        let data = match (self.data_id, self.url) {
            (Some(id), Some(url)) => {
                let location = location(url, &self.location_metadata.unwrap_or_default())?;
                Some(ObjectData { id, location })
            }
            _ => None,
        };
        let manifest = self.manifest.map(|header| {
            Manifest::parse(&header)
                .map_err(|_| Error::Internal("the manifest of an object cannot be read".into()))
        });
        Ok(StoredObject {
            data,
            manifest: manifest.transpose()?,
            metadata: unpacked(&self.metadata)?,
            name: self.name,
            size: self.size,
            etag: self.etag,
            content_type: self.content_type,
            updated_at: self.updated_at,
            delete_at: self.delete_at,
        })
    }
}

impl Session {
    /// Returns an object of a container, if it is there at a time.
    pub async fn stored_object(
        &mut self,
        container: &str,
        name: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<StoredObject>> {
        let sql = Sql::new(OBJECT)
            .push_bind(container)
            .push(" AND o.name = ")
            .push_bind(name)
            .push(" AND (o.delete_at IS NULL OR o.delete_at > ")
            .push_bind(at)
            .push(")");
        let found: Option<StoredObjectRow> = self.one(sql).await?;
        found.map(StoredObjectRow::unpack).transpose()
    }

    /// Returns objects of a container with all that is known of them, in the order of their names.
    pub async fn stored_objects_within(
        &mut self,
        container: &str,
        window: &NameWindow,
        at: DateTime<Utc>,
    ) -> Result<Vec<StoredObject>> {
        // The names are those of the objects, but the place has none.
        let sql = Sql::new(OBJECT)
            .push_bind(container)
            .push(" AND (o.delete_at IS NULL OR o.delete_at > ")
            .push_bind(at)
            .push(")");
        let found: Vec<StoredObjectRow> = self.all(within(sql, window)).await?;
        found.into_iter().map(StoredObjectRow::unpack).collect()
    }

    /// Returns objects of a container as its listing has them, in the order of their names.
    pub async fn list_stored_objects(
        &mut self,
        container: &str,
        window: &NameWindow,
        at: DateTime<Utc>,
    ) -> Result<Vec<ListedObject>> {
        let sql = Sql::new(
            "SELECT name, size, etag, content_type, updated_at FROM objects WHERE container_id = ",
        );
        let sql = sql
            .push_bind(container)
            .push(" AND (delete_at IS NULL OR delete_at > ")
            .push_bind(at)
            .push(")");
        Ok(self.all(within(sql, window)).await?)
    }

    /// Adds an object to a container that is locked, in place of any of its name, and returns the id of the data
    /// that it had before.
    pub async fn put_stored_object(
        &mut self,
        container: &str,
        object: &StoredObject,
    ) -> Result<Option<String>> {
        let before = self.remove_stored_object(container, &object.name).await?;
        let sql = Sql::new(
            "INSERT INTO objects (container_id, name, data_id, size, etag, content_type, manifest, metadata, \
             updated_at, delete_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        let data = object.data.as_ref().map(|data| data.id.clone());
        let manifest = object.manifest.as_ref();
        let sql = sql
            .bind(container)
            .bind(&object.name)
            .bind(&data)
            .bind(object.size)
            .bind(&object.etag)
            .bind(&object.content_type)
            .bind(manifest.map(|manifest| manifest.header().to_owned()))
            .bind(packed(&object.metadata)?)
            .bind(object.updated_at)
            .bind(object.delete_at);
        self.run(sql).await?;
        Ok(before.flatten())
    }

    /// Removes an object from a container that is locked. Returns `None` if there is none, else the id of its data,
    /// if it has any.
    pub async fn remove_stored_object(
        &mut self,
        container: &str,
        name: &str,
    ) -> Result<Option<Option<String>>> {
        let sql =
            Sql::new("DELETE FROM objects WHERE container_id = $1 AND name = $2 RETURNING data_id");
        let removed: Option<(Option<String>,)> = self.one(sql.bind(container).bind(name)).await?;
        Ok(removed.map(|(data,)| data))
    }

    /// Returns some objects whose time is over, of all regions: the region, the account, the container and the name of
    /// each.
    pub async fn expired_objects(
        &mut self,
        at: DateTime<Utc>,
    ) -> Result<Vec<(String, String, String, String)>> {
        let sql = Sql::new(
            "SELECT c.region, c.account, c.name, o.name FROM objects o \
             JOIN object_containers c ON c.id = o.container_id \
             WHERE o.delete_at IS NOT NULL AND o.delete_at <= ",
        );
        Ok(self.all(sql.push_bind(at).limit(1000)).await?)
    }
}
