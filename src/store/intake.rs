//! What is learned of bytes as they pass: how many, both hashes, their format.
//!
//! The hashes are what takes time, so each has a thread of its own, and so has the disk; all three
//! read the same buffers. Their queues are short: the slowest holds up the sender, not memory.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::io;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Writer;
use super::format::{Findings, Inspector};
use super::hash::Hasher;
use crate::config::Algorithm;
use crate::{Error, Result};

/// What goes to the threads at a time: enough that waking them costs little.
const BATCH: usize = 128 << 10;

/// Batches that may wait before a thread.
const WAITING: usize = 3;

/// How many bytes may come.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// As many as the client said it would send, where it said so.
    pub expected: Option<i64>,
    /// No more than this for any image.
    pub cap: u64,
    /// No more than this, for the owner's quota.
    pub quota: Option<u64>,
}

/// What the bytes turned out to be.
#[derive(Debug)]
pub struct Received {
    /// How many came.
    pub size: u64,
    /// Their MD5, in hex.
    pub checksum: String,
    /// The other hash, in hex.
    pub hash: String,
    /// What their format seems to be.
    pub findings: Findings,
}

/// Takes a stream to its end and publishes it, or leaves nothing.
pub async fn receive<E: std::fmt::Display>(
    bytes: impl Stream<Item = Result<Bytes, E>>,
    bounds: Bounds,
    algorithm: Algorithm,
    writer: Writer,
) -> Result<Received> {
    let mut incoming = Incoming {
        bytes: std::pin::pin!(bytes),
        rest: Bytes::new(),
        size: 0,
        bounds,
    };
    let batch = incoming.batch().await?;
    if batch.complete {
        bounds.check_end(incoming.size)?;
        return spawn_blocking(move || at_once(&batch.bytes, algorithm, writer))
            .await
            .map_err(died)?;
    }
    let lanes = Lanes::start(algorithm, writer);
    match feed(&lanes, batch, &mut incoming).await {
        Ok(()) => lanes.finish(incoming.size).await,
        Err(error) => {
            lanes.abandon().await;
            Err(error)
        }
    }
}

/// Hands the lanes all that comes; or less, if one has stopped: it says why at the end.
async fn feed<S, E>(lanes: &Lanes, mut batch: Batch, incoming: &mut Incoming<S>) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    while lanes.give(&batch.bytes).await {
        if batch.complete {
            return incoming.bounds.check_end(incoming.size);
        }
        batch = incoming.batch().await?;
    }
    Ok(())
}

/// What comes, as far as it has come.
struct Incoming<S> {
    bytes: S,
    /// The end of the last chunk, which did not fit into its batch.
    rest: Bytes,
    size: u64,
    bounds: Bounds,
}

struct Batch {
    bytes: Bytes,
    /// Whether it is the last.
    complete: bool,
}

impl<S, E> Incoming<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    /// Copies what comes into a buffer until that is full, or no more comes. To keep the chunks
    /// themselves would be to keep the large buffers of the connection that they are parts of.
    async fn batch(&mut self) -> Result<Batch> {
        let mut batch = BytesMut::with_capacity(BATCH);
        while batch.len() < BATCH {
            if self.rest.is_empty() {
                let Some(chunk) = self.bytes.next().await else {
                    return Ok(Batch {
                        bytes: batch.freeze(),
                        complete: true,
                    });
                };
                self.rest = chunk.map_err(|error| Error::ClientGone(error.to_string()))?;
                self.size += self.rest.len() as u64;
                self.bounds.check(self.size)?;
            }
            let fits = self.rest.len().min(BATCH - batch.len());
            batch.extend_from_slice(&self.rest.split_to(fits));
        }
        Ok(Batch {
            bytes: batch.freeze(),
            complete: false,
        })
    }
}

impl Bounds {
    /// Refuses bytes as soon as they are too many.
    fn check(self, size: u64) -> Result<()> {
        if let Some(expected) = self.expected
            && i128::from(size) > i128::from(expected)
        {
            return Err(Error::Invalid(format!(
                "Size exceeds: expected {expected} bytes, got {size} bytes"
            )));
        }
        if size > self.cap {
            return Err(Error::TooLarge(
                "The incoming image is too large: The provided image is too large.".into(),
            ));
        }
        if let Some(quota) = self.quota.filter(|quota| size > *quota) {
            return Err(Error::TooLarge(format!(
                "Image exceeds the storage quota: The size of the data {size} will exceed the \
                 limit. {quota} bytes remaining."
            )));
        }
        Ok(())
    }

    /// Refuses them when they were too few.
    fn check_end(self, size: u64) -> Result<()> {
        match self.expected {
            Some(expected) if i128::from(size) != i128::from(expected) => {
                // Of a negative number there are always too many.
                let what = if expected < 0 {
                    "Size exceeds"
                } else {
                    "Size mismatch"
                };
                Err(Error::Invalid(format!(
                    "{what}: expected {expected} bytes, got {size} bytes"
                )))
            }
            _ => Ok(()),
        }
    }
}

/// A few bytes are hashed and written by one thread, one after the other.
fn at_once(bytes: &[u8], algorithm: Algorithm, mut writer: Writer) -> Result<Received> {
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(algorithm);
    let mut inspector = Inspector::new();
    checksum.feed(bytes);
    hash.feed(bytes);
    inspector.feed(bytes);
    writer.write(bytes).map_err(disk)?;
    writer.finish().map_err(disk)?;
    Ok(Received {
        size: bytes.len() as u64,
        checksum: checksum.finish(),
        hash: hash.finish(),
        findings: inspector.finish(),
    })
}

/// Three threads that read the same bytes.
struct Lanes {
    queues: Vec<mpsc::Sender<Bytes>>,
    checksum: JoinHandle<String>,
    hash: Option<JoinHandle<String>>,
    disk: JoinHandle<io::Result<(Findings, Writer)>>,
}

impl Lanes {
    fn start(algorithm: Algorithm, writer: Writer) -> Self {
        let mut queues = Vec::new();
        let mut queue = || {
            let (give, take) = mpsc::channel(WAITING);
            queues.push(give);
            take
        };
        let (md5, disk) = (queue(), queue());
        // Where both hashes are MD5, one will do.
        let hash = (algorithm != Algorithm::Md5).then(|| {
            let take = queue();
            spawn_blocking(move || hash_all(Hasher::new(algorithm), take))
        });
        Self {
            queues,
            checksum: spawn_blocking(move || hash_all(Hasher::new(Algorithm::Md5), md5)),
            hash,
            disk: spawn_blocking(move || write_all(writer, disk)),
        }
    }

    /// Hands bytes to each; `false` if one has stopped.
    async fn give(&self, bytes: &Bytes) -> bool {
        for queue in &self.queues {
            if queue.send(bytes.clone()).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Stops them, and waits until nothing is left of what was written.
    async fn abandon(self) {
        drop(self.queues);
        let written = self.disk.await;
        // What became of bytes that nobody wants is nobody's concern.
        spawn_blocking(move || drop(written)).await.ok();
    }

    async fn finish(self, size: u64) -> Result<Received> {
        drop(self.queues);
        let (findings, writer) = self.disk.await.map_err(died)?.map_err(disk)?;
        let checksum = self.checksum.await.map_err(died)?;
        let hash = match self.hash {
            Some(hash) => hash.await.map_err(died)?,
            None => checksum.clone(),
        };
        spawn_blocking(move || writer.finish())
            .await
            .map_err(died)?
            .map_err(disk)?;
        Ok(Received {
            size,
            checksum,
            hash,
            findings,
        })
    }
}

fn hash_all(mut hasher: Hasher, mut take: mpsc::Receiver<Bytes>) -> String {
    while let Some(batch) = take.blocking_recv() {
        hasher.feed(&batch);
    }
    hasher.finish()
}

fn write_all(
    mut writer: Writer,
    mut take: mpsc::Receiver<Bytes>,
) -> io::Result<(Findings, Writer)> {
    let mut inspector = Inspector::new();
    while let Some(batch) = take.blocking_recv() {
        inspector.feed(&batch);
        writer.write(&batch)?;
    }
    Ok((inspector.finish(), writer))
}

/// What a disk says to one who writes, as Glance says it.
#[must_use]
pub fn disk(error: io::Error) -> Error {
    match error.kind() {
        // The last: more than the file system, or `ulimit -f`, lets a file be.
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::TooLarge(format!("Image storage media is full: {error}"))
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::StoreUnavailable(format!(
                "Insufficient permissions on image storage media: {error}"
            ))
        }
        _ => Error::Store(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "so that it fits map_err")]
fn died(error: tokio::task::JoinError) -> Error {
    Error::Internal(format!("a thread of an upload died: {error}"))
}
