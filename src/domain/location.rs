//! Locations of image data.

use serde_json::{Map, Value};

/// A location that holds the data of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// The URL in the store's notation.
    pub url: String,
    /// The metadata that the store gives the location.
    pub metadata: Map<String, Value>,
}
