//! Running uploads as rows: a lease that a server holds and renews.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Arg, LeaseClock, Session, Sql};
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
    /// The name of the attempt, which no other attempt has; empty if an earlier version claimed it.
    pub claim: String,
    /// The time when the server last renewed it.
    pub renewed_at: DateTime<Utc>,
    /// `true` if the lease is over.
    pub expired: bool,
}

crate::db::from_row!(UploadLease {
    image_id,
    server,
    claim,
    renewed_at,
    expired
});

impl Session {
    /// Adds a lease for the upload of an image.
    pub async fn insert_upload(
        &mut self,
        image: &str,
        server: &str,
        claim: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let sql = Sql::new("INSERT INTO uploads (image_id, server, claim, renewed_at) VALUES (")
            .push_bind(image)
            .push(", ")
            .push_bind(server)
            .push(", ")
            .push_bind(claim)
            .push(", ");
        let sql = self.push_now(sql, at).push(")");
        Ok(self.run(sql).await?)
    }

    /// Removes the lease of an attempt; returns `false` if it was lost.
    pub async fn remove_upload(&mut self, image: &str, claim: &str) -> Result<bool> {
        let sql = Sql::new("DELETE FROM uploads WHERE image_id = ")
            .push_bind(image)
            .push(" AND claim = ")
            .push_bind(claim)
            .push(" RETURNING image_id");
        let removed: Option<(String,)> = self.one(sql).await?;
        Ok(removed.is_some())
    }

    /// Renews the leases of these attempts, each an image and a claim; returns those that a server still has.
    pub async fn renew_uploads(
        &mut self,
        attempts: &[(String, String)],
        at: DateTime<Utc>,
    ) -> Result<Vec<(String, String)>> {
        let mut renewed = Vec::new();
        for chunk in attempts.chunks(IDS_PER_STATEMENT) {
            let sql = self.push_now(Sql::new("UPDATE uploads SET renewed_at = "), at);
            let images = chunk.iter().map(|(image, _)| Arg::from(image));
            let claims = chunk.iter().map(|(_, claim)| Arg::from(claim));
            // A claim has one image or, if it is a seed's, several.
            let sql = sql
                .push(" WHERE image_id IN ")
                .push_tuple(images)
                .push(" AND claim IN ")
                .push_tuple(claims)
                .push(" RETURNING image_id, claim");
            let rows: Vec<(String, String)> = self.all(sql).await?;
            renewed.extend(rows);
        }
        Ok(renewed)
    }

    /// Returns the leases of all servers; those that are over by this clock are marked.
    pub async fn uploads(&mut self, clock: LeaseClock) -> Result<Vec<UploadLease>> {
        let sql = Sql::new("SELECT image_id, server, claim, renewed_at, ");
        let sql = self.push_expired(sql, clock);
        let sql = sql.push(" AS expired FROM uploads ORDER BY image_id");
        Ok(self.all(sql).await?)
    }

    /// Renews the lease of an attempt; returns `false` if it was lost.
    pub async fn renew_upload(
        &mut self,
        image: &str,
        claim: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = self.push_now(Sql::new("UPDATE uploads SET renewed_at = "), at);
        let sql = sql
            .push(" WHERE image_id = ")
            .push_bind(image)
            .push(" AND claim = ")
            .push_bind(claim)
            .push(" RETURNING image_id");
        let renewed: Option<(String,)> = self.one(sql).await?;
        Ok(renewed.is_some())
    }

    /// Takes over a lease for another attempt; returns `false` if it has been renewed since it was read.
    pub async fn take_over_upload(
        &mut self,
        upload: &UploadLease,
        server: &str,
        claim: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE uploads SET server = ")
            .push_bind(server)
            .push(", claim = ")
            .push_bind(claim)
            .push(", renewed_at = ");
        let sql = self
            .push_now(sql, at)
            .push(" WHERE image_id = ")
            .push_bind(&upload.image_id)
            .push(" AND server = ")
            .push_bind(&upload.server)
            .push(" AND claim = ")
            .push_bind(&upload.claim)
            .push(" AND renewed_at = ")
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

    /// Returns the names of the staged bytes that these images may have.
    pub async fn staged_names(&mut self, images: &[String]) -> Result<HashSet<String>> {
        let sql = "SELECT coalesce(staged_name, id) FROM images \
                   WHERE status IN ('uploading', 'importing') AND id IN ";
        self.select_ids(sql, images).await
    }

    /// Returns the name of the staged bytes of an image; `None` if it is the image's id.
    pub async fn staged_name(&mut self, image: &str) -> Result<Option<String>> {
        let sql = Sql::new("SELECT staged_name FROM images WHERE id = ").push_bind(image);
        let found: Option<(Option<String>,)> = self.one(sql).await?;
        Ok(found.and_then(|(name,)| name))
    }

    /// Records the name of the staged bytes of an image at the commit, or that there are none.
    pub fn record_staged_name(&mut self, image: &str, name: Option<&str>) {
        self.changes_image(image);
        let sql = Sql::new("UPDATE images SET staged_name = $1 WHERE id = $2");
        self.queue(sql.bind(name).bind(image));
    }

    /// Returns the locations of these images, each with its image. The ids may also be those of the data of objects.
    pub async fn locations_of(&mut self, images: &[String]) -> Result<Vec<(String, Location)>> {
        let mut found = Vec::new();
        for chunk in images.chunks(IDS_PER_STATEMENT) {
            let sql = "SELECT image_id, url, metadata FROM (\
                       SELECT image_id, position, url, metadata FROM image_locations WHERE image_id IN ";
            let sql = Sql::new(sql)
                .push_tuple(chunk.iter().map(Arg::from))
                .push(" UNION ALL SELECT id, 0, url, metadata FROM object_data WHERE id IN ")
                .push_tuple(chunk.iter().map(Arg::from))
                .push(") AS places ORDER BY image_id, position");
            found.extend(self.locations(sql).await?);
        }
        Ok(found)
    }

    /// Returns a page of all locations, each with its image and its number there: those after `after`.
    pub async fn locations_after(
        &mut self,
        after: (&str, i64),
        limit: i64,
    ) -> Result<Vec<(String, i64, String)>> {
        let sql =
            "SELECT image_id, position, url FROM image_locations WHERE (image_id, position) > (";
        let sql = Sql::new(sql).push_bind(after.0).push(", ");
        let sql = sql.push_bind(after.1);
        let sql = sql.push(") ORDER BY image_id, position").limit(limit);
        Ok(self.all(sql).await?)
    }

    async fn locations(&mut self, sql: Sql) -> Result<Vec<(String, Location)>> {
        let rows: Vec<(String, String, String)> = self.all(sql).await?;
        let read = rows.into_iter().map(|(image, url, metadata)| {
            let metadata = serde_json::from_str(&metadata)
                .map_err(|_| Error::Internal("the metadata of a location cannot be read".into()))?;
            Ok((image, Location { url, metadata }))
        });
        read.collect()
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
