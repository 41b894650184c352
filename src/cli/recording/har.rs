//! An exchange as an entry of an HTTP archive, version 1.2.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::exchange::Exchange;

/// The end of an archive.
pub(super) const END: &str = "\n]}}\n";

/// Returns the beginning of an archive, up to its first entry.
pub(super) fn begin() -> String {
    let creator = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    format!("{{\"log\": {{\"version\": \"1.2\", \"creator\": {creator}, \"entries\": [\n")
}

/// Returns the entry of an exchange.
pub(super) fn entry(exchange: &Exchange) -> Value {
    let host = header(&exchange.request_headers, "host");
    let host = host.unwrap_or("localhost");
    let pairs = form_urlencoded::parse(exchange.query.as_bytes());
    let query: Vec<_> = pairs
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut request = json!({
        "method": exchange.method,
        "url": format!("http://{host}{}", exchange.target()),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&exchange.request_headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": exchange.request_bytes,
    });
    if let (Some(body), Some(fields)) = (&exchange.request_body, request.as_object_mut()) {
        let kind = header(&exchange.request_headers, "content-type").unwrap_or_default();
        let posted = json!({ "mimeType": kind, "text": text(body) });
        fields.insert("postData".into(), posted);
    }
    json!({
        "startedDateTime": exchange.at,
        "time": exchange.duration_ms,
        "request": request,
        "response": response(exchange),
        "cache": {},
        "timings": { "send": 0, "wait": exchange.duration_ms, "receive": 0 },
        "_id": exchange.id,
        "_aborted": exchange.aborted,
    })
}

/// Returns the answer; the status that archives have where there was none is 0.
fn response(exchange: &Exchange) -> Value {
    let lines = &exchange.response_headers;
    let status = exchange.status.unwrap_or_default();
    let reason = http::StatusCode::from_u16(status).ok();
    let reason = reason.and_then(|status| status.canonical_reason());
    let mut content = json!({
        "size": exchange.response_bytes.unwrap_or_default(),
        "mimeType": header(lines, "content-type").unwrap_or_default(),
    });
    if let (Some(body), Some(fields)) = (&exchange.response_body, content.as_object_mut()) {
        fields.insert("text".into(), text(body).into());
    }
    json!({
        "status": status,
        "statusText": reason.unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(lines),
        "content": content,
        "redirectURL": header(lines, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": exchange.response_bytes.map_or_else(|| json!(-1), |bytes| json!(bytes)),
    })
}

fn text(body: &Value) -> String {
    body.as_str()
        .map_or_else(|| body.to_string(), str::to_owned)
}

fn header<'a>(headers: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    headers.get(name).map(String::as_str)
}

fn headers(headers: &BTreeMap<String, String>) -> Vec<Value> {
    let lines = headers.iter();
    lines
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
