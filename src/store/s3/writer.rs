//! An image on its way into a bucket; a large image is sent as a multipart upload.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use futures_util::future::BoxFuture;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{S3Store, to_io_error};
use crate::store::writer::AsyncWriter;

/// The size of a part in bytes, but for the last: S3 requires at least 5 MiB.
const PART: usize = 8 << 20;

/// The number of parts after which the size of a part doubles, up to 256 MiB: S3 takes 10 000 parts,
/// and an image may have a TiB.
const PARTS_OF_A_SIZE: usize = 1250;

/// The number of parts that are sent at a time, beside the one that is being filled.
const SENDING: usize = 2;

/// An image that is being written. The multipart upload starts when the first part is full.
#[derive(Debug)]
pub(super) struct S3Writer {
    store: Arc<S3Store>,
    key: Path,
    /// The key of the object that marks the upload as long as it is unfinished.
    marker: Path,
    /// The bytes of the next part.
    buffer: BytesMut,
    upload: Option<MultipartUpload>,
}

/// A multipart upload in progress.
#[derive(Debug)]
struct MultipartUpload {
    id: String,
    sent: Vec<PartId>,
    sending: VecDeque<JoinHandle<object_store::Result<PartId>>>,
}

impl MultipartUpload {
    /// Returns the number of parts that were sent or are being sent.
    fn parts(&self) -> usize {
        self.sent.len() + self.sending.len()
    }

    /// Waits until at most this number of parts are being sent.
    async fn wait(&mut self, most: usize) -> io::Result<()> {
        while self.sending.len() > most {
            let Some(next) = self.sending.pop_front() else {
                return Ok(());
            };
            let part = next.await.map_err(io::Error::other)?;
            self.sent.push(part.map_err(to_io_error)?);
        }
        Ok(())
    }

    /// Waits for all parts, whether they succeed or fail: a part that is still being sent when the
    /// upload is aborted may be kept forever.
    async fn wait_for_all(&mut self) {
        for part in self.sending.drain(..) {
            part.await.ok();
        }
    }
}

/// Returns the size in bytes of the part with this number.
fn part_size(number: usize) -> usize {
    PART << (number / PARTS_OF_A_SIZE).min(5)
}

impl S3Writer {
    /// Creates a writer of the object `key`, whose upload the object `marker` marks.
    pub(super) fn new(store: Arc<S3Store>, key: Path, marker: Path) -> Self {
        Self {
            store,
            key,
            marker,
            buffer: BytesMut::new(),
            upload: None,
        }
    }

    /// Fills the buffer, and sends it as a part whenever it is full.
    async fn write_parts(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let parts = self.upload.as_ref().map_or(0, MultipartUpload::parts);
            let most = part_size(parts);
            let fits = bytes.len().min(most - self.buffer.len());
            let (now, later) = bytes.split_at_checked(fits).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == most {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// Starts to send the buffer as a part.
    async fn send_part(&mut self) -> io::Result<()> {
        if self.upload.is_none() {
            let id = self.start_upload().await?;
            self.upload = Some(MultipartUpload {
                id,
                sent: Vec::new(),
                sending: VecDeque::new(),
            });
        }
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        upload.wait(SENDING - 1).await?;
        let (store, key) = (Arc::clone(&self.store), self.key.clone());
        let (id, number) = (upload.id.clone(), upload.parts());
        let part = PutPayload::from(self.buffer.split().freeze());
        let send = async move { store.client.put_part(&key, &id, number, part).await };
        upload
            .sending
            .push_back(tokio::spawn(send.in_current_span()));
        Ok(())
    }

    async fn start_upload(&self) -> io::Result<String> {
        let client = &self.store.client;
        let created = client.create_multipart(&self.key).await;
        let id = created.map_err(to_io_error)?;
        match self.store.write_text(&self.marker, &id).await {
            Ok(()) => Ok(id),
            Err(error) => {
                client.abort_multipart(&self.key, &id).await.ok();
                Err(error)
            }
        }
    }

    /// Completes the multipart upload.
    async fn complete(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        let Some(upload) = &mut self.upload else {
            return Ok(());
        };
        upload.wait(0).await?;
        let parts = std::mem::take(&mut upload.sent);
        let client = &self.store.client;
        let done = client
            .complete_multipart(&self.key, &upload.id, parts)
            .await;
        done.map(drop).map_err(to_io_error)
    }

    async fn publish(&mut self) -> io::Result<()> {
        if self.upload.is_none() {
            let object = PutPayload::from(self.buffer.split().freeze());
            let done = self.store.client.put(&self.key, object).await;
            return done.map(drop).map_err(to_io_error);
        }
        if let Err(error) = self.complete().await {
            self.abort().await;
            return Err(error);
        }
        self.upload = None;
        if let Err(error) = self.store.remove(&self.marker).await {
            let marker = &self.marker;
            tracing::warn!(%error, %marker, "cannot delete an upload's marker; the next start will");
        }
        Ok(())
    }

    async fn abort(&mut self) {
        if let Some(upload) = self.upload.take() {
            abort_upload(&self.store, &self.key, &self.marker, upload).await;
        }
    }
}

impl AsyncWriter for S3Writer {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(self.write_parts(bytes))
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move { self.publish().await })
    }

    fn abandon(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.abort().await })
    }
}

async fn abort_upload(store: &S3Store, key: &Path, marker: &Path, mut upload: MultipartUpload) {
    upload.wait_for_all().await;
    if let Err(error) = store.abort(key, &upload.id, marker).await {
        tracing::warn!(%error, %key, "cannot abort an upload; the next start will");
    }
}

impl Drop for S3Writer {
    fn drop(&mut self) {
        let Some(upload) = self.upload.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let store = Arc::clone(&self.store);
            let (key, marker) = (self.key.clone(), self.marker.clone());
            let abort = async move { abort_upload(&store, &key, &marker, upload).await };
            runtime.spawn(abort.in_current_span());
        }
    }
}
