//! An image on its way into a bucket, in parts of a multipart upload where it is large.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use tokio::task::JoinHandle;

use super::{Bucket, failed};

/// How many bytes a part has at least, but for the last: S3 wants 5 MiB.
const PART: usize = 8 << 20;

/// After so many parts they are made twice as large, up to 256 MiB: S3 takes 10 000 of them, and an
/// image may have a TiB.
const PARTS_OF_A_SIZE: usize = 1250;

/// How many parts are on their way at a time, beside the one that is filled.
const SENDING: usize = 2;

/// An image that is being written. The multipart upload begins when there is a whole part.
#[derive(Debug)]
pub struct Writer {
    bucket: Arc<Bucket>,
    key: Path,
    marker: Path,
    held: BytesMut,
    upload: Option<Upload>,
}

#[derive(Debug)]
struct Upload {
    id: String,
    sent: Vec<PartId>,
    sending: VecDeque<JoinHandle<object_store::Result<PartId>>>,
}

impl Upload {
    fn number(&self) -> usize {
        self.sent.len() + self.sending.len()
    }

    /// Waits until no more than so many parts are on their way.
    async fn wait(&mut self, most: usize) -> io::Result<()> {
        while self.sending.len() > most {
            let Some(next) = self.sending.pop_front() else {
                return Ok(());
            };
            self.sent
                .push(next.await.map_err(io::Error::other)?.map_err(failed)?);
        }
        Ok(())
    }

    /// Waits for all parts, whatever becomes of them: one that is still on its way when the upload is
    /// aborted may be kept for ever.
    async fn settle(&mut self) {
        for part in self.sending.drain(..) {
            part.await.ok();
        }
    }
}

fn part_size(number: usize) -> usize {
    PART << (number / PARTS_OF_A_SIZE).min(5)
}

impl Writer {
    /// `marker`: the object that names the upload as long as it is begun.
    pub(super) fn new(bucket: Arc<Bucket>, key: Path, marker: Path) -> Self {
        Self {
            bucket,
            key,
            marker,
            held: BytesMut::new(),
            upload: None,
        }
    }

    pub(in crate::store) async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let most = part_size(self.upload.as_ref().map_or(0, Upload::number));
            let fits = bytes.len().min(most - self.held.len());
            let (now, later) = bytes.split_at_checked(fits).unwrap_or((bytes, &[]));
            self.held.extend_from_slice(now);
            bytes = later;
            if self.held.len() == most {
                self.send().await?;
            }
        }
        Ok(())
    }

    /// Sends what is held as a part.
    async fn send(&mut self) -> io::Result<()> {
        if self.upload.is_none() {
            let id = self.begin().await?;
            self.upload = Some(Upload {
                id,
                sent: Vec::new(),
                sending: VecDeque::new(),
            });
        }
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        upload.wait(SENDING - 1).await?;
        let (bucket, key) = (Arc::clone(&self.bucket), self.key.clone());
        let (id, number) = (upload.id.clone(), upload.number());
        let part = PutPayload::from(self.held.split().freeze());
        upload.sending.push_back(tokio::spawn(async move {
            bucket.client.put_part(&key, &id, number, part).await
        }));
        Ok(())
    }

    async fn begin(&self) -> io::Result<String> {
        let client = &self.bucket.client;
        let id = client.create_multipart(&self.key).await.map_err(failed)?;
        let text = PutPayload::from(id.clone());
        match client.put(&self.marker, text).await {
            Ok(_) => Ok(id),
            Err(error) => {
                client.abort_multipart(&self.key, &id).await.ok();
                Err(failed(error))
            }
        }
    }

    pub(in crate::store) async fn finish(mut self) -> io::Result<()> {
        if self.upload.is_none() {
            let all = PutPayload::from(self.held.split().freeze());
            let done = self.bucket.client.put(&self.key, all).await;
            return done.map(drop).map_err(failed);
        }
        match self.complete().await {
            Ok(()) => {
                self.upload = None;
                if let Err(error) = self.bucket.remove(&self.marker).await {
                    tracing::warn!(%error, "the mark of an upload could not be removed; the next start will");
                }
                Ok(())
            }
            Err(error) => {
                self.abandon().await;
                Err(error)
            }
        }
    }

    async fn complete(&mut self) -> io::Result<()> {
        if !self.held.is_empty() {
            self.send().await?;
        }
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        upload.wait(0).await?;
        let parts = std::mem::take(&mut upload.sent);
        let client = &self.bucket.client;
        let done = client
            .complete_multipart(&self.key, &upload.id, parts)
            .await;
        done.map(drop).map_err(failed)
    }

    pub(in crate::store) async fn abandon(mut self) {
        if let Some(upload) = self.upload.take() {
            give_up(&self.bucket, &self.key, &self.marker, upload).await;
        }
    }
}

async fn give_up(bucket: &Bucket, key: &Path, marker: &Path, mut upload: Upload) {
    upload.settle().await;
    if let Err(error) = bucket.abort(key, &upload.id, marker).await {
        tracing::warn!(%error, %key, "an upload could not be aborted; the next start will");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let bucket = Arc::clone(&self.bucket);
            let (key, marker) = (self.key.clone(), self.marker.clone());
            runtime.spawn(async move { give_up(&bucket, &key, &marker, upload).await });
        }
    }
}
