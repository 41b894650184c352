//! What a compressed file holds: zip with one file in it, gzip, LHA with one file in it, xz, lzma.
//!
//! Which it is, the first bytes say, as for Glance's plugin `image_decompression`; that one knows zip,
//! gzip and LHA. What is not compressed stays as it is.

mod archive;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read, Seek, Write};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::{LzmaReader, XzReader};

/// How many bytes [`Kind::of`] wants to see.
const HEAD: u64 = 14;

/// How much is written at a time.
const BLOCK: usize = 128 << 10;

/// What a decoder of xz or lzma may take, in KiB: twice what files of `xz -9` need, for the file says
/// itself how much it wants.
const MEMORY: u32 = 128 << 10;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An archive of `zip`.
    Zip,
    /// One stream of `gzip`, or several behind each other.
    Gzip,
    /// An archive of `lha`.
    Lha,
    /// Streams of `xz`.
    Xz,
    /// The older format of `xz`'s authors, which `xz --format=lzma` still writes.
    Lzma,
}

/// How much may come out.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// In bytes, whatever went in.
    pub size: u64,
    /// So many times what went in, once it is more than [`FREE`](Self::FREE).
    pub ratio: u64,
}

impl Bounds {
    /// A little more than what `gzip` and `zip` make of an empty disk (1032 : 1), so that none of
    /// theirs is refused; what xz makes of one can be seven times smaller, if it has nothing in it.
    pub const RATIO: u64 = 1100;

    /// What always may come out, in bytes: an empty disk that a test made with `xz` is no bomb.
    pub const FREE: u64 = 1 << 30;

    /// No more than so many bytes, and no more than an honest file holds.
    #[must_use]
    pub fn of(size: u64) -> Self {
        Self {
            size,
            ratio: Self::RATIO,
        }
    }
}

/// Why a file cannot be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum DecompressError {
    /// An archive holds no file, or several.
    #[error("the archive holds {0} files instead of one")]
    Files(String),
    /// It is damaged, encrypted, or of a sort that is not known here.
    #[error("the file cannot be decompressed: {0}")]
    Broken(String),
    /// More comes out than may.
    #[error("more than the {0} bytes that are allowed come out of the file")]
    TooLarge(u64),
    /// What comes out cannot be written, or the file cannot be read.
    #[error("the disk failed: {0}")]
    Disk(io::Error),
}

impl Kind {
    /// What the first bytes of a file say.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] => Some(Self::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [_, _, b'-', b'l', b'h', ..] => Some(Self::Lha),
            _ if is_lzma(head) => Some(Self::Lzma),
            _ => None,
        }
    }
}

/// An lzma file has no mark, but a header of which few values occur: the properties that `xz` writes,
/// a dictionary of a round size, a length that is possible or unknown, and then a zero.
fn is_lzma(head: &[u8]) -> bool {
    let Some((header, [0, ..])) = head.split_first_chunk::<13>() else {
        return false;
    };
    let [0x5d, a, b, c, d, length @ ..] = *header else {
        return false;
    };
    let dictionary = u32::from_le_bytes([a, b, c, d]);
    let length = u64::from_le_bytes(length);
    let round =
        |it: u32| it.is_power_of_two() || (it / 3).is_power_of_two() && it.is_multiple_of(3);
    dictionary >= 4096 && round(dictionary) && (length == u64::MAX || length < 1 << 38)
}

/// Writes what a file holds and says how much that is; nothing if the file is not compressed. After a
/// failure a part may have been written. Blocks.
pub fn decompress<F>(
    mut from: F,
    into: &mut impl Write,
    bounds: Bounds,
) -> Result<Option<u64>, DecompressError>
where
    F: Read + Seek,
{
    let disk = DecompressError::Disk;
    let length = from.seek(io::SeekFrom::End(0)).map_err(disk)?;
    from.rewind().map_err(disk)?;
    let mut head = Vec::new();
    let peeked = from.by_ref().take(HEAD).read_to_end(&mut head);
    peeked.map_err(disk)?;
    let Some(kind) = Kind::of(&head) else {
        return Ok(None);
    };
    from.rewind().map_err(disk)?;
    let honest = length.saturating_mul(bounds.ratio).max(Bounds::FREE);
    let limit = bounds.size.min(honest);
    let from = BufReader::new(from);
    let written = match kind {
        Kind::Zip => archive::zip(from, into, limit),
        Kind::Lha => archive::lha(from, into, limit),
        Kind::Gzip => copy(MultiGzDecoder::new(from), into, limit),
        Kind::Xz => copy(XzReader::new_mem_limit(from, true, MEMORY), into, limit),
        Kind::Lzma => {
            let reader = LzmaReader::new_mem_limit(from, MEMORY, None);
            copy(reader.map_err(broken)?, into, limit)
        }
    };
    written.map(Some)
}

/// Writes all that comes, unless it is more than the limit.
fn copy(mut from: impl Read, into: &mut impl Write, limit: u64) -> Result<u64, DecompressError> {
    let mut block = vec![0; BLOCK];
    let mut written = 0_u64;
    loop {
        let came = match from.read(&mut block) {
            Ok(0) => return Ok(written),
            Ok(came) => came,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        written += came as u64;
        if written > limit {
            return Err(DecompressError::TooLarge(limit));
        }
        let bytes = block.get(..came).unwrap_or_default();
        into.write_all(bytes).map_err(DecompressError::Disk)?;
    }
}

/// A decoder does not tell a damaged file from a damaged disk.
fn broken(error: impl std::fmt::Display) -> DecompressError {
    DecompressError::Broken(error.to_string())
}
