//! Copies of bytes for snapshots, in a store beside each store, where neither requests nor sweeps come.
//!
//! On a disk such a copy is another name of the same file, and in memory the same memory: it costs next
//! to nothing. The database and S3 copy without sending the bytes through this process.

use std::io;

use tracing::instrument;

use super::Store;
use super::backend::{BlobCopy, Copied};

/// The name of the place that has the snapshots' stores of a store.
pub(super) const SNAPSHOTS: &str = "snapshots";

impl Store {
    /// Returns `true` if what a snapshot's store keeps outlives the process.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.0.is_persistent()
    }

    /// Returns `true` if a copy for a snapshot costs next to nothing, however large it is.
    #[must_use]
    pub fn copies_cheaply(&self) -> bool {
        self.0.copies_cheaply()
    }

    /// Returns the store for the snapshot of this name. Beside a store that is not persistent it is a
    /// new store each time, whose bytes live as long as the handle.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), snapshot = name))]
    pub async fn snapshot_store(&self, name: &str) -> io::Result<Self> {
        self.backend().snapshot_store(name).await
    }

    /// Copies the bytes with this name to another store, as those with the name `target` there. `claim` is
    /// the name of this attempt, which no other attempt has. Returns the number of bytes, or `None` if
    /// there are none.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), to = to.kind(), name = name))]
    pub async fn copy(
        &self,
        name: &str,
        to: &Self,
        target: &str,
        claim: &str,
    ) -> io::Result<Option<u64>> {
        let copy = BlobCopy {
            name,
            target,
            claim,
        };
        match self.backend().copy_to(copy, to.backend()).await? {
            Copied::Bytes(size) => Ok(Some(size)),
            Copied::Missing => Ok(None),
            Copied::Unsupported => self.send(copy, to).await,
        }
    }

    /// Copies bytes through this process.
    async fn send(&self, copy: BlobCopy<'_>, to: &Self) -> io::Result<Option<u64>> {
        let Some(content) = self.open(&self.url(copy.name)).await? else {
            return Ok(None);
        };
        let size = content.size();
        let writer = to.writer(copy.target, copy.claim, Some(size)).await?;
        writer.write_all(content.stream()).await?;
        Ok(Some(size))
    }

    /// Adds the bytes that another store has, if both are in memory.
    pub(super) fn take_over_memory(&self, from: &Self) {
        self.0.take_over_memory(&*from.0);
    }

    /// Waits until what was copied here would survive a power failure.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn sync(&self) -> io::Result<()> {
        self.backend().sync().await
    }

    /// Deletes all bytes of a snapshot's store, and the place itself.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn remove_all(&self) -> io::Result<()> {
        let contents = self.contents().await?;
        for name in contents.partial {
            self.delete_partial(&name).await?;
        }
        for name in contents.complete {
            self.delete(&name).await?;
        }
        self.backend().remove_place().await
    }
}
