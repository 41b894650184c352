//! Metadata definitions: namespaces of properties, objects and tags. Glance:
//! `glance/api/v2/metadef_namespaces.py`.

mod body;
pub mod definition;
pub mod errors;
pub mod full_namespace;
pub mod namespace;
pub mod object;
pub mod property;
pub mod query;
pub mod resource_type;
pub mod schema;
pub mod storable;
pub mod tag;

use chrono::{DateTime, Utc};

/// An item of a namespace with the times of its creation and last change.
#[derive(Clone, Debug, PartialEq)]
pub struct Timestamped<T> {
    /// The item.
    pub item: T,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of the last change; `None` for items loaded from a file.
    pub updated_at: Option<DateTime<Utc>>,
}

impl<T> Timestamped<T> {
    /// Returns an item that is created now.
    #[must_use]
    pub fn new(item: T, now: DateTime<Utc>) -> Self {
        Self {
            item,
            created_at: now,
            updated_at: Some(now),
        }
    }
}
