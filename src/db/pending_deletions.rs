//! Deletions of images that are delayed, as rows.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// A deleted image whose data is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDeletion {
    /// The image.
    pub image_id: String,
    /// The name of the image.
    pub name: Option<String>,
    /// The project of the image.
    pub owner: Option<String>,
    /// The time of the deletion.
    pub deleted_at: DateTime<Utc>,
}

crate::db::from_row!(PendingDeletion {
    image_id,
    name,
    owner,
    deleted_at
});

/// The beginning of a query for pending deletions.
const SELECT: &str = "SELECT p.image_id, i.name, i.owner, p.deleted_at FROM pending_deletions p \
     JOIN images i ON i.id = p.image_id WHERE ";

impl Session {
    /// Marks an image as deleted at the commit, but keeps all that it takes to restore it.
    pub fn delay_deletion(&mut self, id: &str, at: DateTime<Utc>) {
        self.changes_image(id);
        for table in ["uploads", "cached_images", "cache_queue"] {
            let sql = Sql::new("DELETE FROM ")
                .push(table)
                .push(" WHERE image_id = ");
            self.queue(sql.push_bind(id));
        }
        let sql = Sql::new("INSERT INTO pending_deletions (image_id, deleted_at) VALUES ($1, $2)");
        self.queue(sql.bind(id).bind(at));
        self.set_status(id, "deleted", at);
    }

    /// Makes an image active again at the commit, whose deletion is pending.
    pub fn restore_image(&mut self, id: &str, at: DateTime<Utc>) {
        self.changes_image(id);
        self.end_pending_deletion(id);
        self.set_status(id, "active", at);
    }

    /// Deletes an image for good at the commit, whose deletion is pending.
    pub fn finish_deletion(&mut self, id: &str, at: DateTime<Utc>) {
        self.end_pending_deletion(id);
        self.delete_image(id, at);
    }

    fn end_pending_deletion(&mut self, id: &str) {
        let sql = Sql::new("DELETE FROM pending_deletions WHERE image_id = ");
        self.queue(sql.push_bind(id));
    }

    fn set_status(&mut self, id: &str, status: &'static str, at: DateTime<Utc>) {
        self.changes_image(id);
        let sql = Sql::new("UPDATE images SET status = $1, updated_at = $2 WHERE id = $3");
        self.queue(sql.bind(status).bind(at).bind(id));
    }

    /// Locks the row of an image until the commit, and returns its deletion if that is pending.
    pub async fn lock_pending_deletion(&mut self, id: &str) -> Result<Option<PendingDeletion>> {
        self.lock_row("images", id).await?;
        let sql = Sql::new(SELECT).push("p.image_id = ").push_bind(id);
        Ok(self.one(sql).await?)
    }

    /// Returns the pending deletions of all projects, the oldest first: those of up to a time, or all.
    pub async fn pending_deletions(
        &mut self,
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<PendingDeletion>> {
        let sql = match until {
            Some(until) => Sql::new(SELECT).push("p.deleted_at <= ").push_bind(until),
            None => Sql::new(SELECT).push("TRUE"),
        };
        let sql = self.push_region(sql, "i.region");
        Ok(self
            .all(sql.push(" ORDER BY p.deleted_at, p.image_id"))
            .await?)
    }
}
