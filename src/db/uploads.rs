//! Uploads that run, as rows: who sees to them, and since when nobody does.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

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

    /// Records that a server still sees to all of its uploads.
    pub async fn renew_uploads(&mut self, server: &str, at: DateTime<Utc>) -> Result<()> {
        let sql = Sql::new("UPDATE uploads SET renewed_at = ").bind(at);
        Ok(self.run(sql.then(" WHERE server = ").bind(server)).await?)
    }

    /// The images whose upload no server has seen to since `before`.
    pub async fn abandoned_uploads(&mut self, before: DateTime<Utc>) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT image_id FROM uploads WHERE renewed_at < ").bind(before);
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(it,)| it).collect())
    }

    /// Forgets an upload that nobody sees to, if that is still so.
    pub async fn remove_abandoned(&mut self, image: &str, before: DateTime<Utc>) -> Result<bool> {
        let sql = Sql::new("DELETE FROM uploads WHERE image_id = ")
            .bind(image)
            .then(" AND renewed_at < ")
            .bind(before)
            .then(" RETURNING image_id");
        let removed: Option<(String,)> = self.one(sql).await?;
        Ok(removed.is_some())
    }

    /// Those of these images whose bytes somebody needs: they have a location, await an import,
    /// or are being uploaded.
    pub async fn images_with_bytes(&mut self, images: &[String]) -> Result<Vec<String>> {
        let mut needed = Vec::new();
        for some in images.chunks(500) {
            let ids = || some.iter().map(super::Arg::from);
            let sql = Sql::new("SELECT image_id FROM image_locations WHERE image_id IN ")
                .row(ids())
                .then(" UNION SELECT image_id FROM uploads WHERE image_id IN ")
                .row(ids());
            let rows: Vec<(String,)> = self.all(sql).await?;
            needed.extend(rows.into_iter().map(|(it,)| it));
        }
        Ok(needed)
    }
}
