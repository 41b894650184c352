//! A body that is watched as it passes: what came of it is counted and hashed before it goes on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use futures_util::Stream;
use parking_lot::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};

use super::log::ExchangeLog;
use crate::cli::recording::BodyWatch;

/// The size in bytes from which a part is hashed on a thread of its own: three hashes of less take a fraction of a millisecond.
const LARGE: usize = 64 * 1024;

pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(super) type Parcels = Pin<Box<dyn Stream<Item = Result<Bytes, Failure>> + Send>>;

/// A body that is watched as it passes.
pub(super) struct WatchedBody {
    body: Parcels,
    log: Arc<ExchangeLog>,
    watch: fn(&ExchangeLog) -> &Mutex<BodyWatch>,
    /// A large part that is hashed now. It counts even if nobody wants the body any more.
    hashed: Option<JoinHandle<Bytes>>,
}

impl WatchedBody {
    /// Watches a body for that one of an exchange.
    pub(super) fn new(
        body: Parcels,
        log: &Arc<ExchangeLog>,
        watch: fn(&ExchangeLog) -> &Mutex<BodyWatch>,
    ) -> Self {
        Self {
            body,
            log: Arc::clone(log),
            watch,
            hashed: None,
        }
    }

    /// Begins to hash a large part.
    fn hash(&self, part: Bytes) -> JoinHandle<Bytes> {
        let (log, watch) = (Arc::clone(&self.log), self.watch);
        spawn_blocking(move || {
            watch(&log).lock().add(&part);
            part
        })
    }
}

impl Stream for WatchedBody {
    type Item = Result<Bytes, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(hashed) = &mut self.hashed {
                let part = ready!(Pin::new(hashed).poll(context));
                self.hashed = None;
                return Poll::Ready(Some(part.map_err(Failure::from)));
            }
            let part = ready!(self.body.as_mut().poll_next(context));
            match part {
                Some(Ok(part)) if part.len() >= LARGE => self.hashed = Some(self.hash(part)),
                part => {
                    let mut watch = (self.watch)(&self.log).lock();
                    match &part {
                        Some(Ok(part)) => watch.add(part),
                        Some(Err(_)) => watch.broken = true,
                        None => watch.whole = true,
                    }
                    drop(watch);
                    return Poll::Ready(part);
                }
            }
        }
    }
}
