//! Answers that are made up: as the rule has them, or as the service itself would put them.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::api::error::Form;
use crate::api::{error, has_no_body};
use crate::domain::fault::ResponseOverride;

/// The answer of a rule to a request with this path.
pub(super) fn made_up(answer: &ResponseOverride, path: &str, form: Form, head: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = match &answer.body {
        Some(body) => given(status, body, head),
        None if !(status.is_client_error() || status.is_server_error()) => status.into_response(),
        None if path == "/identity" || path.starts_with("/identity/") => {
            keystone(status, answer.message.as_deref())
        }
        None => error::made_up(status, answer.message.as_deref(), form, head),
    };
    let headers = response.headers_mut();
    for (name, value) in &answer.headers {
        add(headers, name, value);
    }
    if has_no_body(status) {
        headers.remove(CONTENT_LENGTH);
        *response.body_mut() = Body::empty();
    }
    response
}

fn add(headers: &mut HeaderMap, name: &str, value: &str) {
    // Both were looked at when the rule was read.
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// A text as it is, anything else as JSON.
fn given(status: StatusCode, body: &Value, head: bool) -> Response {
    let (media_type, text) = match body {
        Value::String(text) => ("text/plain; charset=UTF-8", text.clone()),
        other => ("application/json", other.to_string()),
    };
    let length = HeaderValue::from(text.len());
    let body = if head { Body::empty() } else { text.into() };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length);
    response
}

fn keystone(status: StatusCode, message: Option<&str>) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let message = message.unwrap_or(error::usual_words(status));
    let error = json!({ "code": status.as_u16(), "message": message, "title": title });
    let body = json!({ "error": error });
    given(status, &body, false)
}
