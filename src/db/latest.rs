//! When the last thing happened that the database tells of.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// What is written whenever a client changes something that bears a time.
const TIMES: [(&str, &str); 8] = [
    ("images", "updated_at"),
    ("image_members", "updated_at"),
    ("tasks", "updated_at"),
    ("tokens", "issued_at"),
    ("metadef_namespaces", "coalesce(updated_at, created_at)"),
    ("metadef_objects", "coalesce(updated_at, created_at)"),
    ("metadef_properties", "coalesce(updated_at, created_at)"),
    ("metadef_tags", "coalesce(updated_at, created_at)"),
];

impl Session {
    /// The latest of all times that clients were told; nothing in a new database.
    pub async fn latest(&mut self) -> Result<Option<DateTime<Utc>>> {
        let mut latest = None;
        for (table, time) in TIMES {
            let sql = Sql::new("SELECT max(")
                .then(time)
                .then(") FROM ")
                .then(table);
            let found: Option<(Option<DateTime<Utc>>,)> = self.one(sql).await?;
            latest = latest.max(found.and_then(|(it,)| it));
        }
        Ok(latest)
    }
}
