//! The object store as rows: accounts, containers, objects and their data.

mod containers;
mod data;
mod objects;

use crate::domain::object_store::Metadata;
use crate::domain::object_store::error::ObjectStoreError;
use crate::{Error, Result};

pub use containers::ListedContainer;
pub use objects::ListedObject;

impl From<sqlx::Error> for ObjectStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Service(error.into())
    }
}

/// Returns the text that a column has for metadata.
fn packed(metadata: &Metadata) -> Result<String> {
    serde_json::to_string(metadata).map_err(unreadable)
}

/// Reads what a column has for metadata.
fn unpacked(text: &str) -> Result<Metadata> {
    serde_json::from_str(text).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the metadata of an object: {error}"))
}
