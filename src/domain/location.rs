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
