//! Regions of a cloud: one identity, and images, tasks and containers that do not cross.

use std::sync::Arc;

/// A region as rows name it: by its name, but the first region of a cloud by the empty text. So a cloud that gets
/// further regions keeps its images in the first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RegionKey(Arc<str>);

impl RegionKey {
    /// Returns the key of the region with this name and this number, counted from 0.
    #[must_use]
    pub fn new(name: &str, number: usize) -> Self {
        Self(if number == 0 { "" } else { name }.into())
    }

    /// Returns the key that a row holds.
    #[must_use]
    pub fn of_row(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the text that rows hold.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
