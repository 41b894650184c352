//! The database as a store: chunks in rows. Servers that share nothing but a database share bytes.
//!
//! Each chunk is written in a transaction of its own, and read in a session of its own: nobody holds
//! a session while a client sends or reads.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::snapshot::SHELVES;
use super::{Content, Contents};
use crate::db::{Db, Session};
use crate::{Error, Result};

/// How many bytes a chunk has; the last of a blob may have fewer.
const CHUNK: usize = 1 << 20;

/// How many chunks one transaction copies.
const COPIED: i64 = 16;

#[derive(Debug)]
pub(super) struct Rows {
    db: Db,
    /// What sets several stores in one database apart.
    space: String,
}

impl Rows {
    pub(super) fn new(db: Db, space: String) -> Self {
        Self { db, space }
    }

    /// Whether what is in it stays when the process ends.
    pub(super) fn is_persistent(&self) -> bool {
        !self.db.is_in_memory()
    }

    /// A space of its own in the same database.
    pub(super) fn snapshot_store(&self, name: &str) -> Self {
        // No space that has a name has a slash in it.
        let space = format!("{}/{SHELVES}/{name}", self.space);
        Self::new(self.db.clone(), space)
    }

    /// Whether both are in the same database.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.db.is_same(&other.db)
    }

    /// Gives another space the bytes too, some chunks at a time; how many bytes there are.
    pub(super) async fn copy(
        &self,
        names: (&str, &str),
        to: &Self,
        claim: &str,
    ) -> io::Result<Option<u64>> {
        self.copy_chunks(names, to, claim).await.map_err(failed)
    }

    async fn copy_chunks(
        &self,
        (image, name): (&str, &str),
        to: &Self,
        claim: &str,
    ) -> Result<Option<u64>> {
        let found = self.db.read().await?.blob(&self.space, image).await?;
        let Some(blob) = found else { return Ok(None) };
        let size = u64::try_from(blob.size).unwrap_or(0);
        let mut db = self.db.write().await?;
        db.insert_blob(claim, &to.space, name, None);
        db.commit().await?;
        let chunks = i64::try_from(size.div_ceil(CHUNK as u64)).unwrap_or(i64::MAX);
        let mut number = 0;
        while number < chunks {
            let mut db = self.db.write().await?;
            db.copy_chunks(&blob.claim, claim, number..number + COPIED);
            db.commit().await?;
            number += COPIED;
        }
        let mut db = self.db.write().await?;
        // The source may have been removed on the way.
        if db.count_chunks(claim).await? != chunks {
            db.doom_blob(claim);
            db.commit().await?;
            self.remove_doomed().await?;
            return Ok(None);
        }
        db.doom_complete_blob(&to.space, name).await?;
        if !db.finish_blob(claim, blob.size).await? {
            return Err(Error::Internal(
                "the bytes were swept while they came".into(),
            ));
        }
        db.commit().await?;
        self.remove_doomed().await?;
        Ok(Some(size))
    }

    pub(super) fn url(&self, image: &str) -> String {
        let slash = if self.space.is_empty() { "" } else { "/" };
        format!("database:///{}{slash}{image}", self.space)
    }

    pub(super) fn writer(self: &Arc<Self>, image: &str, claim: &str) -> Writer {
        Writer {
            rows: Arc::clone(self),
            image: image.to_owned(),
            claim: claim.to_owned(),
            held: BytesMut::new(),
            number: 0,
            size: 0,
            begun: false,
        }
    }

    pub(super) async fn open(&self, image: &str) -> io::Result<Option<Content>> {
        let mut db = self.db.read().await.map_err(failed)?;
        let found = db.blob(&self.space, image).await.map_err(failed)?;
        Ok(found.map(|blob| Content::Rows {
            size: u64::try_from(blob.size).unwrap_or(0),
            chunks: Chunks {
                db: self.db.clone(),
                claim: blob.claim.into(),
            },
        }))
    }

    pub(super) async fn delete(&self, image: &str) -> io::Result<()> {
        let mut db = self.db.write().await.map_err(failed)?;
        self.delete_in_session(&mut db, image).await?;
        db.commit().await.map_err(failed)?;
        self.collect_garbage().await
    }

    pub(super) async fn delete_partial(&self, image: &str) -> io::Result<()> {
        let mut db = self.db.write().await.map_err(failed)?;
        self.delete_partial_in_session(&mut db, image).await?;
        db.commit().await.map_err(failed)?;
        self.collect_garbage().await
    }

    pub(super) async fn delete_in_session(&self, db: &mut Session, image: &str) -> io::Result<()> {
        db.doom_complete_blob(&self.space, image)
            .await
            .map_err(failed)
    }

    pub(super) async fn delete_partial_in_session(
        &self,
        db: &mut Session,
        image: &str,
    ) -> io::Result<()> {
        db.doom_partial_blobs(&self.space, image)
            .await
            .map_err(failed)
    }

    pub(super) async fn contents(&self) -> io::Result<Contents> {
        // What was doomed when a server died.
        self.collect_garbage().await?;
        let mut db = self.db.read().await.map_err(failed)?;
        let blobs = db.blobs(&self.space).await.map_err(failed)?;
        let (whole, begun): (Vec<_>, Vec<_>) = blobs.into_iter().partition(|it| it.complete);
        let images = |it: Vec<crate::db::BlobOwner>| it.into_iter().map(|it| it.image_id).collect();
        Ok(Contents {
            complete: images(whole),
            partial: images(begun),
        })
    }

    /// Removes the doomed, a few chunks at a time, so that others get their turn in between.
    pub(super) async fn collect_garbage(&self) -> io::Result<()> {
        self.remove_doomed().await.map_err(io::Error::other)
    }

    async fn remove_doomed(&self) -> Result<()> {
        let doomed = self.db.read().await?.doomed_blobs().await?;
        for claim in doomed {
            loop {
                let mut db = self.db.write().await?;
                // Others tidy too: who meets here takes turns.
                if !db.lock_doomed_blob(&claim).await? {
                    break;
                }
                let more = db.remove_chunks(&claim).await?;
                if !more {
                    db.remove_blob(&claim);
                }
                db.commit().await?;
            }
        }
        Ok(())
    }
}

/// An image that is being written. An attempt is begun in the database when there is a whole chunk.
#[derive(Debug)]
pub struct Writer {
    rows: Arc<Rows>,
    image: String,
    claim: String,
    held: BytesMut,
    number: i64,
    size: u64,
    begun: bool,
}

impl Writer {
    pub(super) async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let fits = bytes.len().min(CHUNK - self.held.len());
            let (now, later) = bytes.split_at_checked(fits).unwrap_or((bytes, &[]));
            self.held.extend_from_slice(now);
            bytes = later;
            if self.held.len() == CHUNK {
                let mut db = self.rows.db.write().await.map_err(failed)?;
                self.add(&mut db);
                db.commit().await.map_err(failed)?;
                self.begun = true;
            }
        }
        Ok(())
    }

    /// Queues what is held as a chunk, behind the beginning of the blob if there is none.
    fn add(&mut self, db: &mut Session) {
        if !self.begun {
            db.insert_blob(&self.claim, &self.rows.space, &self.image, None);
        }
        db.insert_chunk(&self.claim, self.number, self.held.to_vec());
        self.held.clear();
        self.number += 1;
    }

    pub(super) async fn finish(mut self) -> io::Result<()> {
        let size = i64::try_from(self.size).map_err(io::Error::other)?;
        let mut db = self.rows.db.write().await.map_err(failed)?;
        let (space, image) = (&self.rows.space, &self.image);
        // What an attempt that was given up has left.
        db.doom_complete_blob(space, image).await.map_err(failed)?;
        if self.begun {
            if !db.finish_blob(&self.claim, size).await.map_err(failed)? {
                return Err(io::Error::other("the bytes were swept while they came"));
            }
            if !self.held.is_empty() {
                self.add(&mut db);
            }
        } else {
            db.insert_blob(&self.claim, space, image, Some(size));
            let all = std::mem::take(&mut self.held).into();
            db.insert_chunk(&self.claim, self.number, all);
        }
        db.commit().await.map_err(failed)?;
        self.begun = false;
        Ok(())
    }

    pub(super) async fn abandon(mut self) {
        if std::mem::take(&mut self.begun) {
            forget(&self.rows, &self.claim).await;
        }
    }
}

async fn forget(rows: &Rows, claim: &str) {
    let forgotten = async {
        let mut db = rows.db.write().await.map_err(failed)?;
        db.doom_blob(claim);
        db.commit().await.map_err(failed)?;
        rows.collect_garbage().await
    };
    if let Err(error) = forgotten.await {
        tracing::warn!(%error, claim, "begun rows could not be removed; the next start will");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !std::mem::take(&mut self.begun) {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (rows, claim) = (Arc::clone(&self.rows), std::mem::take(&mut self.claim));
            runtime.spawn(async move { forget(&rows, &claim).await });
        }
    }
}

/// The chunks of one blob.
#[derive(Clone, Debug)]
pub struct Chunks {
    db: Db,
    claim: Arc<str>,
}

impl Chunks {
    /// Where the piece ends that the byte at `at` lies in.
    pub(super) fn end_of_piece(at: u64) -> u64 {
        (at / CHUNK as u64 + 1) * CHUNK as u64
    }

    /// Some bytes of one piece.
    pub(super) async fn read(self, Range { start, end }: Range<u64>) -> io::Result<Bytes> {
        let number = start / CHUNK as u64;
        let mut db = self.db.read().await.map_err(failed)?;
        let chunk = db
            .chunk(&self.claim, i64::try_from(number).unwrap_or(i64::MAX))
            .await
            .map_err(failed)?;
        drop(db);
        let chunk = Bytes::from(chunk.unwrap_or_default());
        let within = |at: u64| usize::try_from(at - number * CHUNK as u64).unwrap_or(usize::MAX);
        if within(end) > chunk.len() {
            let why = "the bytes were removed while they were read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        Ok(chunk.slice(within(start)..within(end)))
    }
}

fn failed(error: impl Into<Error>) -> io::Error {
    io::Error::other(error.into())
}
