//! Archives, which must hold one file.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use delharc::LhaDecodeReader;
use zip::ZipArchive;

use super::{DecompressError, broken, copy};

/// The number of bytes read to find the directory of a zip. The directory of one file and the comment
/// behind it are short; a directory of millions of files would fill the memory before it is counted.
const DIRECTORY_LIMIT: u64 = 1 << 20;

pub(super) fn zip(
    from: impl Read + Seek,
    into: &mut impl Write,
    limit: u64,
) -> Result<u64, DecompressError> {
    let left = Arc::new(AtomicU64::new(DIRECTORY_LIMIT));
    let limited = BudgetReader {
        from,
        left: left.clone(),
    };
    let mut archive = ZipArchive::new(limited).map_err(broken)?;
    if archive.len() != 1 {
        return Err(DecompressError::Files(archive.len().to_string()));
    }
    left.store(u64::MAX, Ordering::Relaxed);
    let file = archive.by_index(0).map_err(broken)?;
    if !file.is_file() {
        return Err(DecompressError::Files("no".into()));
    }
    copy(file, into, limit)
}

pub(super) fn lha(
    from: impl Read,
    into: &mut impl Write,
    limit: u64,
) -> Result<u64, DecompressError> {
    let mut archive = LhaDecodeReader::new(from).map_err(broken)?;
    if archive.header().is_directory() {
        return Err(DecompressError::Files("no".into()));
    }
    if !archive.is_decoder_supported() {
        return Err(broken("its compression method is not supported"));
    }
    let written = copy(&mut archive, into, limit)?;
    archive.crc_check().map_err(broken)?;
    if archive.next_file().map_err(broken)? {
        return Err(DecompressError::Files("several".into()));
    }
    Ok(written)
}

/// A reader that fails once `left` bytes have been read.
struct BudgetReader<R> {
    from: R,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for BudgetReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        let left = self.left.load(Ordering::Relaxed);
        let left = left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::other("its directory is too long for one file"))?;
        self.left.store(left, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: Seek> Seek for BudgetReader<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.from.seek(to)
    }
}
