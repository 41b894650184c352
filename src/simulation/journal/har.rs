//! The journal as an HTTP archive: <http://www.softwareishard.com/blog/har-12-spec/>, version 1.2.

use std::sync::Arc;

use serde_json::{Value, json};

use super::entry::Entry;
use super::headers::Headers;

/// An archive of these exchanges, as browsers and proxies read it. Clients reach the cloud below
/// this path.
#[must_use]
pub fn har(entries: &[Arc<Entry>], below: &str) -> Value {
    let entries: Vec<_> = entries.iter().map(|value| entry(value, below)).collect();
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "entries": entries,
    } })
}

fn entry(entry: &Entry, below: &str) -> Value {
    let took = entry.milliseconds();
    let mut view = json!({
        "startedDateTime": entry.at(),
        "time": took,
        "request": request(entry, below),
        "response": response(entry),
        "cache": {},
        "timings": { "send": 0, "wait": took, "receive": 0 },
        "_id": entry.id,
    });
    // Names with a dash below are free for whoever writes an archive.
    if let Some(fields) = view.as_object_mut() {
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        add("_fault", entry.fault().map(|fault| json!(fault)));
        add("_user", entry.user().map(|user| json!(user)));
        add("_project", entry.project().map(|project| json!(project)));
        add("_aborted", entry.aborted().then(|| json!(true)));
    }
    view
}

fn request(entry: &Entry, below: &str) -> Value {
    let asked = &entry.asked;
    let host = asked.headers.first("host").unwrap_or("localhost");
    let scheme = asked.scheme;
    let question = if asked.query.is_empty() { "" } else { "?" };
    let pairs = form_urlencoded::parse(asked.query.as_bytes());
    let query: Vec<_> = pairs
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut view = json!({
        "method": asked.method.as_str(),
        "url": format!("{scheme}://{host}{below}{}{question}{}", asked.path, asked.query),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&asked.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": entry.received(),
    });
    if let (Some(body), Some(fields)) = (&entry.body, view.as_object_mut()) {
        let kind = asked.headers.first("content-type").unwrap_or_default();
        let posted = json!({ "mimeType": kind, "text": body.text });
        fields.insert("postData".into(), posted);
    }
    view
}

/// Returns the status that archives have where there was none: 0.
fn response(entry: &Entry) -> Value {
    let answer = entry.answered.as_ref();
    let none = Headers::default();
    let lines = answer.map_or(&none, |answer| &answer.headers);
    let status = answer.map(|answer| answer.status);
    let size = entry.sent();
    json!({
        "status": status.map_or(0, |status| status.as_u16()),
        "statusText": status.and_then(|status| status.canonical_reason()).unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(lines),
        "content": {
            "size": size.unwrap_or(0),
            "mimeType": lines.first("content-type").unwrap_or_default(),
        },
        "redirectURL": lines.first("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size.map_or_else(|| json!(-1), |value| json!(value)),
    })
}

fn headers(headers: &Headers) -> Vec<Value> {
    let lines = headers.iter();
    lines
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}
