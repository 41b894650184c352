//! One blob of a snapshot: which bytes of which image in which store.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::store::Store;

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
    /// The number of bytes; `None` if they were not saved.
    pub size: Option<u64>,
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
