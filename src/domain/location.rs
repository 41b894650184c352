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

impl Location {
    /// Returns the number of bytes of the metadata as JSON.
    #[must_use]
    pub fn metadata_size(&self) -> usize {
        if self.metadata.is_empty() {
            return 0;
        }
        serde_json::to_string(&self.metadata).map_or(0, |text| text.len())
    }
}
