//! Answers without a body: how long one says it is, and a reset behind the head of such.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http::header::{CONTENT_LENGTH, HeaderValue};
use hyper::body::{Frame, SizeHint};

use crate::api::has_no_body;
use crate::simulation::connection::{CloseMode, ConnectionAbort};

/// Says how long a body is that will no longer tell of itself.
pub(super) fn with_length(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact()
        && !response.headers().contains_key(CONTENT_LENGTH)
    {
        let length = HeaderValue::from(length);
        response.headers_mut().insert(CONTENT_LENGTH, length);
    }
    response
}

/// Returns whether nothing follows the head of this answer; `head`: it is one to a HEAD request.
pub(super) fn is_bare(response: &Response, head: bool) -> bool {
    let empty = response.body().size_hint().exact() == Some(0);
    empty || head || has_no_body(response.status())
}

/// Returns the response with a connection reset behind it.
pub(super) fn with_reset(response: Response, abort: Option<ConnectionAbort>) -> Response {
    response.map(|_| Body::new(Nothing(abort)))
}

/// No body. Of such, the connection asks nothing, but it lets it go when it writes the head.
struct Nothing(Option<ConnectionAbort>);

impl HttpBody for Nothing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(0)
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        if let Some(cut) = &self.0 {
            cut.abort(CloseMode::ResetBehind);
        }
    }
}
