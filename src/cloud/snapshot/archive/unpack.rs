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

/// The length of a piece that is passed on, in bytes.
const PIECE: usize = 128 << 10;

/// The length of a piece of an entry of lines, in bytes, if no line is longer.
const LINES: usize = 4 << 20;

/// The largest hashes that are read, in bytes: a million and more.
const LARGEST_SUMS: u64 = 256 << 20;

/// Returns the error of a file that is not a snapshot.
pub(super) fn no_snapshot() -> Error {
    Error::InvalidSnapshot("The file is no snapshot of lookalike.".into())
}

/// Returns what was wrong with the file, in other words; but not that it did not come.
fn as_words(error: Error, words: Error) -> Error {
    match error {
        Error::InvalidSnapshot(_) => words,
        other => other,
    }
}

fn cut_off() -> Error {
    Error::InvalidSnapshot("The snapshot is damaged: it ends too early.".into())
}

/// A tar that is being read.
pub(super) struct Unpack<S> {
    file: S,
    rest: Bytes,
    name: String,
    size: u64,
    hash: Hasher,
    sums: Map<String, Value>,
    /// Lines of which the last is not whole yet.
    lines: Vec<u8>,
}

impl<S> Unpack<S>
where
    S: Stream<Item = Result<Bytes>> + Send + Unpin,
{
    pub(super) fn new(file: S) -> Self {
        Self {
            file,
            rest: Bytes::new(),
            name: String::new(),
            size: 0,
            hash: Hasher::new(Algorithm::Sha256),
            sums: Map::new(),
            lines: Vec::new(),
        }
    }

    /// Some bytes, but not more than these.
    async fn some(&mut self, most: usize) -> Result<Bytes> {
        while self.rest.is_empty() {
            self.rest = self.file.next().await.ok_or_else(cut_off)??;
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
        let block = block.map_err(|error| as_words(error, wrong()))?;
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
            return Err(Error::InvalidSnapshot(words));
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
        stream::try_unfold((self, size), async |(value, left)| {
            if left == 0 {
                return Ok(None);
            }
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let some = value.some(most).await.map_err(io::Error::other)?;
            value.hash.update(&some);
            let left = left - some.len() as u64;
            Ok(Some((some, (value, left))))
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

    /// Goes on to an entry, which has to be the next and no larger than this; how large it is.
    pub(super) async fn begin_within(&mut self, name: &str, most: u64) -> Result<usize> {
        let (found, size) = self.header().await?;
        if found != name {
            return Err(no_snapshot());
        }
        if size > most {
            return Err(Error::TooLarge(format!(
                "The snapshot cannot be taken: its {name} has {size} bytes, and at most {most} are read."
            )));
        }
        self.enter(found, size);
        usize::try_from(size).map_err(|_| no_snapshot())
    }

    /// All of an entry, which has to be the next.
    pub(super) async fn whole(&mut self, name: &str, most: u64) -> Result<Vec<u8>> {
        let size = self.begin_within(name, most).await?;
        let bytes = self.exactly(size).await?;
        self.hash.update(&bytes);
        self.end().await?;
        Ok(bytes)
    }

    /// The next lines of an entry of which this much is left, or nothing if there are no more: some at a
    /// time, as they come.
    pub(super) async fn lines(&mut self, left: &mut usize) -> Result<Option<Vec<u8>>> {
        while *left > 0 {
            let some = self.some(*left).await?;
            self.hash.update(&some);
            *left -= some.len();
            let before = self.lines.len();
            self.lines.extend_from_slice(&some);
            let end = some.iter().rposition(|value| *value == b'\n');
            if let Some(end) = end.filter(|_| self.lines.len() >= LINES) {
                let rest = self.lines.split_off(before + end + 1);
                return Ok(Some(std::mem::replace(&mut self.lines, rest)));
            }
        }
        let last = std::mem::take(&mut self.lines);
        Ok(Some(last).filter(|value| !value.is_empty()))
    }

    /// Reads the hashes and the end, and compares.
    pub(super) async fn finish(mut self, name: &str) -> Result<()> {
        let sums = std::mem::take(&mut self.sums);
        // So that what is wrong here is not taken for the beginning.
        self.sums.insert(String::new(), Value::Null);
        let said = self
            .whole(name, LARGEST_SUMS)
            .await
            .map_err(|error| as_words(error, cut_off()))?;
        let said: Map<String, Value> = serde_json::from_slice(&said).map_err(|_| cut_off())?;
        let mut wrong = sums
            .iter()
            .filter(|(name, sum)| said.get(*name) != Some(*sum));
        if let Some((name, _)) = wrong.next() {
            let words = format!("The snapshot is damaged: {name} is not as it was written.");
            return Err(Error::InvalidSnapshot(words));
        }
        let end = self.exactly(1024).await?;
        if end.as_slice().chunk().iter().any(|chunk| *chunk != 0) || said.len() != sums.len() {
            return Err(cut_off());
        }
        Ok(())
    }
}
