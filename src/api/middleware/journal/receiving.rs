//! A request's body, watched while somebody reads it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::simulation::journal::Received;

/// How long to wait for the rest of a short body that nobody wanted to read. It is on its way with
/// the head, or the client is an odd one.
const PATIENCE: Duration = Duration::from_millis(250);

/// A body that tells what comes.
pub(super) struct Receiving {
    body: Option<Body>,
    ended: bool,
    watch: Arc<Received>,
    rest: Option<BodyRest>,
}

impl Receiving {
    pub(super) fn new(body: Body, watch: Arc<Received>, rest: Option<BodyRest>) -> Self {
        Self {
            body: Some(body),
            ended: false,
            watch,
            rest,
        }
    }

    fn end(&mut self) {
        if !self.ended
            && let Some(rest) = &self.rest
        {
            rest.put(UnreadBody::Nothing);
        }
        self.ended = true;
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
        let failed = matches!(next, Some(Err(_)));
        if let Some(Ok(frame)) = &next
            && let Some(part) = frame.data_ref()
        {
            this.watch.add(part);
        }
        if failed {
            this.watch.cut_off();
        }
        if failed || next.is_none() || this.is_end_stream() {
            this.end();
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
        if self.is_end_stream() {
            self.end();
        } else if !self.ended
            && let (Some(rest), Some(body)) = (&self.rest, self.body.take())
        {
            rest.put(UnreadBody::Unread(body));
        }
    }
}

/// What is left of a body by whoever refused the request without reading it: a request that was
/// answered by a fault shall be in the journal as whole as any other.
#[derive(Clone)]
pub(super) struct BodyRest(Arc<BodyState>);

struct BodyState {
    watch: Arc<Received>,
    left: Mutex<UnreadBody>,
    news: Notify,
}

/// The place of an unread body.
enum UnreadBody {
    /// Somebody reads it, here or in a task of its own.
    Held,
    /// Nobody wanted it.
    Unread(Body),
    /// Nothing: the body was read to its end.
    Nothing,
}

impl BodyRest {
    pub(super) fn new(watch: Arc<Received>) -> Self {
        Self(Arc::new(BodyState {
            watch,
            left: Mutex::new(UnreadBody::Held),
            news: Notify::new(),
        }))
    }

    fn put(&self, left: UnreadBody) {
        *self.left() = left;
        self.0.news.notify_one();
    }

    fn left(&self) -> MutexGuard<'_, UnreadBody> {
        self.0.left.lock()
    }

    /// The body, or nothing if there is no more of it.
    async fn body(&self) -> Option<Body> {
        loop {
            match std::mem::replace(&mut *self.left(), UnreadBody::Held) {
                UnreadBody::Unread(body) => return Some(body),
                UnreadBody::Nothing => return None,
                UnreadBody::Held => {}
            }
            self.0.news.notified().await;
        }
    }

    /// Reads on as long as the text may be kept, or waits until somebody else has.
    pub(super) async fn read(self) {
        let watch = &self.0.watch;
        if !watch.wants_text() {
            return;
        }
        let read = async {
            let Some(body) = self.body().await else {
                return;
            };
            let mut body = body.into_data_stream();
            while watch.wants_text() {
                match body.next().await {
                    Some(Ok(part)) => watch.add(&part),
                    Some(Err(_)) => return watch.cut_off(),
                    None => return,
                }
            }
        };
        // Too late: the journal has what came.
        tokio::time::timeout(PATIENCE, read).await.ok();
    }
}
