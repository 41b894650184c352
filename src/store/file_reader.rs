//! Files as the bytes of images.
//!
//! A thread of its own reads a file, some blocks ahead of the socket, into a few blocks that are
//! reused: so they stay in the processor's cache, and the async threads never wait for the disk.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc as blocking_mpsc;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use rustix::fs::OFlags;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::Content;
use super::content::{ByteSource, ByteStream};
use crate::domain::range::ByteRange;

/// The size of a block in bytes.
const BLOCK: usize = 256 << 10;

/// The number of blocks: read, or on their way to the socket.
const BLOCKS: usize = 4;

/// A file whose bytes can be read.
#[derive(Debug)]
struct FileSource(Arc<File>);

impl Content {
    /// Returns the bytes of a file, of which there are `size`.
    pub(super) fn file(file: File, size: u64) -> Self {
        Self::new(size, FileSource(Arc::new(file)))
    }

    /// Returns the bytes of a file. Blocks, but not on a pipe: only regular files are read.
    ///
    /// # Errors
    ///
    /// Fails if there is no such file, or something else in its place.
    pub(super) fn whole_file(path: &Path) -> io::Result<Self> {
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = File::options().read(true).custom_flags(flags).open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            let words = format!("{} is not a regular file", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        Ok(Self::file(file, found.len()))
    }
}

impl ByteSource for FileSource {
    fn read(&self, part: ByteRange) -> ByteStream {
        let file = Arc::clone(&self.0);
        let (to_socket, from_disk) = mpsc::channel(BLOCKS);
        spawn_blocking(move || read_ahead(&file, part, &to_socket));
        let next = |mut from_disk: mpsc::Receiver<io::Result<Bytes>>| async {
            let block = from_disk.recv().await?;
            Some((block, from_disk))
        };
        stream::unfold(from_disk, next).boxed()
    }
}

/// Reads until the end of the part, an error, or the receiver is dropped.
fn read_ahead(file: &File, part: ByteRange, to_socket: &mpsc::Sender<io::Result<Bytes>>) {
    let (give_back, returned) = blocking_mpsc::channel::<Vec<u8>>();
    let (mut offset, mut allocated) = (part.start, 0);
    while offset <= part.end {
        let left = part.end - offset + 1;
        let length = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let block = if allocated < BLOCKS {
            allocated += 1;
            let is_last = left <= BLOCK as u64;
            Some(vec![0; if is_last { length } else { BLOCK }])
        } else {
            returned.recv().ok()
        };
        let Some(mut block) = block else { return };
        block.truncate(length);
        block.resize(length, 0);
        let block = match file.read_exact_at(&mut block, offset) {
            Ok(()) => Ok(Bytes::from_owner(ReusedBlock {
                block,
                give_back: give_back.clone(),
            })),
            Err(error) => Err(error),
        };
        let has_failed = block.is_err();
        if to_socket.blocking_send(block).is_err() || has_failed {
            return;
        }
        offset += length as u64;
    }
}

/// A block on its way to the socket, which goes back to the reader when it is dropped.
struct ReusedBlock {
    block: Vec<u8>,
    give_back: blocking_mpsc::Sender<Vec<u8>>,
}

impl AsRef<[u8]> for ReusedBlock {
    fn as_ref(&self) -> &[u8] {
        &self.block
    }
}

impl Drop for ReusedBlock {
    fn drop(&mut self) {
        // After the last block the reader is gone.
        self.give_back.send(std::mem::take(&mut self.block)).ok();
    }
}
