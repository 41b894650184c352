//! Metadata definitions: what properties things may have, and what they mean, namespace by namespace.

pub mod definition;
pub mod failure;
pub mod namespace;
pub mod object;
pub mod property;
pub mod query;
mod read;
pub mod resource_type;
pub mod shape;
pub mod tag;
pub mod whole;

use chrono::{DateTime, Utc};

/// Something that is kept in a namespace, and since when.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<T> {
    /// What is kept.
    pub item: T,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// When it last changed; nothing for what a file brought.
    pub updated_at: Option<DateTime<Utc>>,
}

impl<T> Kept<T> {
    /// Something that comes now.
    #[must_use]
    pub fn new(item: T, now: DateTime<Utc>) -> Self {
        Self {
            item,
            created_at: now,
            updated_at: Some(now),
        }
    }
}
