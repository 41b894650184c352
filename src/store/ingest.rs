//! Ingest: takes the bytes of an image into a store, and learns on the way their number, both hashes
//! and their format.
//!
//! The hashes take most of the time, so each has a thread of its own, and so has the store; all of them
//! read the same buffers. Their queues are short: the slowest thread slows down the sender, and memory
//! does not fill up.

mod pipeline;
mod plan;

use std::fmt::Display;
use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::task::{JoinError, spawn_blocking};

use super::Writer;
use super::hash::Hasher;
use crate::config::Algorithm;
use crate::domain::disk_format::{FormatInspector, InspectionReport};
use crate::{Error, Result};
use pipeline::HashPipeline;

pub use plan::{ClaimedFormat, IngestPlan, SignedImage, SizeLimits};

/// The size in bytes of what the threads get at a time: enough that waking them costs little.
const BATCH: usize = 256 << 10;

/// The size in bytes from which a chunk is handed to the threads as it came, without a copy: as it is a part of the
/// connection's buffer, a smaller one would keep much more memory than it has bytes.
const LARGE: usize = 64 << 10;

/// The number of bytes up to which hashing takes less time than waking a thread.
const FEW: usize = 8 << 10;

/// The facts about bytes that were taken into a store.
#[derive(Debug)]
pub struct Ingested {
    /// The number of bytes.
    pub size: u64,
    /// Their MD5, in hex.
    pub checksum: String,
    /// Their hash by the plan's algorithm, in hex.
    pub hash: String,
    /// The size of the disk inside in bytes, where the format was inspected and says it.
    pub virtual_size: Option<i64>,
    /// The formats that they were found to have.
    pub report: InspectionReport,
}

/// Writes a stream to its end and publishes the bytes, or leaves nothing.
///
/// `may_publish` is awaited after the last byte and right before the bytes are published; its error
/// stops that.
pub async fn ingest<E: Display>(
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
    let batch = match incoming.first_batch().await {
        Ok(batch) if batch.is_last => {
            return match limits.check_end(incoming.size) {
                Ok(()) => ingest_at_once(batch.bytes, plan, writer, may_publish).await,
                Err(error) => abandon(writer, error).await,
            };
        }
        Ok(batch) => batch,
        Err(error) => return abandon(writer, error).await,
    };
    let pipeline = HashPipeline::start(&plan, writer);
    match feed(&pipeline, batch, &mut incoming).await {
        Ok(()) => pipeline.finish(incoming.size, &plan, may_publish).await,
        Err(error) => {
            pipeline.abandon().await;
            Err(error)
        }
    }
}

/// Abandons a writer and returns the error.
async fn abandon<T>(writer: Writer, error: Error) -> Result<T> {
    writer.abandon().await;
    Err(error)
}

/// Sends all bytes that come to the pipeline; or fewer, if a thread of it has stopped, which says why
/// when the pipeline finishes.
async fn feed<S, E>(
    pipeline: &HashPipeline,
    mut batch: Batch,
    incoming: &mut Incoming<S>,
) -> Result<()>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Display,
{
    while pipeline.send(&batch.bytes).await {
        if batch.is_last {
            return incoming.limits.check_end(incoming.size);
        }
        batch = incoming.next_batch().await?;
    }
    Ok(())
}

/// A stream of bytes, as far as it has come.
struct Incoming<S> {
    bytes: S,
    /// The end of the last chunk, which did not fit into its batch.
    rest: Bytes,
    /// The number of bytes that have come.
    size: u64,
    limits: SizeLimits,
}

/// Bytes that the threads get at a time.
struct Batch {
    bytes: Bytes,
    is_last: bool,
}

impl<S, E> Incoming<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Display,
{
    /// Returns the first batch, which is the last one, too, if the whole image fits into it.
    async fn first_batch(&mut self) -> Result<Batch> {
        let mut batch = self.next_batch().await?;
        if !batch.is_last && self.rest.is_empty() {
            batch.is_last = !self.receive().await?;
        }
        Ok(batch)
    }

    /// Returns the next chunk if it is large, else a copy of what comes until that is full, or the stream ends.
    async fn next_batch(&mut self) -> Result<Batch> {
        let mut batch = BytesMut::new();
        while batch.len() < BATCH {
            if self.rest.is_empty() && !self.receive().await? {
                return Ok(Batch {
                    bytes: batch.freeze(),
                    is_last: true,
                });
            }
            let fits = self.rest.len().min(BATCH - batch.len());
            let part = self.rest.split_to(fits);
            if batch.is_empty() && part.len() >= LARGE {
                return Ok(Batch {
                    bytes: part,
                    is_last: false,
                });
            }
            batch.reserve(BATCH - batch.len());
            batch.extend_from_slice(&part);
        }
        Ok(Batch {
            bytes: batch.freeze(),
            is_last: false,
        })
    }

    /// Waits for the next chunk; returns `false` at the end of the stream.
    async fn receive(&mut self) -> Result<bool> {
        let Some(chunk) = self.bytes.next().await else {
            return Ok(false);
        };
        self.rest = chunk.map_err(|error| Error::ClientDisconnected(error.to_string()))?;
        self.size += self.rest.len() as u64;
        self.limits.check(self.size)?;
        Ok(true)
    }
}

/// Ingests bytes that fit into one batch: one thread hashes them, one hash after the other.
async fn ingest_at_once(
    bytes: Bytes,
    plan: IngestPlan,
    writer: Writer,
    may_publish: impl Future<Output = Result<()>>,
) -> Result<Ingested> {
    // A signature takes longer than the hashes.
    let inspected = if bytes.len() <= FEW && plan.signed.is_none() {
        inspect(&bytes, &plan)
    } else {
        let bytes = bytes.clone();
        let inspecting = spawn_blocking(move || inspect(&bytes, &plan)).await;
        inspecting.map_err(thread_died).flatten()
    };
    let ingested = match inspected {
        Ok(ingested) => ingested,
        Err(error) => return abandon(writer, error).await,
    };
    if let Err(error) = may_publish.await {
        return abandon(writer, error).await;
    }
    writer.put(bytes).await.map_err(write_error)?;
    Ok(ingested)
}

/// Hashes bytes and inspects their format.
fn inspect(bytes: &[u8], plan: &IngestPlan) -> Result<Ingested> {
    if let Some(signed) = &plan.signed {
        let mut hasher = signed.hasher();
        hasher.update(bytes);
        signed.verify(hasher)?;
    }
    let mut inspector = FormatInspector::new();
    inspector.feed(bytes);
    let report = inspector.finish();
    let virtual_size = plan.check_format(&report)?;
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut hash = Hasher::new(plan.algorithm);
    checksum.update(bytes);
    hash.update(bytes);
    let checksum = checksum.finish();
    plan.check_checksum(&checksum)?;
    Ok(Ingested {
        size: bytes.len() as u64,
        checksum,
        hash: hash.finish(),
        virtual_size,
        report,
    })
}

/// Converts an error of writing to a store into Glance's.
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
fn thread_died(error: JoinError) -> Error {
    Error::Internal(format!("a thread of an upload died: {error}"))
}
