//! A blob on its way into the database.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use futures_util::future::BoxFuture;
use tracing::Instrument;

use super::{CHUNK, DatabaseStore, SWEPT, to_io_error};
use crate::Result;
use crate::db::Session;
use crate::store::writer::AsyncWriter;

/// An image that is being written. Its blob gets a row when the first chunk is full.
#[derive(Debug)]
pub(super) struct DatabaseWriter {
    store: Arc<DatabaseStore>,
    name: String,
    claim: String,
    /// The bytes of the next chunk.
    buffer: BytesMut,
    /// The number of the next chunk.
    number: i64,
    /// The number of bytes.
    size: u64,
    /// Whether the blob has a row, and is not published.
    has_row: bool,
}

impl DatabaseWriter {
    pub(super) fn new(store: Arc<DatabaseStore>, name: &str, claim: &str) -> Self {
        Self {
            store,
            name: name.to_owned(),
            claim: claim.to_owned(),
            buffer: BytesMut::new(),
            number: 0,
            size: 0,
            has_row: false,
        }
    }

    /// Fills the buffer, and writes it as a chunk whenever it is full.
    async fn write_chunks(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let fits = bytes.len().min(CHUNK - self.buffer.len());
            let (now, later) = bytes.split_at_checked(fits).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == CHUNK {
                let mut session = self.store.db.write().await?;
                self.add_chunk(&mut session);
                session.commit().await?;
                self.has_row = true;
            }
        }
        Ok(())
    }

    /// Queues the buffer as a chunk, behind the row of the blob if there is none.
    fn add_chunk(&mut self, session: &mut Session) {
        if !self.has_row {
            session.insert_blob(&self.claim, &self.store.space, &self.name, None);
        }
        session.insert_chunk(&self.claim, self.number, self.buffer.to_vec());
        self.buffer.clear();
        self.number += 1;
    }

    async fn publish(&mut self) -> io::Result<()> {
        let size = i64::try_from(self.size).map_err(io::Error::other)?;
        let mut session = self.store.db.write().await.map_err(to_io_error)?;
        let (space, name) = (&self.store.space, &self.name);
        // Data that is restored from a snapshot gets the name that it had.
        let replaced = session.doom_complete_blob(space, name).await;
        replaced.map_err(to_io_error)?;
        if self.has_row {
            let finished = session.finish_blob(&self.claim, size).await;
            if !finished.map_err(to_io_error)? {
                return Err(io::Error::other(SWEPT));
            }
            if !self.buffer.is_empty() {
                self.add_chunk(&mut session);
            }
        } else {
            session.insert_blob(&self.claim, space, name, Some(size));
            let chunk = std::mem::take(&mut self.buffer).into();
            session.insert_chunk(&self.claim, self.number, chunk);
        }
        session.commit().await.map_err(to_io_error)?;
        self.has_row = false;
        Ok(())
    }
}

impl AsyncWriter for DatabaseWriter {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move { self.write_chunks(bytes).await.map_err(to_io_error) })
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move { self.publish().await })
    }

    fn abandon(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            if std::mem::take(&mut self.has_row) {
                remove_partial(&self.store, &self.claim).await;
            }
        })
    }
}

/// Removes the blob of an attempt that was given up.
async fn remove_partial(store: &DatabaseStore, claim: &str) {
    let removed = async {
        let mut session = store.db.write().await?;
        session.doom_blob(claim);
        session.commit().await?;
        store.remove_doomed().await
    };
    if let Err(error) = removed.await {
        tracing::warn!(%error, claim, "cannot remove a partial blob; the next start will");
    }
}

impl Drop for DatabaseWriter {
    fn drop(&mut self) {
        if !std::mem::take(&mut self.has_row) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (store, claim) = (Arc::clone(&self.store), std::mem::take(&mut self.claim));
            let removal = async move { remove_partial(&store, &claim).await };
            runtime.spawn(removal.in_current_span());
        }
    }
}
