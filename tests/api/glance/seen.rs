//! A record of the answers that tests receive: `scripts/check-contract` holds them to the OpenAPI documents.

use std::fs::File;
use std::io::Write;
use std::sync::LazyLock;

use http::{HeaderMap, Method};
use serde_json::{Value, json};

/// The file that the variable names, open for appending. A line is one write, so that processes can share it.
static RECORD: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os("LOOKALIKE_TEST_SEEN").filter(|path| !path.is_empty())?;
    let file = File::options().append(true).create(true).open(path);
    Some(file.unwrap())
});

/// Longer bodies say nothing more about the shape of an answer.
const LONGEST: usize = 1 << 17;

/// Appends an answer to the record, if there is one.
pub(crate) fn record(method: &Method, path: &str, status: u16, headers: &HeaderMap, body: &[u8]) {
    let Some(mut file) = RECORD.as_ref() else {
        return;
    };
    let names: Vec<_> = headers.keys().map(http::HeaderName::as_str).collect();
    let media_type = headers.get("content-type").and_then(|it| it.to_str().ok());
    let is_json = media_type.is_some_and(|it| it.starts_with("application/json"));
    let is_short = body.len() <= LONGEST;
    let json: Option<Value> = (is_json && is_short)
        .then(|| serde_json::from_slice(body).ok())
        .flatten();
    let line = json!({
        "test": std::thread::current().name(),
        "method": method.as_str(),
        "path": path,
        "status": status,
        "type": media_type,
        "headers": names,
        "length": body.len(),
        "parsed": json.is_some(),
        "json": json,
    });
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}
