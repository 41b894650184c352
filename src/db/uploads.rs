//! Uploads that run, as rows: who sees to them, and since when nobody does.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Arg, Session, Sql};
use crate::domain::location::Location;
use crate::{Error, Result};

/// How many images a statement names at the most.
const SOME: usize = 500;

/// An upload that runs, or did when its server died.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Upload {
    /// The image.
    pub image_id: String,
    /// The name of the server that takes the data.
    pub server: String,
    /// When that server last said that it does.
    pub renewed_at: DateTime<Utc>,
}

impl Session {
    /// Records that a server takes data for an image now.
    pub async fn insert_upload(
        &mut self,
        image: &str,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let sql =
            Sql::new("INSERT INTO uploads (image_id, server, renewed_at) VALUES ($1, $2, $3)");
        Ok(self.run(sql.with(image).with(server).with(at)).await?)
    }

    /// Records that it does no longer; `false` if that was known already.
    pub async fn remove_upload(&mut self, image: &str, server: &str) -> Result<bool> {
        let sql = Sql::new("DELETE FROM uploads WHERE image_id = ")
            .bind(image)
            .then(" AND server = ")
            .bind(server)
            .then(" RETURNING image_id");
        let removed: Option<(String,)> = self.one(sql).await?;
        Ok(removed.is_some())
    }

    /// Records that a server still sees to its uploads for these images; answers which of them are
    /// its own.
    pub async fn renew_uploads(
        &mut self,
        server: &str,
        images: &[String],
        at: DateTime<Utc>,
    ) -> Result<Vec<String>> {
        let mut renewed = Vec::new();
        for some in images.chunks(SOME) {
            let sql = Sql::new("UPDATE uploads SET renewed_at = ")
                .bind(at)
                .then(" WHERE server = ")
                .bind(server)
                .then(" AND image_id IN ")
                .row(some.iter().map(Arg::from))
                .then(" RETURNING image_id");
            let rows: Vec<(String,)> = self.all(sql).await?;
            renewed.extend(rows.into_iter().map(|(it,)| it));
        }
        Ok(renewed)
    }

    /// All uploads, of all servers.
    pub async fn uploads(&mut self) -> Result<Vec<Upload>> {
        let sql = Sql::new("SELECT image_id, server, renewed_at FROM uploads ORDER BY image_id");
        Ok(self.all(sql).await?)
    }

    /// Records that a server still sees to one upload; `false` if it is no longer its own.
    pub async fn renew_upload(
        &mut self,
        image: &str,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE uploads SET renewed_at = ")
            .bind(at)
            .then(" WHERE image_id = ")
            .bind(image)
            .then(" AND server = ")
            .bind(server)
            .then(" RETURNING image_id");
        let renewed: Option<(String,)> = self.one(sql).await?;
        Ok(renewed.is_some())
    }

    /// Makes an upload this server's, unless its own has given a sign of life since it was read.
    pub async fn take_upload_over(
        &mut self,
        upload: &Upload,
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE uploads SET server = ")
            .bind(server)
            .then(", renewed_at = ")
            .bind(at)
            .then(" WHERE image_id = ")
            .bind(&upload.image_id)
            .then(" AND server = ")
            .bind(&upload.server)
            .then(" AND renewed_at <= ")
            .bind(upload.renewed_at)
            .then(" RETURNING image_id");
        let taken: Option<(String,)> = self.one(sql).await?;
        Ok(taken.is_some())
    }

    /// Whether an image is being uploaded.
    pub async fn in_upload(&mut self, image: &str) -> Result<bool> {
        let found = self.images_in_upload(&[image.to_owned()]).await?;
        Ok(!found.is_empty())
    }

    /// Those of these images that are being uploaded, or were when a server died.
    pub async fn images_in_upload(&mut self, images: &[String]) -> Result<HashSet<String>> {
        self.among("SELECT image_id FROM uploads WHERE image_id IN ", images)
            .await
    }

    /// Those of these images that may have staged bytes.
    pub async fn images_staged(&mut self, images: &[String]) -> Result<HashSet<String>> {
        let sql = "SELECT id FROM images WHERE status IN ('uploading', 'importing') AND id IN ";
        self.among(sql, images).await
    }

    /// Where these images have bytes, each beside its image.
    pub async fn locations_of(&mut self, images: &[String]) -> Result<Vec<(String, Location)>> {
        let mut found = Vec::new();
        for some in images.chunks(SOME) {
            let sql = "SELECT image_id, url, metadata FROM image_locations WHERE image_id IN ";
            let sql = Sql::new(sql).row(some.iter().map(Arg::from));
            let sql = sql.then(" ORDER BY image_id, position");
            let rows: Vec<(String, String, String)> = self.all(sql).await?;
            for (image, url, metadata) in rows {
                let metadata = serde_json::from_str(&metadata)
                    .map_err(|_| Error::Internal("a location cannot be read".into()))?;
                found.push((image, Location { url, metadata }));
            }
        }
        Ok(found)
    }

    /// Those of these images that a question finds, which ends where their ids are to stand.
    pub(super) async fn among(
        &mut self,
        question: &str,
        images: &[String],
    ) -> Result<HashSet<String>> {
        let mut found = HashSet::new();
        for some in images.chunks(SOME) {
            let sql = Sql::new(question).row(some.iter().map(Arg::from));
            let rows: Vec<(String,)> = self.all(sql).await?;
            found.extend(rows.into_iter().map(|(it,)| it));
        }
        Ok(found)
    }
}
