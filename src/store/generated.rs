//! Generated data as the bytes of images: streamed, and hashed.
//!
//! Every store opens the URLs of generated data ([`GeneratedData::url`]), which say all that is to be known of
//! it. No store keeps such bytes, and no request can add them.

use std::collections::HashMap;
use std::io;
use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use parking_lot::{Mutex, MutexGuard};
use tokio::task::spawn_blocking;

use super::content::{ByteSource, ByteStream};
use super::{Hasher, zeros};
use crate::config::Algorithm;
use crate::domain::generated_data::{DiskHeader, GeneratedData, Pattern};
use crate::domain::range::ByteRange;

/// The number of bytes that are generated at a time.
const BLOCK: usize = 256 << 10;

/// The number of bytes that are hashed before the thread returns, so that a dropped caller stops it.
const HASHED_AT_ONCE: u64 = 64 << 20;

/// The largest number of hashes that are remembered.
const MOST_REMEMBERED: usize = 1024;

static ZEROS: [u8; BLOCK] = [0; BLOCK];

type RememberedHashes = HashMap<(GeneratedData, &'static str), String>;

/// The hashes that were computed: they are the same in every cloud of the process.
static REMEMBERED: LazyLock<Mutex<RememberedHashes>> = LazyLock::new(Mutex::default);

fn remembered() -> MutexGuard<'static, RememberedHashes> {
    REMEMBERED.lock()
}

/// Returns the block that starts at this offset; it ends before `end`, or earlier.
fn block(made: GeneratedData, offset: u64, end: u64) -> Bytes {
    let length = usize::try_from(end - offset).unwrap_or(BLOCK).min(BLOCK);
    if made.is_zero_from(offset) {
        return Bytes::from_static(ZEROS.get(..length).unwrap_or_default());
    }
    let mut block = vec![0; length];
    made.fill(offset, &mut block);
    Bytes::from(block)
}

impl ByteSource for GeneratedData {
    fn read(&self, part: ByteRange) -> ByteStream {
        let (made, mut offset) = (*self, part.start);
        let blocks = std::iter::from_fn(move || {
            let block = (offset <= part.end).then(|| block(made, offset, part.end + 1))?;
            offset += block.len() as u64;
            Some(Ok(block))
        });
        stream::iter(blocks).boxed()
    }
}

/// Returns the hash of generated data in hex, if it is known without computing it.
#[must_use]
pub fn known_hash(made: GeneratedData, algorithm: Algorithm) -> Option<String> {
    if made.pattern == Pattern::Zeros
        && made.header == DiskHeader::None
        && let Some(known) = zeros::hash(made.size, algorithm)
    {
        return Some(known.to_owned());
    }
    remembered().get(&(made, algorithm.as_str())).cloned()
}

/// Computes the hash of generated data, in hex. That takes seconds a GiB, on a thread that stops soon
/// after this future is dropped.
pub async fn hash(made: GeneratedData, algorithm: Algorithm) -> io::Result<String> {
    if let Some(known) = known_hash(made, algorithm) {
        return Ok(known);
    }
    let mut hasher = Hasher::new(algorithm);
    let mut start = 0;
    while start < made.size {
        let end = made.size.min(start + HASHED_AT_ONCE);
        let hashing = spawn_blocking(move || {
            let mut offset = start;
            while offset < end {
                let block = block(made, offset, end);
                hasher.update(&block);
                offset += block.len() as u64;
            }
            hasher
        });
        hasher = hashing.await.map_err(io::Error::other)?;
        start = end;
    }
    let hash = hasher.finish();
    let mut remembered = remembered();
    if remembered.len() >= MOST_REMEMBERED {
        remembered.clear();
    }
    remembered.insert((made, algorithm.as_str()), hash.clone());
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
        let content = Content::generated(made);
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
        let content = Content::generated(made(1 << 60, Pattern::Random(1)));
        let (start, end) = ((1 << 59) + 3, (1 << 59) + 12);
        let read: Vec<Bytes> = content
            .stream_part(ByteRange { start, end })
            .try_collect()
            .await
            .unwrap();
        assert_eq!(read.concat().len(), 10);
    }
}
