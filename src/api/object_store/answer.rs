//! The forms of answers: pages of errors, and successes without a body. Swift: `RESPONSE_REASONS` in
//! `swift/common/swob.py`.

use std::any::Any;

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE,
};
use http::{HeaderMap, Method, StatusCode};
use hyper::ext::ReasonPhrase;

use super::is_head;
use crate::domain::object_store::StoredObject;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::timestamp::http_date;
use crate::{Error, with_causes};

/// The media type of pages.
const PAGE: &str = "text/html; charset=UTF-8";

/// The form of an answer that its request decides on.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerForm {
    /// Whether it has no body.
    pub(super) head: bool,
}

impl AnswerForm {
    pub(super) fn new(method: &Method) -> Self {
        Self {
            head: is_head(method),
        }
    }
}

/// The title and the sentence of each status.
const REASONS: [(u16, &str, &str); 18] = [
    (201, "Created", ""),
    (202, "Accepted", "The request is accepted for processing."),
    (
        400,
        "Bad Request",
        "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    ),
    (
        401,
        "Unauthorized",
        "This server could not verify that you are authorized to access the document you requested.",
    ),
    (403, "Forbidden", "Access was denied to this resource."),
    (404, "Not Found", "The resource could not be found."),
    (
        405,
        "Method Not Allowed",
        "The method is not allowed for this resource.",
    ),
    (
        406,
        "Not Acceptable",
        "The resource is not available in a format acceptable to your browser.",
    ),
    (
        408,
        "Request Timeout",
        "The server has waited too long for the request to be sent by the client.",
    ),
    (
        409,
        "Conflict",
        "There was a conflict when trying to complete your request.",
    ),
    (411, "Length Required", "Content-Length header required."),
    (
        412,
        "Precondition Failed",
        "A precondition for this request was not met.",
    ),
    (
        413,
        "Request Entity Too Large",
        "The body of your request was too large for this server.",
    ),
    (
        416,
        "Requested Range Not Satisfiable",
        "The Range requested is not available.",
    ),
    (
        422,
        "Unprocessable Entity",
        "Unable to process the contained instructions",
    ),
    (
        499,
        "Client Disconnect",
        "The client was disconnected during request.",
    ),
    (
        503,
        "Service Unavailable",
        "The server is currently unavailable. Please try again at a later time.",
    ),
    (
        507,
        "Insufficient Storage",
        "There was not enough space to save the resource. Drive: unknown",
    ),
];

/// Returns the title and the sentence of a status.
fn reason(status: u16) -> (&'static str, &'static str) {
    let found = REASONS.iter().find(|(code, ..)| *code == status);
    found.map_or(
        (
            "Internal Error",
            "The server has either erred or is incapable of performing the requested operation.",
        ),
        |(_, title, sentence)| (*title, *sentence),
    )
}

/// Returns a status with its title, as bodies have it.
pub(super) fn status_line(status: u16) -> String {
    format!("{status} {}", reason(status).0)
}

/// Returns the answer to a request that failed.
pub(super) fn failed(error: &ObjectStoreError, method: &Method, realm: &str, id: &str) -> Response {
    let status = error.status();
    if status >= 500 {
        tracing::error!(
            error = with_causes(error),
            request_id = id,
            "request failed"
        );
    }
    let mut response = page(status, error.text().as_deref(), method);
    let headers = response.headers_mut();
    if !error.is_page() {
        let plain = HeaderValue::from_static("text/plain");
        headers.insert(CONTENT_TYPE, plain);
    }
    match error {
        ObjectStoreError::MethodNotAllowed(allow) => {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        ObjectStoreError::RangeNotSatisfiable(size) => {
            set(headers, CONTENT_RANGE.as_str(), &format!("bytes */{size}"));
        }
        ObjectStoreError::Unauthorized | ObjectStoreError::Service(Error::Unauthenticated) => {
            let challenge = format!("Swift realm=\"{realm}\"");
            set(headers, WWW_AUTHENTICATE.as_str(), &challenge);
        }
        _ => {}
    }
    response
}

/// Returns an answer with a status and a text, or its usual page.
pub(super) fn page(status: u16, text: Option<&str>, method: &Method) -> Response {
    let (title, sentence) = reason(status);
    let body = match text {
        _ if is_head(method) || status == 304 => String::new(),
        Some(text) => text.to_owned(),
        None if sentence.is_empty() => String::new(),
        None => format!("<html><h1>{title}</h1><p>{sentence}</p></html>"),
    };
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(Body::from(body));
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PAGE));
    headers.insert(CONTENT_LENGTH, length);
    if code.canonical_reason() != Some(title) && status != 304 {
        let title = ReasonPhrase::from_static(title.as_bytes());
        response.extensions_mut().insert(title);
    }
    response
}

/// Returns a success without a body.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let page = HeaderValue::from_static(PAGE);
    response.headers_mut().insert(CONTENT_TYPE, page);
    response
}

/// Returns the answer to a PUT or a COPY.
pub(super) fn created(object: &StoredObject) -> Response {
    let mut response = page(201, None, &Method::PUT);
    let headers = response.headers_mut();
    set(headers, "etag", &object.etag);
    set(headers, "last-modified", &http_date(object.updated_at));
    response
}

/// Sets a header, if the text can be one.
pub(super) fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = http::HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
        headers.insert(name, value);
    }
}

/// Returns the response after a panic; its text goes to the log.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic");
    tracing::error!(error = text, "request failed");
    page(500, None, &Method::GET)
}
