//! The bytes of an image as they lie in a store, and a stream of any part of them.
//!
//! A large part is read by a thread of its own, some blocks ahead of the socket, into a few blocks
//! that are used again and again: so they stay in the processor's cache, and the async threads
//! never wait for the disk.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::mpsc as blocking;

use bytes::Bytes;
use futures_util::future::Either;
use futures_util::stream;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::web::Page;
use super::{bucket, generated, rows};
use crate::domain::generated_data::GeneratedData;
use crate::domain::range::ByteRange;
use crate::simulation::connection::GRACE;
use crate::simulation::faults::StoreFault;

/// How much is read at a time.
const BLOCK: usize = 256 << 10;

/// How many blocks there are, read or on their way out.
const BLOCKS: usize = 4;

/// Pieces of what lies elsewhere that are read ahead of the socket.
const PIECES: usize = 2;

/// The bytes of an image. Those here stay readable while this is held, even if the image is deleted;
/// those elsewhere may end early then.
#[derive(Clone, Debug)]
pub enum Content {
    /// In memory.
    Bytes(Bytes),
    /// In a file.
    File {
        /// The file.
        file: Arc<File>,
        /// Its length.
        size: u64,
    },
    /// On another server.
    Web(Page),
    /// Nowhere: made up as they are read.
    Made(GeneratedData),
    /// In the database.
    Rows {
        /// The chunks.
        chunks: rows::Chunks,
        /// Their length together.
        size: u64,
    },
    /// Anywhere, and it cannot be read to its end.
    Failing {
        /// The bytes.
        content: Box<Content>,
        /// What is the matter.
        trouble: StoreFault,
    },
    /// In a bucket.
    Object {
        /// The object.
        object: bucket::Object,
        /// Its length.
        size: u64,
    },
}

impl Content {
    pub(super) fn file(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        let file = Arc::new(file);
        Ok(Self::File { file, size })
    }

    /// How many bytes there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(it) => it.len() as u64,
            Self::File { size, .. } | Self::Rows { size, .. } | Self::Object { size, .. } => *size,
            Self::Web(it) => it.size(),
            Self::Made(it) => it.size,
            Self::Failing { content, .. } => content.size(),
        }
    }

    /// All of them.
    pub fn stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        match self.size().checked_sub(1) {
            Some(end) => Either::Left(self.stream_part(ByteRange { start: 0, end })),
            None => Either::Right(stream::empty()),
        }
    }

    /// A part of them, which must lie within. The blocks of a file are used again and again: who keeps
    /// several of them waits for ever.
    pub fn stream_part(
        self,
        part: ByteRange,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        match self {
            Self::Bytes(bytes) => {
                let end = usize::try_from(part.end + 1)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                let start = usize::try_from(part.start).unwrap_or(usize::MAX).min(end);
                let piece = stream::iter([Ok(bytes.slice(start..end))]);
                Either::Left(Either::Left(Either::Left(piece)))
            }
            Self::Made(made) => {
                Either::Left(Either::Left(Either::Right(generated::part(made, part))))
            }
            Self::File { file, .. } => Either::Left(Either::Right(read(file, part))),
            Self::Rows { chunks, .. } => {
                let read = move |range: Range<u64>| chunks.clone().read(range);
                let pieces = stream::iter(pieces(part, rows::Chunks::end_of_piece)).map(read);
                Either::Right(Either::Left(pieces.buffered(PIECES)))
            }
            Self::Object { object, .. } => {
                let read = move |range: Range<u64>| object.clone().read(range);
                let pieces = stream::iter(pieces(part, bucket::Object::end_of_piece)).map(read);
                Either::Right(Either::Right(Either::Left(pieces.buffered(PIECES))))
            }
            Self::Web(it) => {
                Either::Right(Either::Right(Either::Right(Either::Left(it.part(part)))))
            }
            Self::Failing { content, trouble } => {
                let failing = failing(content.boxed(part), part.start, trouble);
                Either::Right(Either::Right(Either::Right(Either::Right(failing))))
            }
        }
    }

    fn boxed(self, part: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        Box::pin(self.stream_part(part))
    }
}

/// Bytes from this place on, up to where they cannot be read.
fn failing(
    bytes: BoxStream<'static, io::Result<Bytes>>,
    start: u64,
    trouble: StoreFault,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let left = trouble.after.saturating_sub(start);
    stream::unfold(Some((bytes, left)), move |state| async move {
        let (mut bytes, left) = state?;
        if left == 0 {
            // A connection that breaks at once takes along what was read before.
            tokio::time::sleep(GRACE).await;
            return Some((Err(trouble.error()), None));
        }
        let next = match bytes.next().await? {
            Ok(mut chunk) => {
                chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                Ok(chunk)
            }
            Err(error) => return Some((Err(error), None)),
        };
        let length = next.as_ref().map_or(0, |it: &Bytes| it.len() as u64);
        Some((next, Some((bytes, left - length))))
    })
}

/// The pieces that a part is made of.
fn pieces(part: ByteRange, end: fn(u64) -> u64) -> impl Iterator<Item = Range<u64>> + Send {
    let mut at = part.start;
    std::iter::from_fn(move || {
        let piece = at..end(at).min(part.end + 1);
        at = piece.end;
        (!piece.is_empty()).then_some(piece)
    })
}

fn read(
    file: Arc<File>,
    part: ByteRange,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (to_socket, from_disk) = mpsc::channel(BLOCKS);
    tokio::task::spawn_blocking(move || read_ahead(&file, part, &to_socket));
    stream::unfold(from_disk, |mut from_disk| async {
        let block = from_disk.recv().await?;
        Some((block, from_disk))
    })
}

/// Reads until the end, an error, or nobody listens.
fn read_ahead(file: &File, part: ByteRange, to_socket: &mpsc::Sender<io::Result<Bytes>>) {
    let (give_back, returned) = blocking::channel::<Vec<u8>>();
    let (mut at, mut made) = (part.start, 0);
    while at <= part.end {
        let left = part.end - at + 1;
        let length = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let block = if made < BLOCKS {
            made += 1;
            Some(vec![
                0;
                length.max(if left > BLOCK as u64 { BLOCK } else { 0 })
            ])
        } else {
            returned.recv().ok()
        };
        let Some(mut block) = block else { return };
        block.truncate(length);
        block.resize(length, 0);
        let answer = match file.read_exact_at(&mut block, at) {
            Ok(()) => Ok(Bytes::from_owner(Lent {
                block,
                give_back: give_back.clone(),
            })),
            Err(error) => Err(error),
        };
        let broken = answer.is_err();
        if to_socket.blocking_send(answer).is_err() || broken {
            return;
        }
        at += length as u64;
    }
}

/// A block on its way out; when the socket has taken it, it goes back to be filled again.
struct Lent {
    block: Vec<u8>,
    give_back: blocking::Sender<Vec<u8>>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.block
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Nobody is there to fill it when all has been read.
        self.give_back.send(std::mem::take(&mut self.block)).ok();
    }
}
