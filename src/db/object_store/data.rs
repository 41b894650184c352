//! The places of the bytes of objects as rows. Copies of an object share one.

use crate::db::{Session, Sql};
use crate::domain::location::Location;
use crate::domain::object_store::ObjectData;
use crate::{Error, Result};

impl Session {
    /// Adds the place of the bytes of an object.
    pub async fn insert_object_data(&mut self, data: &ObjectData) -> Result<()> {
        let metadata = serde_json::Value::Object(data.location.metadata.clone()).to_string();
        let sql = Sql::new("INSERT INTO object_data (id, url, metadata) VALUES ($1, $2, $3)");
        let sql = sql.bind(&data.id).bind(&data.location.url).bind(metadata);
        Ok(self.run(sql).await?)
    }

    /// Locks the place of bytes until the commit, so that it stays; returns `false` if it is gone.
    pub async fn lock_object_data(&mut self, id: &str) -> Result<bool> {
        let sql = Sql::new("SELECT id FROM object_data d WHERE id = ").push_bind(id);
        let found: Option<(String,)> = self.lock_one(sql, "d").await?;
        Ok(found.is_some())
    }

    /// Removes the place of bytes that no object refers to any more, and returns it; `None` if an object does.
    pub async fn remove_unused_object_data(&mut self, id: &str) -> Result<Option<ObjectData>> {
        // First the lock: what is read after it has what others wrote while it was waited for.
        self.lock_object_data(id).await?;
        let sql = Sql::new(
            "DELETE FROM object_data WHERE id = $1 \
             AND NOT EXISTS (SELECT 1 FROM objects WHERE data_id = $1) RETURNING url, metadata",
        );
        let removed: Option<(String, String)> = self.one(sql.bind(id)).await?;
        let removed = removed.map(|(url, metadata)| {
            let location = location(url, &metadata)?;
            let id = id.to_owned();
            Ok(ObjectData { id, location })
        });
        removed.transpose()
    }
}

/// Returns the location that these columns have.
pub(super) fn location(url: String, metadata: &str) -> Result<Location> {
    let metadata = serde_json::from_str(metadata)
        .map_err(|_| Error::Internal("the metadata of a location cannot be read".into()))?;
    Ok(Location { url, metadata })
}
