//! Generated data as content: streamed, and hashed.
//!
//! Every store opens the URLs of such bytes ([`GeneratedData::url`]), for they say all that is to be known;
//! none keeps anything of them, and no request can add one.

use std::collections::HashMap;
use std::io;
use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use tokio::task::spawn_blocking;

use super::Hasher;
use super::zeros;
use crate::config::Algorithm;
use crate::domain::generated_data::{DiskHeader, GeneratedData, Pattern};
use crate::domain::range::ByteRange;

/// How many bytes are made up at a time.
const BLOCK: usize = 256 << 10;

/// How many are hashed before the thread asks whether anybody still waits.
const TURN: u64 = 64 << 20;

/// How many hashes are remembered.
const MOST: usize = 1024;

static ZEROS: [u8; BLOCK] = [0; BLOCK];

/// What bytes hash to is the same in every cloud of the process, and takes long to find out.
static KNOWN: LazyLock<Mutex<HashMap<(GeneratedData, &'static str), String>>> =
    LazyLock::new(Mutex::default);

/// The block that begins at a place and ends before `end`, or earlier.
fn block(made: GeneratedData, at: u64, end: u64) -> Bytes {
    let length = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
    if made.is_zero_from(at) {
        return Bytes::from_static(ZEROS.get(..length).unwrap_or_default());
    }
    let mut block = vec![0; length];
    made.fill(at, &mut block);
    Bytes::from(block)
}

/// A part of the bytes, which must lie within.
pub(super) fn part(
    made: GeneratedData,
    part: ByteRange,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let mut at = part.start;
    stream::iter(std::iter::from_fn(move || {
        let block = (at <= part.end).then(|| block(made, at, part.end + 1))?;
        at += block.len() as u64;
        Some(Ok(block))
    }))
}

/// The hash of made-up bytes, in hex, if it needs no work.
#[must_use]
pub fn known_hash(made: GeneratedData, algorithm: Algorithm) -> Option<String> {
    if made.pattern == Pattern::Zeros
        && made.header == DiskHeader::None
        && let Some(known) = zeros::hash(made.size, algorithm)
    {
        return Some(known.to_owned());
    }
    let known = KNOWN.lock();
    known.get(&(made, algorithm.as_str())).cloned()
}

/// The hash of made-up bytes, in hex. What is large takes seconds a GiB, on a thread that stops soon
/// after this is dropped.
pub async fn hash(made: GeneratedData, algorithm: Algorithm) -> io::Result<String> {
    if let Some(known) = known_hash(made, algorithm) {
        return Ok(known);
    }
    let mut hasher = Hasher::new(algorithm);
    let mut at = 0;
    while at < made.size {
        let end = made.size.min(at + TURN);
        let turn = spawn_blocking(move || {
            let mut from = at;
            while from < end {
                let block = block(made, from, end);
                hasher.update(&block);
                from += block.len() as u64;
            }
            hasher
        });
        hasher = turn.await.map_err(io::Error::other)?;
        at = end;
    }
    let hash = hasher.finish();
    let mut known = KNOWN.lock();
    if known.len() >= MOST {
        known.clear();
    }
    known.insert((made, algorithm.as_str()), hash.clone());
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;
    use crate::store::Content;

    fn made(size: u64, pattern: Pattern) -> GeneratedData {
        let header = DiskHeader::None;
        GeneratedData {
            size,
            pattern,
            header,
        }
    }

    #[tokio::test]
    async fn the_hash_is_that_of_the_bytes_that_are_read() {
        let made = made(700_001, Pattern::Random(5));
        let content = Content::Made(made);
        assert_eq!(content.size(), 700_001);
        let read: Vec<Bytes> = content.stream().try_collect().await.unwrap();
        let mut hasher = Hasher::new(Algorithm::Sha512);
        hasher.update(&read.concat());
        let expected = hasher.finish();
        assert_eq!(known_hash(made, Algorithm::Sha512), None);
        assert_eq!(hash(made, Algorithm::Sha512).await.unwrap(), expected);
        assert_eq!(known_hash(made, Algorithm::Sha512), Some(expected));
    }

    #[tokio::test]
    async fn zeros_have_the_hashes_that_everybody_knows() {
        let few = hash(made(1 << 20, Pattern::Zeros), Algorithm::Md5).await;
        assert_eq!(few.unwrap(), "b6d81b360a5672d80c27430f39153e2c");
        let many = known_hash(made(20 << 30, Pattern::Zeros), Algorithm::Md5);
        assert_eq!(many.unwrap(), "24eeb2845cbfda238b78fa165c21607d");
        let other = known_hash(made((20 << 30) + 1, Pattern::Zeros), Algorithm::Md5);
        assert_eq!(other, None);
    }

    #[tokio::test]
    async fn a_part_of_many_bytes_costs_no_more_than_the_part() {
        let content = Content::Made(made(1 << 60, Pattern::Random(1)));
        let (start, end) = ((1 << 59) + 3, (1 << 59) + 12);
        let read: Vec<Bytes> = content
            .stream_part(ByteRange { start, end })
            .try_collect()
            .await
            .unwrap();
        assert_eq!(read.concat().len(), 10);
    }
}
