//! Running uploads as rows: a lease that a server holds and renews.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Arg, Session, Sql};
use crate::domain::location::Location;
use crate::{Error, Result};

/// The greatest number of images that one statement names.
const IDS_PER_STATEMENT: usize = 500;

/// The lease of a server on the upload of an image; it stays behind if the server dies.
#[derive(Clone, Debug)]
pub struct UploadLease {
    /// The image.
    pub image_id: String,
    /// The name of the server that receives the data.
    pub server: String,
    /// The time when the server last renewed it.
    pub renewed_at: DateTime<Utc>,
}

crate::db::from_row!(UploadLease {
    image_id,
    server,
    renewed_at
});

impl Session {
    /// Adds a lease for the upload of an image.
    pub async fn insert_upload(
        &mut self,
        image: &str,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let sql =
            Sql::new("INSERT INTO uploads (image_id, server, renewed_at) VALUES ($1, $2, $3)");
        Ok(self.run(sql.bind(image).bind(server).bind(at)).await?)
    }

    /// Removes a lease; returns `false` if there was none.
    pub async fn remove_upload(&mut self, image: &str, server: &str) -> Result<bool> {
        let sql = Sql::new("DELETE FROM uploads WHERE image_id = ")
            .push_bind(image)
            .push(" AND server = ")
            .push_bind(server)
            .push(" RETURNING image_id");
        let removed: Option<(String,)> = self.one(sql).await?;
        Ok(removed.is_some())
    }

    /// Renews the leases of a server for these images; returns those that it still has.
    pub async fn renew_uploads(
        &mut self,
        server: &str,
        images: &[String],
        at: DateTime<Utc>,
    ) -> Result<Vec<String>> {
        let mut renewed = Vec::new();
        for chunk in images.chunks(IDS_PER_STATEMENT) {
            let sql = Sql::new("UPDATE uploads SET renewed_at = ")
                .push_bind(at)
                .push(" WHERE server = ")
                .push_bind(server)
                .push(" AND image_id IN ")
                .push_tuple(chunk.iter().map(Arg::from))
                .push(" RETURNING image_id");
            let rows: Vec<(String,)> = self.all(sql).await?;
            renewed.extend(rows.into_iter().map(|(id,)| id));
        }
        Ok(renewed)
    }

    /// Returns the leases of all servers.
    pub async fn uploads(&mut self) -> Result<Vec<UploadLease>> {
        let sql = Sql::new("SELECT image_id, server, renewed_at FROM uploads ORDER BY image_id");
        Ok(self.all(sql).await?)
    }

    /// Renews one lease; returns `false` if the server no longer has it.
    pub async fn renew_upload(
        &mut self,
        image: &str,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE uploads SET renewed_at = ")
            .push_bind(at)
            .push(" WHERE image_id = ")
            .push_bind(image)
            .push(" AND server = ")
            .push_bind(server)
            .push(" RETURNING image_id");
        let renewed: Option<(String,)> = self.one(sql).await?;
        Ok(renewed.is_some())
    }

    /// Takes over a lease from another server; returns `false` if that has renewed it since it was read.
    pub async fn take_over_upload(
        &mut self,
        upload: &UploadLease,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE uploads SET server = ")
            .push_bind(server)
            .push(", renewed_at = ")
            .push_bind(at)
            .push(" WHERE image_id = ")
            .push_bind(&upload.image_id)
            .push(" AND server = ")
            .push_bind(&upload.server)
            .push(" AND renewed_at <= ")
            .push_bind(upload.renewed_at)
            .push(" RETURNING image_id");
        let updated: Option<(String,)> = self.one(sql).await?;
        Ok(updated.is_some())
    }

    /// Returns `true` if an image is being uploaded.
    pub async fn is_uploading(&mut self, image: &str) -> Result<bool> {
        let found = self.uploading_images(&[image.to_owned()]).await?;
        Ok(!found.is_empty())
    }

    /// Returns those of these images that have an upload lease.
    pub async fn uploading_images(&mut self, images: &[String]) -> Result<HashSet<String>> {
        self.select_ids("SELECT image_id FROM uploads WHERE image_id IN ", images)
            .await
    }

    /// Returns those of these images that may have staged bytes.
    pub async fn staged_images(&mut self, images: &[String]) -> Result<HashSet<String>> {
        let sql = "SELECT id FROM images WHERE status IN ('uploading', 'importing') AND id IN ";
        self.select_ids(sql, images).await
    }

    /// Returns the locations of these images, each with its image.
    pub async fn locations_of(&mut self, images: &[String]) -> Result<Vec<(String, Location)>> {
        let mut found = Vec::new();
        for chunk in images.chunks(IDS_PER_STATEMENT) {
            let sql = "SELECT image_id, url, metadata FROM image_locations WHERE image_id IN ";
            let sql = Sql::new(sql).push_tuple(chunk.iter().map(Arg::from));
            let sql = sql.push(" ORDER BY image_id, position");
            let rows: Vec<(String, String, String)> = self.all(sql).await?;
            for (image, url, metadata) in rows {
                let metadata = serde_json::from_str(&metadata).map_err(|_| {
                    Error::Internal("the metadata of a location cannot be read".into())
                })?;
                found.push((image, Location { url, metadata }));
            }
        }
        Ok(found)
    }

    /// Returns those of these images that a query finds, whose text ends before the list of ids.
    pub(super) async fn select_ids(
        &mut self,
        query: &str,
        images: &[String],
    ) -> Result<HashSet<String>> {
        let mut found = HashSet::new();
        for chunk in images.chunks(IDS_PER_STATEMENT) {
            let sql = Sql::new(query).push_tuple(chunk.iter().map(Arg::from));
            let rows: Vec<(String,)> = self.all(sql).await?;
            found.extend(rows.into_iter().map(|(id,)| id));
        }
        Ok(found)
    }
}
