//! `/v1/{account}/{container}/{object}`: GET and HEAD.

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue, LAST_MODIFIED,
    RANGE,
};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::answer::{page, set};
use super::headers::conditions;
use super::listing::parameters;
use super::{Handled, is_head};
use crate::api::extract::text;
use crate::api::transfer;
use crate::app::App;
use crate::domain::object_store::ObjectPath;
use crate::domain::object_store::conditions::{ConditionOutcome, has_tag};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::ranges::RequestedParts;
use crate::domain::object_store::timestamp::{http_date, seconds};
use crate::domain::range::ByteRange;
use crate::service::object_store::{FoundObject, ManifestUse, ObjectStore, OpenedObject};

/// Answers GET and HEAD.
pub(super) async fn download(
    app: &App,
    store: &ObjectStore<'_>,
    path: &ObjectPath,
    request: &Parts,
) -> Handled {
    let is_raw = parameters(&request.uri)?
        .iter()
        .any(|(name, value)| name == "multipart-manifest" && value == "get");
    let manifest = if is_raw {
        ManifestUse::Raw
    } else {
        ManifestUse::Followed
    };
    let conditions = conditions(&request.headers);
    let found = match store.find(path, manifest).await {
        Err(ObjectStoreError::ObjectNotFound) if wants_any(conditions.matching.as_deref()) => {
            return Ok(page(412, Some(""), &request.method));
        }
        found => found?,
    };
    let status = match conditions.check(&found.etag, found.object.updated_at) {
        ConditionOutcome::Met => StatusCode::OK,
        ConditionOutcome::NotModified => StatusCode::NOT_MODIFIED,
        ConditionOutcome::Failed => StatusCode::PRECONDITION_FAILED,
    };
    if status != StatusCode::OK {
        let mut response = with_headers(headers_of(&found), Body::empty());
        let none = HeaderValue::from(0);
        response.headers_mut().insert(CONTENT_LENGTH, none);
        *response.status_mut() = status;
        return Ok(response);
    }
    if is_head(&request.method) {
        return Ok(with_headers(headers_of(&found), Body::empty()));
    }
    let opened = store.open_found(found, path, manifest).await?;
    let range = text(&request.headers, RANGE.as_str());
    // Several parts of a large object are not collected from its segments.
    let range = range.filter(|range| !opened.found.is_joined() || !range.contains(','));
    let size = opened.size();
    match range.map_or(RequestedParts::Whole, |range| {
        RequestedParts::parse(range, size)
    }) {
        RequestedParts::Whole => {
            let body = Body::from_stream(transfer::downloaded(app, opened.stream()));
            Ok(with_headers(headers_of(&opened.found), body))
        }
        RequestedParts::Unsatisfiable => Ok(unsatisfiable(&opened.found, request)),
        RequestedParts::Some(parts) => Ok(match *parts {
            [part] => one_part(app, &opened, part),
            _ => several_parts(app, &opened, parts),
        }),
    }
}

fn wants_any(if_match: Option<&str>) -> bool {
    if_match.is_some_and(|tags| has_tag(tags, "*"))
}

fn with_headers(headers: HeaderMap, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.headers_mut() = headers;
    response
}

/// Returns the headers of an object.
fn headers_of(found: &FoundObject) -> HeaderMap {
    let object = &found.object;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(found.size));
    set(&mut headers, CONTENT_TYPE.as_str(), &object.content_type);
    set(&mut headers, ETAG.as_str(), &found.etag);
    let modified = http_date(object.updated_at);
    set(&mut headers, LAST_MODIFIED.as_str(), &modified);
    set(&mut headers, "x-timestamp", &seconds(object.updated_at));
    if let Some(manifest) = &object.manifest {
        set(&mut headers, "x-object-manifest", manifest.header());
    }
    if let Some(time) = object.delete_at {
        let time = time.timestamp().to_string();
        set(&mut headers, "x-delete-at", &time);
    }
    for (name, value) in &object.metadata {
        set(&mut headers, name, value);
    }
    headers
}

fn unsatisfiable(found: &FoundObject, request: &Parts) -> Response {
    let page = page(416, None, &request.method);
    let (parts, body) = page.into_parts();
    let mut headers = headers_of(found);
    headers.extend(parts.headers);
    let range = format!("bytes */{}", found.size);
    set(&mut headers, CONTENT_RANGE.as_str(), &range);
    let mut response = with_headers(headers, body);
    *response.status_mut() = parts.status;
    *response.extensions_mut() = parts.extensions;
    response
}

fn content_range(part: ByteRange, size: u64) -> String {
    format!("bytes {}-{}/{size}", part.start, part.end)
}

fn one_part(app: &App, opened: &OpenedObject, part: ByteRange) -> Response {
    let mut headers = headers_of(&opened.found);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(part.length()));
    let range = content_range(part, opened.size());
    set(&mut headers, CONTENT_RANGE.as_str(), &range);
    let body = Body::from_stream(transfer::downloaded(app, opened.stream_part(part)));
    let mut response = with_headers(headers, body);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    response
}

/// Returns the text between parts, which nothing in them is likely to have.
fn boundary(app: &App) -> String {
    app.new_id().simple().to_string()
}

/// Returns several parts in one body (RFC 9110 §14.6).
fn several_parts(app: &App, opened: &OpenedObject, parts: Vec<ByteRange>) -> Response {
    let boundary = boundary(app);
    let mut headers = headers_of(&opened.found);
    let (size, content_type) = (opened.size(), &opened.found.object.content_type);
    let head = |part: ByteRange| {
        let range = content_range(part, size);
        format!("--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {range}\r\n\r\n")
    };
    let heads: Vec<_> = parts.iter().map(|part| head(*part)).collect();
    let end = format!("--{boundary}--");
    let lengths = heads.iter().zip(&parts);
    let lengths = lengths.map(|(head, part)| head.len() as u64 + part.length() + 2);
    let length = lengths.sum::<u64>() + end.len() as u64;
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    let multipart = format!("multipart/byteranges;boundary={boundary}");
    set(&mut headers, CONTENT_TYPE.as_str(), &multipart);
    let text = |text: String| stream::iter([Ok(Bytes::from(text))]).boxed();
    let mut streams: Vec<BoxStream<'static, std::io::Result<Bytes>>> = Vec::new();
    for (head, part) in heads.into_iter().zip(parts) {
        streams.push(text(head));
        streams.push(opened.stream_part(part));
        streams.push(text("\r\n".into()));
    }
    streams.push(text(end));
    let body = Body::from_stream(transfer::downloaded(app, stream::iter(streams).flatten()));
    let mut response = with_headers(headers, body);
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    response
}
