//! An image on its way into a container; a large one is sent as segments.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::SwiftStore;
use super::error::failed;
use crate::store::writer::AsyncWriter;

/// The number of segments after which their size doubles, four times at most, so that a container does not fill up
/// with them.
const SEGMENTS_OF_A_SIZE: usize = 1250;

/// The number of segments that are sent at a time, beside the one that is being filled.
const SENDING: usize = 2;

/// The pauses before the listing of segments is asked for again: it may lag behind them.
const LISTING_PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1600),
];

/// An image that is being written.
#[derive(Debug)]
pub(super) struct SwiftWriter {
    store: Arc<SwiftStore>,
    key: String,
    /// The bytes of the next segment.
    buffer: BytesMut,
    /// The segments, once there are some.
    segments: SegmentUpload,
}

/// Segments, of which some are sent and some on their way.
#[derive(Debug, Default)]
struct SegmentUpload {
    /// What their names begin with.
    prefix: String,
    /// Their number.
    begun: usize,
    /// The number of their bytes.
    size: u64,
    sending: VecDeque<JoinHandle<io::Result<()>>>,
}

impl SegmentUpload {
    /// Returns the name of a segment, counted from 1.
    fn key(&self, number: usize) -> String {
        format!("{}{number:08}", self.prefix)
    }

    /// Waits until at most this number of segments are being sent.
    async fn wait(&mut self, most: usize) -> io::Result<()> {
        while self.sending.len() > most {
            let Some(next) = self.sending.pop_front() else {
                return Ok(());
            };
            next.await.map_err(io::Error::other)??;
        }
        Ok(())
    }

    /// Starts to send a segment.
    async fn send(&mut self, store: &Arc<SwiftStore>, segment: Bytes) -> io::Result<()> {
        self.wait(SENDING - 1).await?;
        self.begun += 1;
        self.size += segment.len() as u64;
        let (key, client) = (self.key(self.begun), Arc::clone(&store.client));
        let send = async move { client.put(&key, segment).await };
        self.sending.push_back(tokio::spawn(send.in_current_span()));
        Ok(())
    }

    /// Deletes the segments, once none is being sent any more.
    async fn remove(self, store: &SwiftStore) {
        for segment in self.sending {
            segment.await.ok();
        }
        if let Err(error) = store.remove_below(&self.prefix).await {
            let segments = &self.prefix;
            tracing::warn!(%error, segments, "cannot delete segments; the next sweep will");
        }
    }
}

impl SwiftWriter {
    /// Creates a writer of the object `key`, whose segments have names that begin with `segments`.
    pub(super) fn new(store: Arc<SwiftStore>, key: String, segments: String) -> Self {
        let segments = SegmentUpload {
            prefix: segments,
            ..SegmentUpload::default()
        };
        Self {
            store,
            key,
            buffer: BytesMut::new(),
            segments,
        }
    }

    /// Fills the buffer, and sends it as a segment whenever it is full.
    async fn write_segments(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let doublings = (self.segments.begun / SEGMENTS_OF_A_SIZE).min(4);
            let most = self.store.segment << doublings;
            let fits = bytes.len().min(most.saturating_sub(self.buffer.len()));
            let (now, later) = bytes.split_at_checked(fits).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() >= most {
                let segment = self.buffer.split().freeze();
                self.segments.send(&self.store, segment).await?;
            }
        }
        Ok(())
    }

    async fn publish(&mut self) -> io::Result<()> {
        let rest = self.buffer.split().freeze();
        if self.segments.begun == 0 {
            return self.store.client.put(&self.key, rest).await;
        }
        if !rest.is_empty() {
            self.segments.send(&self.store, rest).await?;
        }
        self.segments.wait(0).await?;
        self.check_segments().await?;
        let prefix = &self.segments.prefix;
        self.store.client.put_manifest(&self.key, prefix).await
    }

    /// Checks that the container lists all segments: it may be late, and another server may have taken this one for
    /// dead, and deleted some.
    async fn check_segments(&self) -> io::Result<()> {
        for pause in [Duration::ZERO].into_iter().chain(LISTING_PAUSES) {
            tokio::time::sleep(pause).await;
            let listed = self.store.client.list(&self.segments.prefix).await?;
            let size: u64 = listed.iter().map(|segment| segment.size).sum();
            if size == self.segments.size {
                return Ok(());
            }
            if listed.is_empty() {
                break;
            }
        }
        Err(failed(&"segments of an image are missing"))
    }

    /// Deletes what was sent, if that was not published.
    async fn give_up(&mut self) {
        if let Some(segments) = self.take_segments() {
            segments.remove(&self.store).await;
        }
    }

    /// Takes the segments away from the writer, if there are any.
    fn take_segments(&mut self) -> Option<SegmentUpload> {
        let segments = std::mem::take(&mut self.segments);
        (segments.begun > 0).then_some(segments)
    }
}

impl AsyncWriter for SwiftWriter {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(self.write_segments(bytes))
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move {
            let published = self.publish().await;
            match published {
                Ok(()) => drop(self.take_segments()),
                Err(_) => self.give_up().await,
            }
            published
        })
    }

    fn abandon(mut self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.give_up().await })
    }
}

impl Drop for SwiftWriter {
    fn drop(&mut self) {
        let Some(segments) = self.take_segments() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let store = Arc::clone(&self.store);
            let remove = async move { segments.remove(&store).await };
            runtime.spawn(remove.in_current_span());
        }
    }
}
