//! An answer's body, watched while it is sent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use http::{HeaderMap, header};
use hyper::body::{Frame, SizeHint};

use crate::simulation::journal::{End, Entry};

/// A body that tells how it ended. Dropped before, it was cut off.
pub(super) struct Sending {
    body: Body,
    entry: Arc<Entry>,
    start: Instant,
    /// The promised length, in bytes.
    promised: Option<u64>,
    sent: u64,
    ended: bool,
}

impl Sending {
    /// The body of the answer with these headers, to a request that came at `start`; without a body
    /// the headers promise nothing.
    pub(super) fn new(
        body: Body,
        headers: Option<&HeaderMap>,
        entry: Arc<Entry>,
        start: Instant,
    ) -> Self {
        let length = headers.and_then(|header| header.get(header::CONTENT_LENGTH)?.to_str().ok());
        let length = length.and_then(|length| length.parse().ok());
        let promised = match headers {
            Some(_) => length.or(body.size_hint().exact()),
            None => Some(0),
        };
        Self {
            promised,
            body,
            entry,
            start,
            sent: 0,
            ended: false,
        }
    }

    fn end(&mut self, whole: bool) {
        if !self.ended {
            self.ended = true;
            self.entry.ended(End {
                took: self.start.elapsed(),
                bytes: self.sent,
                whole,
            });
        }
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let next = std::task::ready!(Pin::new(&mut this.body).poll_frame(context));
        match &next {
            Some(Ok(frame)) => {
                this.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
                // With the last part, and not after it: nobody asks on when all is there.
                if this.promised.is_some_and(|promised| this.sent >= promised)
                    || this.body.is_end_stream()
                {
                    let short = this.promised.is_some_and(|promised| this.sent < promised);
                    this.end(!short);
                }
            }
            Some(Err(_)) => this.end(false),
            None => {
                let whole = this.promised.is_none_or(|promised| this.sent >= promised);
                this.end(whole);
            }
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        // Of a body without a byte, nobody asks for the first.
        let whole = self.promised.is_some_and(|promised| self.sent >= promised);
        self.end(whole);
    }
}
