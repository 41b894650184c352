//! JSON as Glance writes it: a blank after each comma and colon, all letters as they are.

use std::fmt::Write;
use std::io;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde_json::ser::Formatter;

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        to: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    let mut to = serde_json::Serializer::with_formatter(&mut out, Spaced);
    if let Err(error) = value.serialize(&mut to) {
        // Only a document that is no JSON fails here, and ours are built to be.
        tracing::error!(%error, "cannot serialize a response");
    }
    out
}

/// A document as text.
pub(super) fn spaced(value: &impl Serialize) -> String {
    String::from_utf8(bytes(value)).unwrap_or_default()
}

/// Returns the JSON with every character beyond ASCII escaped, as WebOb writes its errors.
pub(super) fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

/// A document as the body of a success.
pub(super) struct JsonDocument<T>(pub(super) T);

impl<T: Serialize> IntoResponse for JsonDocument<T> {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(bytes(&self.0)));
        let media_type = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }
}

/// A success without a body. Glance calls it a page all the same.
pub(super) struct Empty;

impl IntoResponse for Empty {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = http::StatusCode::NO_CONTENT;
        let media_type = HeaderValue::from_static("text/html; charset=UTF-8");
        response.headers_mut().insert(CONTENT_TYPE, media_type);
        response
    }
}
