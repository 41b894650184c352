//! The initial data of a cloud that is opened.

use std::sync::Arc;

use super::snapshot::blobs::SnapshotStores;
use super::snapshot::state::State;

/// The data that a cloud starts with.
#[derive(Clone, Debug)]
pub enum OpenMode {
    /// The data that is there.
    Existing,
    /// No data: what is there is removed.
    Empty,
    /// The data of the cloud before, because the new one could not be opened.
    Rollback,
    /// A snapshot, in place of what is there.
    Snapshot {
        /// The rows.
        state: Arc<State>,
        /// The stores with its bytes.
        blob_stores: Arc<SnapshotStores>,
        /// Whether it is what the cloud begins with each time: then its seeds belong to it.
        start: bool,
    },
}
