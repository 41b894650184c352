//! The mark of a load: while it is there, the next start loads the snapshot that it names.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Snapshots;
use super::registry::CrashRemains;
use crate::Error;
use crate::cloud::Cloud;
use crate::cloud::error::OpenError;
use crate::cloud::lease::DataLease;
use crate::cloud::open_mode::OpenMode;

/// The time between two attempts to remove the mark of a load that has ended.
const PAUSE: Duration = Duration::from_secs(1);

impl Snapshots {
    /// What a start begins with, if a process died while it loaded that. Where other servers were
    /// beside it, they have gone on since then: what they acknowledged must not give way to it.
    pub(in crate::cloud) async fn broken_off(
        &self,
        left: &CrashRemains,
        hold: &DataLease,
        data: &Path,
    ) -> Result<OpenMode, OpenError> {
        match &left.loading {
            Some(it) if hold.was_alone(data, &it.server) => {
                let found = self.registry.has_rows(&it.snapshot).await;
                if !found.map_err(Error::from)? {
                    let name = &it.snapshot.about.name;
                    tracing::warn!(
                        name,
                        "a load of a snapshot came to no end, and the snapshot is gone: not loading it"
                    );
                    return Ok(OpenMode::Existing);
                }
                tracing::warn!("the server died while it loaded a snapshot: loading it now");
                Ok(self.begin_with(&it.snapshot).await?)
            }
            Some(it) => {
                let name = &it.snapshot.about.name;
                tracing::warn!(
                    name,
                    "a server died while it loaded a snapshot and others went on: load it again"
                );
                Ok(OpenMode::Existing)
            }
            None => Ok(OpenMode::Existing),
        }
    }

    /// Removes the mark of a load.
    async fn end_load(&self) -> io::Result<()> {
        let removed = self.registry.loaded().await;
        self.has_old_mark.store(removed.is_err(), Ordering::Relaxed);
        removed
    }
}

impl Cloud {
    /// Removes the mark of a load, with the turn of snapshots taken. Where the disk does not let it go, that is tried until it
    /// does: the next start would load the snapshot in place of all that was acknowledged since.
    pub(super) async fn end_load(&self) {
        let Err(error) = self.kept().end_load().await else {
            return;
        };
        tracing::error!(%error, "cannot remove the mark of a load that has ended: trying again");
        let cloud = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                let Some(inner) = cloud.upgrade() else { return };
                let _turn = inner.snapshots.turn.lock().await;
                if !inner.snapshots.has_old_mark.load(Ordering::Relaxed)
                    || inner.snapshots.end_load().await.is_ok()
                {
                    return;
                }
            }
        });
    }
}
