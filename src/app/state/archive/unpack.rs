//! Reading the entries of a tar, one after the other as they are expected, and comparing their hashes.

use std::io;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Map, Value};
use tar::Header;

use super::pack::{BLOCK, padding};
use crate::config::Algorithm;
use crate::store::Hasher;
use crate::{Error, Result};

/// How much is handed on at a time.
const PIECE: usize = 128 << 10;

/// That the file is of another kind.
pub(super) fn no_snapshot() -> Error {
    Error::Invalid("The file is no snapshot of lookalike.".into())
}

fn cut_off() -> Error {
    Error::Invalid("The snapshot is damaged: it ends too early.".into())
}

/// A tar that is being read.
pub(super) struct Unpack<S> {
    file: S,
    rest: Bytes,
    name: String,
    size: u64,
    hash: Hasher,
    sums: Map<String, Value>,
}

impl<S, E> Unpack<S>
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: std::fmt::Display,
{
    pub(super) fn new(file: S) -> Self {
        Self {
            file,
            rest: Bytes::new(),
            name: String::new(),
            size: 0,
            hash: Hasher::new(Algorithm::Sha256),
            sums: Map::new(),
        }
    }

    /// Some bytes, but not more than these.
    async fn some(&mut self, most: usize) -> Result<Bytes> {
        while self.rest.is_empty() {
            self.rest = match self.file.next().await {
                Some(Ok(it)) => it,
                Some(Err(error)) => return Err(Error::ClientGone(error.to_string())),
                None => return Err(cut_off()),
            };
        }
        Ok(self.rest.split_to(most.min(self.rest.len()).min(PIECE)))
    }

    async fn exactly(&mut self, size: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() < size {
            let some = self.some(size - bytes.len()).await?;
            bytes.extend_from_slice(&some);
        }
        Ok(bytes)
    }

    async fn header(&mut self) -> Result<(String, u64)> {
        let first = self.sums.is_empty();
        let wrong = || if first { no_snapshot() } else { cut_off() };
        let block = self.exactly(usize::try_from(BLOCK).unwrap_or(0)).await;
        let block = block.map_err(|it| if first { no_snapshot() } else { it })?;
        let header = Header::from_byte_slice(&block);
        if header.as_ustar().is_none() {
            return Err(wrong());
        }
        let size = header.entry_size().map_err(|_| wrong())?;
        let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
        Ok((name, size))
    }

    /// Goes on to an entry, which has to be the next.
    pub(super) async fn begin(&mut self, name: &str, size: u64) -> Result<()> {
        let (found, length) = self.header().await?;
        if found != name || length != size {
            let words = format!("The snapshot is damaged: {found} is where {name} should be.");
            return Err(Error::Invalid(words));
        }
        self.enter(found, length);
        Ok(())
    }

    fn enter(&mut self, name: String, size: u64) {
        self.name = name;
        self.size = size;
        self.hash = Hasher::new(Algorithm::Sha256);
    }

    /// The bytes of an entry that was begun.
    pub(super) fn content(&mut self, size: u64) -> impl Stream<Item = io::Result<Bytes>> {
        stream::try_unfold((self, size), async |(it, left)| {
            if left == 0 {
                return Ok(None);
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let some = it.some(most).await.map_err(io::Error::other)?;
            it.hash.feed(&some);
            let left = left - some.len() as u64;
            Ok(Some((some, (it, left))))
        })
    }

    /// Leaves an entry of which all was read.
    pub(super) async fn end(&mut self) -> Result<()> {
        self.exactly(padding(self.size)).await?;
        let hash = std::mem::replace(&mut self.hash, Hasher::new(Algorithm::Sha256));
        let name = std::mem::take(&mut self.name);
        self.sums.insert(name, hash.finish().into());
        Ok(())
    }

    /// All of an entry, which has to be the next.
    pub(super) async fn whole(&mut self, name: &str, most: u64) -> Result<Vec<u8>> {
        let (found, size) = self.header().await?;
        if found != name || size > most {
            return Err(no_snapshot());
        }
        self.enter(found, size);
        let size = usize::try_from(size).map_err(|_| no_snapshot())?;
        let bytes = self.exactly(size).await?;
        self.hash.feed(&bytes);
        self.end().await?;
        Ok(bytes)
    }

    /// Reads the hashes and the end, and compares.
    pub(super) async fn finish(mut self, name: &str) -> Result<()> {
        let sums = std::mem::take(&mut self.sums);
        // So that what is wrong here is not taken for the beginning.
        self.sums.insert(String::new(), Value::Null);
        let said = self
            .whole(name, u64::from(u32::MAX))
            .await
            .map_err(|_| cut_off())?;
        let said: Map<String, Value> = serde_json::from_slice(&said).map_err(|_| cut_off())?;
        let mut wrong = sums
            .iter()
            .filter(|(name, sum)| said.get(*name) != Some(*sum));
        if let Some((name, _)) = wrong.next() {
            let words = format!("The snapshot is damaged: {name} is not as it was written.");
            return Err(Error::Invalid(words));
        }
        let end = self.exactly(1024).await?;
        if end.as_slice().chunk().iter().any(|it| *it != 0) || said.len() != sums.len() {
            return Err(cut_off());
        }
        Ok(())
    }
}
