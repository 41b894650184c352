//! The threads that hash and write the same bytes at the same time.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{IngestPlan, Ingested, abandon, thread_died, write_error};
use crate::Result;
use crate::config::Algorithm;
use crate::store::hash::Hasher;
use crate::store::writer::{Writer, WriterTask};

/// The number of batches that may wait for a thread.
const WAITING: usize = 2;

/// Threads that read the same bytes: one for each hash, one that writes them, and one for the signature if there is one.
pub(super) struct HashPipeline {
    queues: Vec<mpsc::Sender<Bytes>>,
    checksum: JoinHandle<String>,
    /// The second hash; `None` where it is MD5, too.
    hash: Option<JoinHandle<String>>,
    /// The check of the signature, of an image that has one.
    signature: Option<JoinHandle<Result<()>>>,
    writer: WriterTask,
}

impl HashPipeline {
    /// Starts the threads.
    pub(super) fn start(plan: &IngestPlan, writer: Writer) -> Self {
        let algorithm = plan.algorithm;
        let mut queues = Vec::new();
        let mut queue = || {
            let (sender, receiver) = mpsc::channel(WAITING);
            queues.push(sender);
            receiver
        };
        let (md5, written) = (queue(), queue());
        let hash = (algorithm != Algorithm::Md5).then(|| {
            let receiver = queue();
            spawn_blocking(move || hash_all(Hasher::new(algorithm), receiver))
        });
        let signature = plan.signed.clone().map(|signed| {
            let receiver = queue();
            spawn_blocking(move || signed.verify(take_all(signed.hasher(), receiver)))
        });
        Self {
            queues,
            signature,
            checksum: spawn_blocking(move || hash_all(Hasher::new(Algorithm::Md5), md5)),
            hash,
            writer: writer.spawn(written),
        }
    }

    /// Sends bytes to every thread; returns `false` if one has stopped.
    pub(super) async fn send(&self, bytes: &Bytes) -> bool {
        for queue in &self.queues {
            if queue.send(bytes.clone()).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Stops the threads, and waits until nothing is left of what was written.
    pub(super) async fn abandon(self) {
        drop(self.queues);
        if let Ok(Ok((_, writer))) = self.writer.await {
            writer.abandon().await;
        }
    }

    /// Waits for the threads, checks the format, and publishes the bytes if `may_publish` agrees.
    pub(super) async fn finish(
        self,
        size: u64,
        plan: &IngestPlan,
        may_publish: impl Future<Output = Result<()>>,
    ) -> Result<Ingested> {
        drop(self.queues);
        let written = self.writer.await.map_err(thread_died)?;
        let (report, writer) = written.map_err(write_error)?;
        // First the signature and then the format, as in Glance.
        if let Some(signature) = self.signature
            && let Err(error) = signature.await.map_err(thread_died).flatten()
        {
            return abandon(writer, error).await;
        }
        let virtual_size = match plan.check_format(&report) {
            Ok(size) => size,
            Err(error) => return abandon(writer, error).await,
        };
        let checksum = self.checksum.await.map_err(thread_died)?;
        if let Err(error) = plan.check_checksum(&checksum) {
            return abandon(writer, error).await;
        }
        let hash = match self.hash {
            Some(hash) => hash.await.map_err(thread_died)?,
            None => checksum.clone(),
        };
        if let Err(error) = may_publish.await {
            return abandon(writer, error).await;
        }
        writer.finish().await.map_err(write_error)?;
        Ok(Ingested {
            size,
            checksum,
            hash,
            virtual_size,
            report,
        })
    }
}

fn hash_all(hasher: Hasher, receiver: mpsc::Receiver<Bytes>) -> String {
    take_all(hasher, receiver).finish()
}

fn take_all(mut hasher: Hasher, mut receiver: mpsc::Receiver<Bytes>) -> Hasher {
    while let Some(batch) = receiver.blocking_recv() {
        hasher.update(&batch);
    }
    hasher
}
