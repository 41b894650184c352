//! Writing the entries of a tar, one after the other, and remembering their hashes.

use std::io;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, pin_mut};
use serde_json::{Map, Value};
use tar::Header;

use super::PieceSender;
use crate::config::Algorithm;
use crate::store::{Content, Hasher};

/// The unit of lengths in a tar, in bytes.
pub(super) const BLOCK: u64 = 512;

/// Returns how many bytes fill the last block of so many.
pub(super) fn padding(size: u64) -> usize {
    let over = size % BLOCK;
    let padding = if over == 0 { 0 } else { BLOCK - over };
    usize::try_from(padding).unwrap_or(0)
}

/// A tar that is being written.
pub(super) struct Pack<'a> {
    to: &'a PieceSender,
    time: u64,
    sums: Map<String, Value>,
}

impl<'a> Pack<'a> {
    pub(super) fn new(to: &'a PieceSender, time: DateTime<Utc>) -> Self {
        Self {
            to,
            time: u64::try_from(time.timestamp()).unwrap_or(0),
            sums: Map::new(),
        }
    }

    async fn send(&self, bytes: Bytes) -> io::Result<()> {
        let sent = self.to.send(Ok(bytes)).await;
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    async fn begin(&self, name: &str, size: u64) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(self.time);
        header.set_cksum();
        self.send(Bytes::copy_from_slice(header.as_bytes())).await
    }

    async fn end(&mut self, name: &str, size: u64, hash: Hasher) -> io::Result<()> {
        self.sums.insert(name.to_owned(), hash.finish().into());
        self.send(vec![0; padding(size)].into()).await
    }

    /// Adds bytes as a file.
    pub(super) async fn file(&mut self, name: &str, bytes: Bytes) -> io::Result<()> {
        let (size, mut hash) = (bytes.len() as u64, Hasher::new(Algorithm::Sha256));
        hash.update(&bytes);
        self.begin(name, size).await?;
        self.send(bytes).await?;
        self.end(name, size, hash).await
    }

    /// Adds what lies in a store.
    pub(super) async fn content(&mut self, name: &str, content: Content) -> io::Result<()> {
        let (size, mut hash) = (content.size(), Hasher::new(Algorithm::Sha256));
        self.begin(name, size).await?;
        let bytes = content.stream();
        pin_mut!(bytes);
        while let Some(some) = bytes.next().await {
            let some = some?;
            hash.update(&some);
            self.send(some).await?;
        }
        self.end(name, size, hash).await
    }

    /// Adds the hashes, and the end.
    pub(super) async fn finish(mut self, name: &str) -> io::Result<()> {
        let sums = Value::Object(std::mem::take(&mut self.sums)).to_string();
        self.file(name, sums.into()).await?;
        self.send(vec![0; 1024].into()).await
    }
}
