//! One blob of a snapshot: which bytes of which image in which store.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::store::{Store, image_of_name, name_of_url};

/// The name of the staging area in archives. No store has such a name.
pub(super) const STAGING: &str = "+staging";

/// Bytes that rows speak of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotBlob {
    /// The store that they lie in.
    pub store: String,
    /// The image.
    pub image: String,
    /// The URL of the bytes, as in the rows.
    pub url: String,
    /// The name of staged bytes, which have no URL; `None` if it is the image's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staged: Option<String>,
    /// The number of bytes; `None` if they were not saved.
    pub size: Option<u64>,
}

impl SnapshotBlob {
    /// Returns the name of the bytes in the store, and in that of the snapshot. What is no name of the
    /// image, as in the URL of generated data, is the image's id.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.staged.as_deref();
        let name = name.unwrap_or_else(|| name_of_url(&self.url));
        if image_of_name(name) == Some(&*self.image) {
            name
        } else {
            &self.image
        }
    }
}

/// The place of bytes by its name, if it is one that is written to.
pub(super) fn place<'a>(app: &'a App, store: &str) -> Option<&'a Store> {
    if store == STAGING {
        return Some(app.stores.staging());
    }
    let entry = app.stores.get(store).filter(|store| !store.read_only);
    entry
        .map(|entry| &entry.store)
        .filter(|entry| !entry.is_http())
}
