//! Locations: where the bytes of an image are.

use serde_json::{Map, Value};

/// One place that holds the bytes of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// Where, as the store understands it.
    pub url: String,
    /// What the store says of it.
    pub metadata: Map<String, Value>,
}

impl Location {
    /// The name of the store that keeps these bytes, where it was told.
    #[must_use]
    pub fn store(&self) -> Option<&str> {
        self.metadata.get("store").and_then(Value::as_str)
    }
}
