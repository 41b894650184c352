//! Snapshots as files on this machine.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use super::{START, Snapshot, SnapshotError};
use crate::Error;
use crate::cloud::Cloud;

/// The size of the pieces in which a file is read, in bytes.
const PIECE: usize = 256 << 10;

impl Cloud {
    /// Writes a snapshot into a file, in place of what is in it.
    pub async fn export_to(&self, name: &str, path: &Path) -> Result<(), SnapshotError> {
        let pieces = self.export(name).await?;
        write(path, pieces)
            .await
            .map_err(|error| SnapshotError::file(path, error))
    }

    /// Keeps what is in a file as a snapshot, in place of any of its name.
    pub async fn import_from(
        &self,
        name: &str,
        path: &Path,
    ) -> Result<Arc<Snapshot>, SnapshotError> {
        let file = open(path)
            .await
            .map_err(|error| SnapshotError::file(path, error))?;
        self.import(name, file).await
    }

    /// Begins with the state in a file, and makes that what a reset goes back to.
    pub(in crate::cloud) async fn begin_with_file(&self, path: &Path) -> Result<(), SnapshotError> {
        // It is no store that fails here.
        let opened = open(path).await;
        let file = opened.map_err(|error| Error::InvalidSnapshot(error.to_string()))?;
        let file = file.map_err(Error::from);
        let snapshot = self.take_in(START.into(), file).await?;
        self.put_in(&snapshot).await
    }
}

/// Opens a file to be read piece by piece.
async fn open(path: &Path) -> io::Result<ReaderStream<File>> {
    let file = File::open(path).await?;
    Ok(ReaderStream::with_capacity(file, PIECE))
}

async fn write(
    path: &Path,
    pieces: impl Stream<Item = io::Result<Bytes>> + Send,
) -> io::Result<()> {
    let mut file = File::create(path).await?;
    let mut pieces = std::pin::pin!(pieces);
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).await?;
    }
    file.flush().await
}
