//! A request's body, watched while somebody reads it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};

use crate::double::journal::Received;

/// How long to wait for the rest of a short body that nobody wanted to read. It is on its way with
/// the head, or the client is an odd one.
const PATIENCE: Duration = Duration::from_millis(250);

/// A body that tells what comes.
pub(super) struct Receiving {
    body: Option<Body>,
    ended: bool,
    watch: Arc<Received>,
    rest: Option<Rest>,
}

impl Receiving {
    pub(super) fn new(body: Body, watch: Arc<Received>, rest: Option<Rest>) -> Self {
        Self {
            body: Some(body),
            ended: false,
            watch,
            rest,
        }
    }
}

impl HttpBody for Receiving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let next = std::task::ready!(Pin::new(body).poll_frame(context));
        match &next {
            Some(Ok(frame)) => {
                if let Some(part) = frame.data_ref() {
                    this.watch.add(part);
                }
            }
            Some(Err(_)) => {
                this.watch.cut_off();
                this.ended = true;
            }
            None => this.ended = true,
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.body.as_ref().map(HttpBody::size_hint);
        hint.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if let (Some(rest), false) = (&self.rest, self.is_end_stream() || self.ended)
            && let Some(body) = self.body.take()
        {
            rest.leave(body);
        }
    }
}

/// What is left of a body by whoever refused the request without reading it: a request that was
/// answered by a fault shall be in the journal as whole as any other.
#[derive(Clone)]
pub(super) struct Rest {
    body: Arc<Mutex<Option<Body>>>,
    watch: Arc<Received>,
}

impl Rest {
    pub(super) fn new(watch: Arc<Received>) -> Self {
        let body = Arc::default();
        Self { body, watch }
    }

    fn leave(&self, body: Body) {
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }

    fn left(&self) -> Option<Body> {
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        body.take()
    }

    /// Reads on as long as the text may be kept.
    pub(super) async fn read(self) {
        let Some(body) = self.left() else {
            return;
        };
        let mut body = body.into_data_stream();
        let read = async {
            while self.watch.wants_text() {
                match body.next().await {
                    Some(Ok(part)) => self.watch.add(&part),
                    Some(Err(_)) => return self.watch.cut_off(),
                    None => return,
                }
            }
        };
        // Too late: the journal has what came.
        tokio::time::timeout(PATIENCE, read).await.ok();
    }
}
