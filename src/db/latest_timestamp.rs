//! The latest timestamp in the database.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// The columns written whenever a client changes something that has a timestamp.
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
    /// Returns the latest of all timestamps that clients can have seen; `None` in a new database.
    pub async fn latest_timestamp(&mut self) -> Result<Option<DateTime<Utc>>> {
        let mut latest = None;
        for (table, time) in TIMES {
            let sql = Sql::new("SELECT max(")
                .push(time)
                .push(") FROM ")
                .push(table);
            let found: Option<(Option<DateTime<Utc>>,)> = self.one(sql).await?;
            latest = latest.max(found.and_then(|(time,)| time));
        }
        Ok(latest)
    }
}
