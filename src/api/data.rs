//! `/v2/images/{image}/file`

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE};
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::extract::{
    NoBody, Parameters, PathNames, content_type, length, text, without_parameters,
};
use super::json::Empty;
use super::transfer;
use crate::app::App;
use crate::dialect::LaterInput;
use crate::domain::caller::Caller;
use crate::domain::range::ByteRange;
use crate::service::data::{Download, DownloadOutcome, UploadHeaders};
use crate::{Error, Result};

pub(super) async fn upload(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    request: Request,
) -> Result<Empty> {
    let headers = request.headers();
    check_media_type(headers)?;
    let store = headers.get("x-image-meta-store");
    let announced = UploadHeaders {
        store: store.map(|store| String::from_utf8_lossy(store.as_bytes()).into_owned()),
        expected: expected(&app, headers)?,
        length: length(headers).filter(|length| *length > 0),
    };
    let given = content_type(headers);
    let timeout = app.config().bodies.body_timeout;
    let bytes = DrainOnDrop::new(request.into_body(), timeout).until(app.apart.closing());
    let late = bytes.late();
    let bytes = transfer::uploaded(&app, bytes);
    let uploaded = app.images(&caller).upload(&id, announced, bytes).await;
    uploaded.map_err(|error| naming(late.instead_of(error), given))?;
    Ok(Empty)
}

pub(super) fn check_media_type(headers: &HeaderMap) -> Result<()> {
    let given = content_type(headers);
    let media_type = given.as_deref().map(without_parameters);
    if media_type == Some("application/octet-stream") {
        return Ok(());
    }
    Err(Error::UnsupportedMediaType {
        detail: format!("Invalid content type {}", media_type.unwrap_or("None")),
        given,
        accept_patch: None,
    })
}

/// Returns the error with the media type that a request gave, parameters and all.
fn naming(error: Error, given: Option<String>) -> Error {
    match error {
        Error::UnsupportedMediaType {
            detail,
            accept_patch,
            ..
        } => Error::UnsupportedMediaType {
            given,
            detail,
            accept_patch,
        },
        other => other,
    }
}

pub(super) fn expected(app: &App, headers: &HeaderMap) -> Result<Option<i64>> {
    if !app.dialect().release.reads(LaterInput::SizeHeader) {
        return Ok(None);
    }
    let Some(header) = headers.get("x-openstack-image-size") else {
        return Ok(None);
    };
    let size = header
        .to_str()
        .ok()
        .and_then(|header| header.trim().parse().ok());
    size.map(Some)
        .ok_or_else(|| Error::Invalid("Invalid or missing image size in request headers.".into()))
}

pub(super) async fn download(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    Parameters(parameters): Parameters,
    headers: HeaderMap,
) -> Result<Response> {
    let prefer = parameters.iter().rev().find(|(name, _)| name == "prefer");
    let prefer = prefer.filter(|_| app.dialect().release.reads(LaterInput::PreferredStores));
    let prefer = prefer.map_or("", |(_, stores)| stores);
    let ask = |name: &str| text(&headers, name).filter(|text| !text.is_empty());
    let whole = ask(RANGE.as_str()).is_none() && ask(CONTENT_RANGE.as_str()).is_none();
    match app.images(&caller).download(&id, prefer, whole).await? {
        DownloadOutcome::Data(found) => {
            let size = found.content.size();
            // An empty header asks for no part, and from the cache it gets none.
            let asked = Some(&headers).filter(|_| !found.cached);
            let part = asked.map(|headers| requested_part(headers, size));
            Ok(answer(&app, *found, part.transpose()?.flatten(), size))
        }
        DownloadOutcome::NoData { size } => {
            // A part that cannot be of any data is refused even so.
            requested_part(&headers, size.unwrap_or(u64::MAX))?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

/// Returns the part that a request asks for, of data of this size in bytes.
fn requested_part(headers: &HeaderMap, size: u64) -> Result<Option<ByteRange>> {
    if let Some(range) = text(headers, RANGE.as_str()) {
        return ByteRange::from_range_header(range, size).map(Some);
    }
    let older = text(headers, CONTENT_RANGE.as_str());
    let older = older.map(|range| ByteRange::from_content_range_header(range, size));
    older.transpose()
}

fn answer(app: &App, found: Download, part: Option<ByteRange>, size: u64) -> Response {
    let whole = size.checked_sub(1).map(|end| ByteRange { start: 0, end });
    let sent = part.or(whole);
    let length = sent.map_or(0, ByteRange::length);
    let checksum = found.checksum.clone();
    let body = match sent {
        Some(part) => Body::from_stream(transfer::downloaded(app, found.part(part))),
        None => Body::empty(),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let binary = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, binary);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(md5) = checksum.and_then(|checksum| HeaderValue::from_str(&checksum).ok()) {
        headers.insert("content-md5", md5);
    }
    if let Some(ByteRange { start, end }) = part {
        if let Ok(range) = HeaderValue::from_str(&format!("bytes {start}-{end}/{size}")) {
            headers.insert(CONTENT_RANGE, range);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// A body that is read to its end even if nobody wants it any more. Most clients send all before
/// they look for an answer: one whose connection breaks instead never learns what was wrong. A client that
/// sends nothing for too long is not waited for.
pub(super) struct DrainOnDrop {
    body: Option<BodyDataStream>,
    timeout: Duration,
    /// The end of the time of a client that is waited for; made when one first is.
    timer: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
    late: Late,
    /// The moment when the server will not wait for more any more.
    closing: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

/// Tells why a body was not read to its end, if it was not the client that ended it.
#[derive(Clone, Debug, Default)]
pub(super) struct Late(Arc<LateFlags>);

#[derive(Debug, Default)]
struct LateFlags {
    /// The client was waited for in vain.
    is_slow: AtomicBool,
    /// The server is shutting down.
    is_closing: AtomicBool,
}

impl Late {
    /// Returns the error that the client gets.
    pub(super) fn instead_of(&self, error: Error) -> Error {
        match error {
            Error::ClientDisconnected(_) if self.0.is_closing.load(Ordering::Relaxed) => {
                Error::ShuttingDown
            }
            Error::ClientDisconnected(text) if self.0.is_slow.load(Ordering::Relaxed) => {
                Error::ClientTooSlow(text)
            }
            error => error,
        }
    }
}

impl DrainOnDrop {
    pub(super) fn new(body: Body, timeout: Duration) -> Self {
        Self {
            body: Some(body.into_data_stream()),
            timeout,
            timer: None,
            is_waiting: false,
            late: Late::default(),
            closing: None,
        }
    }

    /// Returns the body, which fails when the server is closing.
    pub(super) fn until(mut self, closing: CancellationToken) -> Self {
        self.closing = Some(Box::pin(closing.cancelled_owned()));
        self
    }

    fn poll_closing(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.closing {
            Some(closing) => closing.as_mut().poll(context),
            None => Poll::Pending,
        }
    }

    pub(super) fn late(&self) -> Late {
        self.late.clone()
    }

    /// Waits for a client until its time is over.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timeout = self.timeout;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        if !self.is_waiting {
            self.is_waiting = true;
            timer.as_mut().reset(Instant::now() + timeout);
        }
        timer.as_mut().poll(context)
    }
}

/// Read on up to here, for so long.
const UNWANTED: u64 = 1 << 30;
const PATIENCE: Duration = Duration::from_mins(2);

impl Stream for DrainOnDrop {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let Poll::Ready(next) = body.poll_next_unpin(context) else {
            if self.poll_closing(context).is_ready() {
                self.late.0.is_closing.store(true, Ordering::Relaxed);
                self.body = None;
                let text = "The server is shutting down.";
                return Poll::Ready(Some(Err(axum::Error::new(text))));
            }
            std::task::ready!(self.poll_timer(context));
            self.late.0.is_slow.store(true, Ordering::Relaxed);
            self.body = None;
            let seconds = self.timeout.as_secs_f64();
            let text = format!("No data came for {seconds} seconds.");
            return Poll::Ready(Some(Err(axum::Error::new(text))));
        };
        self.is_waiting = false;
        if !matches!(next, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(next)
    }
}

impl Drop for DrainOnDrop {
    fn drop(&mut self) {
        let (Some(mut body), Ok(runtime)) =
            (self.body.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(tokio::time::timeout(PATIENCE, async move {
            let mut read = 0;
            while let Some(Ok(chunk)) = body.next().await {
                read += chunk.len() as u64;
                if read > UNWANTED {
                    return;
                }
            }
        }));
    }
}
