//! The database as a store: blobs in chunks, a row each. Servers that share nothing but a database
//! share the bytes, too.
//!
//! Each chunk is written in a transaction of its own and read in a session of its own, so that no
//! session is held while a client sends or receives.

mod backend;
mod writer;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::backend::{BlobCopy, Copied};
use super::content::{ByteSource, ByteStream, read_in_pieces};
use super::{Content, StoreContents};
use crate::db::{BlobName, Db};
use crate::domain::range::ByteRange;
use crate::{Error, Result};

/// The size of a chunk in bytes; the last chunk of a blob may be shorter.
const CHUNK: usize = 1 << 20;

/// The number of chunks that one transaction copies.
const COPIED_AT_ONCE: i64 = 16;

/// A store in a database.
#[derive(Clone, Debug)]
pub(super) struct DatabaseStore {
    db: Db,
    /// The name that tells several stores in one database apart.
    space: String,
}

impl DatabaseStore {
    pub(super) fn new(db: Db, space: String) -> Self {
        Self { db, space }
    }

    /// Returns a store in the same database, in a space of its own below this one. The name of a
    /// configured space has no slash, so it cannot be the same.
    fn below(&self, name: &str) -> Self {
        Self::new(self.db.clone(), format!("{}/{name}", self.space))
    }

    async fn read_blob(&self, name: &str) -> Result<Option<Content>> {
        let mut session = self.db.read().await?;
        let found = session.blob(&self.space, name).await?;
        Ok(found.map(|blob| {
            let chunks = BlobChunks {
                db: self.db.clone(),
                claim: blob.claim.into(),
            };
            Content::new(u64::try_from(blob.size).unwrap_or(0), chunks)
        }))
    }

    async fn list(&self) -> Result<StoreContents> {
        // A server may have died before it removed what it had marked.
        self.remove_doomed().await?;
        let mut session = self.db.read().await?;
        let blobs = session.blobs(&self.space).await?;
        let (complete, partial): (Vec<_>, Vec<_>) =
            blobs.into_iter().partition(|blob| blob.complete);
        let names = |blobs: Vec<BlobName>| blobs.into_iter().map(|blob| blob.name).collect();
        Ok(StoreContents {
            complete: names(complete),
            partial: names(partial),
        })
    }

    /// Copies a blob to another space, some chunks at a time.
    async fn copy(&self, copy: BlobCopy<'_>, to: &Self) -> Result<Copied> {
        let claim = copy.claim;
        let found = self.db.read().await?.blob(&self.space, copy.name).await?;
        let Some(blob) = found else {
            return Ok(Copied::Missing);
        };
        let size = u64::try_from(blob.size).unwrap_or(0);
        let mut session = self.db.write().await?;
        session.insert_blob(claim, &to.space, copy.target, None);
        session.commit().await?;
        let chunks = i64::try_from(size.div_ceil(CHUNK as u64)).unwrap_or(i64::MAX);
        let mut number = 0;
        while number < chunks {
            let mut session = self.db.write().await?;
            session.copy_chunks(&blob.claim, claim, number..number + COPIED_AT_ONCE);
            session.commit().await?;
            number += COPIED_AT_ONCE;
        }
        let mut session = self.db.write().await?;
        // The source may have been removed on the way.
        if session.count_chunks(claim).await? != chunks {
            session.doom_blob(claim);
            session.commit().await?;
            self.remove_doomed().await?;
            return Ok(Copied::Missing);
        }
        session.doom_complete_blob(&to.space, copy.target).await?;
        if !session.finish_blob(claim, blob.size).await? {
            return Err(Error::Internal(SWEPT.into()));
        }
        session.commit().await?;
        self.remove_doomed().await?;
        Ok(Copied::Bytes(size))
    }

    /// Removes the blobs that are marked, a few chunks at a time so that others can write in between.
    async fn remove_doomed(&self) -> Result<()> {
        let doomed = self.db.read().await?.doomed_blobs().await?;
        for claim in doomed {
            loop {
                let mut session = self.db.write().await?;
                // Other servers do the same: whoever locks the blob removes the next chunks.
                if !session.lock_doomed_blob(&claim).await? {
                    break;
                }
                let more = session.remove_chunks(&claim).await?;
                if !more {
                    session.remove_blob(&claim);
                }
                session.commit().await?;
            }
        }
        Ok(())
    }
}

/// The text of the error of a writer whose partial blob was swept.
const SWEPT: &str = "the bytes were swept while they were written";

/// The chunks of one blob.
#[derive(Clone, Debug)]
struct BlobChunks {
    db: Db,
    claim: Arc<str>,
}

impl ByteSource for BlobChunks {
    fn read(&self, part: ByteRange) -> ByteStream {
        let chunks = self.clone();
        let piece_end = |offset| (offset / CHUNK as u64 + 1) * CHUNK as u64;
        read_in_pieces(part, piece_end, move |range| {
            chunks.clone().read_range(range)
        })
    }
}

impl BlobChunks {
    /// Reads bytes of one chunk.
    async fn read_range(self, range: Range<u64>) -> io::Result<Bytes> {
        let number = range.start / CHUNK as u64;
        let mut session = self.db.read().await.map_err(to_io_error)?;
        let chunk = session
            .chunk(&self.claim, i64::try_from(number).unwrap_or(i64::MAX))
            .await
            .map_err(to_io_error)?;
        drop(session);
        let chunk = Bytes::from(chunk.unwrap_or_default());
        let first = number * CHUNK as u64;
        let within = |offset: u64| usize::try_from(offset - first).unwrap_or(usize::MAX);
        let (start, end) = (within(range.start), within(range.end));
        if end > chunk.len() {
            let words = "the bytes were removed while they were read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, words));
        }
        Ok(chunk.slice(start..end))
    }
}

fn to_io_error(error: impl Into<Error>) -> io::Error {
    io::Error::other(error.into())
}
