//! Removes rows of what was deleted.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// The rows of those who still work on an image, or have its data.
const NEEDED_BY: [&str; 6] = [
    // The claim of a seed is a deleted image with an upload.
    "uploads n WHERE n.image_id = images.id",
    "pending_deletions n WHERE n.image_id = images.id",
    "image_locations n WHERE n.image_id = images.id",
    "cached_images n WHERE n.image_id = images.id",
    "cache_queue n WHERE n.image_id = images.id",
    "tasks n WHERE n.status IN ('pending', 'processing') AND (n.image_id = images.id OR n.made = images.id)",
];

/// A table with rows of what was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgedTable {
    /// Images: the row of a deleted one keeps its id in use.
    Images,
    /// Members that were removed from images.
    ImageMembers,
    /// Tasks that have expired.
    Tasks,
}

impl PurgedTable {
    /// Returns the name of the table, its key, and the column with the time of the deletion.
    fn columns(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Images => ("images", "id", "updated_at"),
            Self::ImageMembers => ("image_members", "image_id, member", "updated_at"),
            Self::Tasks => ("tasks", "id", "expires_at"),
        }
    }

    /// Appends the condition for the rows of what was deleted before a time.
    fn condition(self, sql: Sql, before: DateTime<Utc>) -> Sql {
        let (_, _, column) = self.columns();
        let sql = match self {
            Self::Images => {
                let sql = sql.push("status = 'deleted'");
                NEEDED_BY.iter().fold(sql, |sql, needed| {
                    let sql = sql.push(" AND NOT EXISTS (SELECT 1 FROM ");
                    sql.push(needed).push(")")
                })
            }
            Self::ImageMembers => sql.push("removed"),
            Self::Tasks => sql.push("status NOT IN ('pending', 'processing')"),
        };
        sql.push(" AND ").push(column).push(" < ").push_bind(before)
    }
}

impl Session {
    /// Removes up to `limit` rows of what was deleted before a time, the earliest first; returns how many these were.
    ///
    /// # Errors
    ///
    /// Fails if the statement does.
    pub async fn purge(
        &mut self,
        table: PurgedTable,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize> {
        if matches!(table, PurgedTable::Images | PurgedTable::ImageMembers) {
            self.changes_all_images();
        }
        let (name, key, column) = table.columns();
        let sql = Sql::new("DELETE FROM ").push(name).push(" WHERE ");
        // For the row itself, too: in PostgreSQL it may have changed since the query saw it.
        let sql = table.condition(sql, before);
        let sql = sql.push(" AND (").push(key).push(") IN (SELECT ");
        let sql = sql.push(key).push(" FROM ").push(name).push(" WHERE ");
        let sql = table.condition(sql, before);
        let order = format!(" ORDER BY {column}, {key}");
        let sql = sql.push(&order).limit(limit).push(") RETURNING 1");
        let purged: Vec<(i32,)> = self.all(sql).await?;
        Ok(purged.len())
    }
}
