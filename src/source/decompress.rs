//! Decompression of zip and LHA archives with one file, gzip, xz and lzma.
//!
//! The first bytes say the format, as for Glance's plugin `image_decompression`, which knows zip, gzip and
//! LHA. A file that is not compressed stays as it is.

mod archive;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read, Seek, Write};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::{LzmaReader, XzReader};

/// The number of bytes that [`Compression::detect`] needs.
const HEAD_SIZE: u64 = 14;

/// The number of bytes written at a time.
const BLOCK_SIZE: usize = 128 << 10;

/// The memory limit of a decoder of xz or lzma, in KiB: twice what files of `xz -9` need. The file itself
/// says how much it needs.
const MEMORY_LIMIT: u32 = 128 << 10;

/// A compression format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// An archive of `zip`.
    Zip,
    /// Streams of `gzip`.
    Gzip,
    /// An archive of `lha`.
    Lha,
    /// Streams of `xz`.
    Xz,
    /// The older format of `xz`'s authors, which `xz --format=lzma` still writes.
    Lzma,
}

/// The limits of a decompressed file.
#[derive(Clone, Copy, Debug)]
pub struct OutputLimits {
    /// The greatest size in bytes.
    pub size: u64,
    /// The greatest ratio to the compressed size, for sizes above [`FREE`](Self::FREE).
    pub ratio: u64,
}

impl OutputLimits {
    /// A ratio a little above that of an empty disk in `gzip` or `zip` (1032 : 1), so that none of them is
    /// refused. An empty disk in xz can be seven times smaller still.
    pub const RATIO: u64 = 1100;

    /// A size in bytes to which the ratio does not apply, so that small empty disks in xz pass.
    pub const FREE: u64 = 1 << 30;

    /// Returns the limits for a greatest size in bytes, with the usual ratio.
    #[must_use]
    pub fn with_size(size: u64) -> Self {
        Self {
            size,
            ratio: Self::RATIO,
        }
    }
}

/// An error of decompression.
#[derive(Debug, thiserror::Error)]
pub enum DecompressError {
    /// The archive holds no file, or several.
    #[error("the archive holds {0} files instead of one")]
    Files(String),
    /// The file is damaged, encrypted, or uses a method that is not supported.
    #[error("the file cannot be decompressed: {0}")]
    Broken(String),
    /// The decompressed file is larger than this, in bytes.
    #[error("the decompressed file is larger than the {0} bytes that are allowed")]
    TooLarge(u64),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    Io(io::Error),
}

impl Compression {
    /// Detects the format by the first bytes of a file; `None` if it is not compressed.
    #[must_use]
    pub fn detect(head: &[u8]) -> Option<Self> {
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

/// Returns `true` for the header of an lzma file. It has no magic number, but few values occur: the
/// properties that `xz` writes, a dictionary of a round size, a possible or unknown length, and then a zero.
fn is_lzma(head: &[u8]) -> bool {
    let Some((header, [0, ..])) = head.split_first_chunk::<13>() else {
        return false;
    };
    let [0x5d, a, b, c, d, length @ ..] = *header else {
        return false;
    };
    let dictionary = u32::from_le_bytes([a, b, c, d]);
    let length = u64::from_le_bytes(length);
    let round = |size: u32| {
        size.is_power_of_two() || (size / 3).is_power_of_two() && size.is_multiple_of(3)
    };
    dictionary >= 4096 && round(dictionary) && (length == u64::MAX || length < 1 << 38)
}

/// Decompresses a file and returns the number of bytes written; `None` if the file is not compressed.
/// Blocks the thread.
///
/// # Errors
/// Fails if the file is damaged or a limit is exceeded; a part may have been written then.
#[tracing::instrument(level = "debug", skip_all, fields(max_size = limits.size))]
pub fn decompress<F>(
    mut from: F,
    into: &mut impl Write,
    limits: OutputLimits,
) -> Result<Option<u64>, DecompressError>
where
    F: Read + Seek,
{
    let io = DecompressError::Io;
    let length = from.seek(io::SeekFrom::End(0)).map_err(io)?;
    from.rewind().map_err(io)?;
    let mut head = Vec::new();
    let peeked = from.by_ref().take(HEAD_SIZE).read_to_end(&mut head);
    peeked.map_err(io)?;
    let Some(compression) = Compression::detect(&head) else {
        return Ok(None);
    };
    from.rewind().map_err(io)?;
    let by_ratio = length.saturating_mul(limits.ratio).max(OutputLimits::FREE);
    let limit = limits.size.min(by_ratio);
    let from = BufReader::new(from);
    let written = match compression {
        Compression::Zip => archive::zip(from, into, limit),
        Compression::Lha => archive::lha(from, into, limit),
        Compression::Gzip => copy(MultiGzDecoder::new(from), into, limit),
        Compression::Xz => copy(
            XzReader::new_mem_limit(from, true, MEMORY_LIMIT),
            into,
            limit,
        ),
        Compression::Lzma => {
            let reader = LzmaReader::new_mem_limit(from, MEMORY_LIMIT, None);
            copy(reader.map_err(broken)?, into, limit)
        }
    };
    written.map(Some)
}

/// Copies a stream of at most `limit` bytes and returns their number.
fn copy(mut from: impl Read, into: &mut impl Write, limit: u64) -> Result<u64, DecompressError> {
    let mut block = vec![0; BLOCK_SIZE];
    let mut written = 0_u64;
    loop {
        let count = match from.read(&mut block) {
            Ok(0) => return Ok(written),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        written += count as u64;
        if written > limit {
            return Err(DecompressError::TooLarge(limit));
        }
        let bytes = block.get(..count).unwrap_or_default();
        into.write_all(bytes).map_err(DecompressError::Io)?;
    }
}

/// Returns the error of a decoder, which does not tell a damaged file from an I/O error.
fn broken(error: impl std::fmt::Display) -> DecompressError {
    DecompressError::Broken(error.to_string())
}
