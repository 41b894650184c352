//! A file on its way into a directory.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tokio::task::{JoinHandle, spawn_blocking};

use super::remove_file;
use crate::store::writer::BlockingWriter;

/// The number of bytes after which the disk is asked to start with them, so that the sync at the end
/// of a large file is short.
const SYNC_EVERY: u64 = 64 << 20;

/// A file that is being written.
#[derive(Debug)]
pub struct DirectoryWriter {
    file: File,
    /// The name of the file, until it is published.
    partial: Option<PathBuf>,
    published: PathBuf,
    /// The permissions that it gets in the end, where they are not those that the process gives.
    permissions: Option<u32>,
    /// The number of bytes since the last sync.
    unsynced: u64,
    syncing: Option<JoinHandle<()>>,
}

impl DirectoryWriter {
    /// Creates the file `partial`, which gets the name `published` in the end.
    pub(super) fn create(
        partial: PathBuf,
        published: PathBuf,
        permissions: Option<u32>,
    ) -> io::Result<Self> {
        Ok(Self {
            file: File::create_new(&partial)?,
            partial: Some(partial),
            published,
            permissions,
            unsynced: 0,
            syncing: None,
        })
    }

    /// Writes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.unsynced += bytes.len() as u64;
        let idle = self.syncing.as_ref().is_none_or(JoinHandle::is_finished);
        if self.unsynced >= SYNC_EVERY && idle {
            self.unsynced = 0;
            let file = self.file.try_clone()?;
            // An error comes back from the sync at the end, which is of all bytes.
            self.syncing = Some(spawn_blocking(move || drop(file.sync_data())));
        }
        Ok(())
    }

    /// Publishes the file, once it would survive a power failure.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(mode) = self.permissions {
            self.file.set_permissions(Permissions::from_mode(mode))?;
        }
        self.file.sync_all()?;
        if let Some(partial) = &self.partial {
            fs::rename(partial, &self.published)?;
        }
        self.partial = None;
        // The name is safe only when its directory is.
        if let Some(directory) = self.published.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }
}

impl BlockingWriter for DirectoryWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        Self::write(self, bytes)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Self::finish(*self)
    }
}

impl Drop for DirectoryWriter {
    fn drop(&mut self) {
        if let Some(partial) = self.partial.take()
            && let Err(error) = remove_file(&partial)
        {
            tracing::warn!(%error, file = %partial.display(), "cannot remove a partial file");
        }
    }
}
