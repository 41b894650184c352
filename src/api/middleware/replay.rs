//! The body of a request that may be needed again: what was read of it is kept.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;

/// The number of bytes that are kept: more than any document, and less than most images have.
const KEPT: usize = 8 << 20;

/// A body, and what was read of it so far.
#[derive(Clone, Debug)]
pub(super) struct ReplayedBody(Arc<Mutex<RecordedBody>>);

#[derive(Debug)]
struct RecordedBody {
    body: Body,
    hint: SizeHint,
    is_empty: bool,
    has_ended: bool,
    kept: Vec<Bytes>,
    /// The number of bytes that are kept.
    size: usize,
    /// Whether more was read than is kept.
    is_lost: bool,
    /// The number of readers there were. Only the last one reads: an earlier one may still be drained, for the client
    /// of an answer that came early sends the rest.
    readers: usize,
}

impl ReplayedBody {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(RecordedBody {
            hint: body.size_hint(),
            is_empty: body.is_end_stream(),
            body,
            has_ended: false,
            kept: Vec::new(),
            size: 0,
            is_lost: false,
            readers: 0,
        })))
    }

    /// Returns the whole body from its beginning; nothing, if so much of it was read that it is not kept.
    pub(super) fn again(&self) -> Option<Body> {
        let mut recorded = self.0.lock();
        if recorded.is_empty {
            return Some(Body::empty());
        }
        if recorded.is_lost {
            return None;
        }
        recorded.readers += 1;
        Some(Body::new(BodyReader {
            recorded: Arc::clone(&self.0),
            hint: recorded.hint,
            number: recorded.readers,
            position: 0,
        }))
    }
}

impl RecordedBody {
    fn keep(&mut self, bytes: &Bytes) {
        self.size += bytes.len();
        if self.size > KEPT {
            self.is_lost = true;
            self.kept = Vec::new();
        }
        if !self.is_lost {
            self.kept.push(bytes.clone());
        }
    }
}

/// One reader of a body: of what was read before, and then of the rest.
struct BodyReader {
    recorded: Arc<Mutex<RecordedBody>>,
    hint: SizeHint,
    /// The number of this reader.
    number: usize,
    /// The number of chunks that it has read.
    position: usize,
}

impl HttpBody for BodyReader {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let mut recorded = this.recorded.lock();
        if this.number != recorded.readers {
            let words = "the request is answered anew";
            return Poll::Ready(Some(Err(axum::Error::new(io::Error::other(words)))));
        }
        if let Some(bytes) = recorded.kept.get(this.position) {
            this.position += 1;
            return Poll::Ready(Some(Ok(Frame::data(bytes.clone()))));
        }
        if recorded.has_ended {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut recorded.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(bytes) = frame.data_ref() {
                    recorded.keep(bytes);
                    this.position += 1;
                }
            }
            Some(Err(_)) => {}
            None => recorded.has_ended = true,
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
