//! What is learned of bytes as they pass: how many, both hashes, their format.
//!
//! The hashes are what takes time, so each has a thread of its own, and so has the disk; all three
//! read the same buffers. Their queues are short: the slowest holds up the sender, not memory.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
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

type Batch = Arc<Vec<Bytes>>;

/// Takes a stream to its end and publishes it, or leaves nothing.
pub async fn receive<E: std::fmt::Display>(
    bytes: impl Stream<Item = Result<Bytes, E>>,
    bounds: Bounds,
    algorithm: Algorithm,
    writer: Writer,
) -> Result<Received> {
    let mut bytes = std::pin::pin!(bytes);
    let mut size = 0;
    let batch = next_batch(&mut bytes, bounds, &mut size).await?;
    if batch.complete {
        bounds.check_end(size)?;
        return spawn_blocking(move || at_once(&batch.bytes, algorithm, writer))
            .await
            .map_err(died)?;
    }
    let lanes = Lanes::start(algorithm, writer);
    match feed(&lanes, batch, &mut bytes, bounds, &mut size).await {
        Ok(()) => lanes.finish(size).await,
        Err(error) => {
            lanes.abandon().await;
            Err(error)
        }
    }
}

/// Hands the lanes all that comes; or less, if one has stopped: it says why at the end.
async fn feed<E: std::fmt::Display>(
    lanes: &Lanes,
    mut batch: Next,
    bytes: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    bounds: Bounds,
    size: &mut u64,
) -> Result<()> {
    while lanes.give(batch.bytes).await {
        if batch.complete {
            return bounds.check_end(*size);
        }
        batch = next_batch(bytes, bounds, size).await?;
    }
    Ok(())
}

struct Next {
    bytes: Vec<Bytes>,
    complete: bool,
}

/// Collects what comes until there is enough, or no more.
async fn next_batch<E: std::fmt::Display>(
    bytes: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    bounds: Bounds,
    size: &mut u64,
) -> Result<Next> {
    let (mut batch, mut length) = (Vec::new(), 0);
    while length < BATCH {
        let Some(chunk) = bytes.next().await else {
            return Ok(Next {
                bytes: batch,
                complete: true,
            });
        };
        let chunk = chunk.map_err(|error| Error::ClientGone(error.to_string()))?;
        length += chunk.len();
        *size += chunk.len() as u64;
        bounds.check(*size)?;
        batch.push(chunk);
    }
    Ok(Next {
        bytes: batch,
        complete: false,
    })
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
fn at_once(bytes: &[Bytes], algorithm: Algorithm, mut writer: Writer) -> Result<Received> {
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(algorithm);
    let mut inspector = Inspector::new();
    for chunk in bytes {
        checksum.feed(chunk);
        hash.feed(chunk);
        inspector.feed(chunk);
        writer.write(chunk).map_err(disk)?;
    }
    writer.finish().map_err(disk)?;
    Ok(Received {
        size: bytes.iter().map(|it| it.len() as u64).sum(),
        checksum: checksum.finish(),
        hash: hash.finish(),
        findings: inspector.finish(),
    })
}

/// Three threads that read the same bytes.
struct Lanes {
    queues: Vec<mpsc::Sender<Batch>>,
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
    async fn give(&self, bytes: Vec<Bytes>) -> bool {
        let batch = Arc::new(bytes);
        for queue in &self.queues {
            if queue.send(Arc::clone(&batch)).await.is_err() {
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

fn hash_all(mut hasher: Hasher, mut take: mpsc::Receiver<Batch>) -> String {
    while let Some(batch) = take.blocking_recv() {
        for chunk in batch.iter() {
            hasher.feed(chunk);
        }
    }
    hasher.finish()
}

fn write_all(
    mut writer: Writer,
    mut take: mpsc::Receiver<Batch>,
) -> io::Result<(Findings, Writer)> {
    let mut inspector = Inspector::new();
    while let Some(batch) = take.blocking_recv() {
        for chunk in batch.iter() {
            inspector.feed(chunk);
            writer.write(chunk)?;
        }
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
