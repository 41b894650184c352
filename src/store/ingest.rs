//! What is learned of bytes as they pass: how many, both hashes, their format.
//!
//! The hashes are what takes time, so each has a thread of its own, and so has the disk; all three
//! read the same buffers. Their queues are short: the slowest holds up the sender, not memory.

mod plan;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::io;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Writer;
use super::hash::Hasher;
use crate::config::Algorithm;
use crate::domain::disk_format::{FormatInspector, InspectionReport};
use crate::{Error, Result};

pub use plan::{ClaimedFormat, IngestPlan, SizeLimits};

/// What goes to the threads at a time: enough that waking them costs little.
const BATCH: usize = 128 << 10;

/// What is hashed as quickly as it is handed to a thread.
const FEW: usize = 8 << 10;

/// Batches that may wait before a thread.
const WAITING: usize = 3;

/// What the bytes turned out to be.
#[derive(Debug)]
pub struct Ingested {
    /// How many came.
    pub size: u64,
    /// Their MD5, in hex.
    pub checksum: String,
    /// The other hash, in hex.
    pub hash: String,
    /// The size of the disk that they are, where the format was looked at and tells.
    pub virtual_size: Option<i64>,
}

/// Takes a stream to its end and publishes it, or leaves nothing. `permit` is asked when all has come,
/// as late as can be: whether it may be published.
pub async fn ingest<E: std::fmt::Display>(
    bytes: impl Stream<Item = Result<Bytes, E>>,
    plan: IngestPlan,
    writer: Writer,
    may_publish: impl Future<Output = Result<()>>,
) -> Result<Ingested> {
    let limits = plan.limits;
    let mut incoming = Incoming {
        bytes: std::pin::pin!(bytes),
        rest: Bytes::new(),
        size: 0,
        limits,
    };
    let batch = match incoming.batch().await {
        Ok(batch) if batch.complete => {
            let ended = limits.check_end(incoming.size);
            return match ended {
                Ok(()) => at_once(batch.bytes, plan, writer, may_publish).await,
                Err(error) => abandoned(writer, error).await,
            };
        }
        Ok(batch) => batch,
        Err(error) => return abandoned(writer, error).await,
    };
    let pipeline = HashPipeline::start(plan.algorithm, writer);
    match feed(&pipeline, batch, &mut incoming).await {
        Ok(()) => pipeline.finish(incoming.size, &plan, may_publish).await,
        Err(error) => {
            pipeline.abandon().await;
            Err(error)
        }
    }
}

async fn abandoned<T>(writer: Writer, error: Error) -> Result<T> {
    writer.abandon().await;
    Err(error)
}

/// Hands the lanes all that comes; or less, if one has stopped: it says why at the end.
async fn feed<S, E>(
    pipeline: &HashPipeline,
    mut batch: Batch,
    incoming: &mut Incoming<S>,
) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    while pipeline.give(&batch.bytes).await {
        if batch.complete {
            return incoming.limits.check_end(incoming.size);
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
    limits: SizeLimits,
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
                self.rest = chunk.map_err(|error| Error::ClientDisconnected(error.to_string()))?;
                self.size += self.rest.len() as u64;
                self.limits.check(self.size)?;
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

/// A few bytes are hashed by one thread, one after the other.
async fn at_once(
    bytes: Bytes,
    plan: IngestPlan,
    writer: Writer,
    may_publish: impl Future<Output = Result<()>>,
) -> Result<Ingested> {
    let looked = if bytes.len() <= FEW {
        look_at(&bytes, &plan)
    } else {
        let bytes = bytes.clone();
        let looked = spawn_blocking(move || look_at(&bytes, &plan)).await;
        looked.map_err(died).flatten()
    };
    let received = match looked {
        Ok(received) => received,
        Err(error) => return abandoned(writer, error).await,
    };
    if let Err(error) = may_publish.await {
        return abandoned(writer, error).await;
    }
    writer.put(bytes).await.map_err(write_error)?;
    Ok(received)
}

fn look_at(bytes: &[u8], plan: &IngestPlan) -> Result<Ingested> {
    let mut inspector = FormatInspector::new();
    inspector.feed(bytes);
    let virtual_size = plan.judge(&inspector.finish())?;
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(plan.algorithm);
    checksum.update(bytes);
    hash.update(bytes);
    Ok(Ingested {
        size: bytes.len() as u64,
        checksum: checksum.finish(),
        hash: hash.finish(),
        virtual_size,
    })
}

/// Three threads that read the same bytes.
struct HashPipeline {
    queues: Vec<mpsc::Sender<Bytes>>,
    checksum: JoinHandle<String>,
    hash: Option<JoinHandle<String>>,
    disk: JoinHandle<io::Result<(InspectionReport, Writer)>>,
}

impl HashPipeline {
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
            disk: writer.run(disk),
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
        if let Ok(Ok((_, writer))) = self.disk.await {
            writer.abandon().await;
        }
    }

    async fn finish(
        self,
        size: u64,
        plan: &IngestPlan,
        may_publish: impl Future<Output = Result<()>>,
    ) -> Result<Ingested> {
        drop(self.queues);
        let (findings, writer) = self.disk.await.map_err(died)?.map_err(write_error)?;
        let virtual_size = match plan.judge(&findings) {
            Ok(size) => size,
            Err(error) => return abandoned(writer, error).await,
        };
        let checksum = self.checksum.await.map_err(died)?;
        let hash = match self.hash {
            Some(hash) => hash.await.map_err(died)?,
            None => checksum.clone(),
        };
        if let Err(error) = may_publish.await {
            return abandoned(writer, error).await;
        }
        writer.finish().await.map_err(write_error)?;
        Ok(Ingested {
            size,
            checksum,
            hash,
            virtual_size,
        })
    }
}

fn hash_all(mut hasher: Hasher, mut take: mpsc::Receiver<Bytes>) -> String {
    while let Some(batch) = take.blocking_recv() {
        hasher.update(&batch);
    }
    hasher.finish()
}

/// What a disk says to one who writes, as Glance says it.
#[must_use]
pub fn write_error(error: io::Error) -> Error {
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
        _ => error.into(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "so that it fits map_err")]
fn died(error: tokio::task::JoinError) -> Error {
    Error::Internal(format!("a thread of an upload died: {error}"))
}
