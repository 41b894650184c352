//! Listings: their parameters, and their forms as text, JSON and XML. Swift:
//! `swift/common/middleware/listing_formats.py`.

use std::fmt::Write;

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, VARY};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value};

use super::answer::{AnswerForm, set};
use crate::api::extract::text;
use crate::api::json::{ascii, spaced};
use crate::domain::object_store::constraints::LISTING_LIMIT;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::listing::ListingQuery;

/// The media types of listings, the preferred one first.
const TYPES: [&str; 4] = [
    "text/plain",
    "application/json",
    "application/xml",
    "text/xml",
];

/// An entry of a listing: its fields in their order.
pub(super) type EntryFields = Map<String, Value>;

/// The elements of a listing as XML.
pub(super) struct Elements<'a> {
    /// The name of the document's element.
    pub(super) document: &'static str,
    /// The name of the account or container.
    pub(super) name: &'a str,
    /// The name of an entry's element.
    pub(super) entry: &'static str,
}

/// The request for a listing.
pub(super) struct ListingRequest {
    /// The parameters.
    pub(super) query: ListingQuery,
    media_type: &'static str,
    /// Whether the form depends on `Accept`.
    varies: bool,
}

impl ListingRequest {
    /// Parses the query and the headers of a request.
    ///
    /// # Errors
    ///
    /// Fails if a parameter is not valid, or if no form is acceptable.
    pub(super) fn parse(request: &Parts) -> Result<Self, ObjectStoreError> {
        let mut query = ListingQuery {
            limit: LISTING_LIMIT,
            ..ListingQuery::default()
        };
        let mut format = None;
        for (name, value) in parameters(&request.uri)? {
            if name == "format" {
                format = Some(value);
            } else {
                query.set(&name, &value)?;
            }
        }
        let media_type = match format.as_deref().filter(|format| !format.is_empty()) {
            Some(format) => match &*format.to_ascii_lowercase() {
                "json" => "application/json",
                "xml" => "application/xml",
                _ => "text/plain",
            },
            None => acceptable(&request.headers)?,
        };
        Ok(Self {
            query,
            media_type,
            varies: format.is_none(),
        })
    }

    /// Returns the answer with these headers and entries.
    pub(super) fn answer(
        &self,
        headers: HeaderMap,
        entries: &[EntryFields],
        elements: &Elements<'_>,
        answer: AnswerForm,
    ) -> Response {
        let body = match self.media_type {
            _ if answer.head => String::new(),
            "application/json" => ascii(&spaced(&entries)),
            "text/plain" => lines(entries),
            _ => xml(entries, elements),
        };
        let length = HeaderValue::from(body.len());
        let is_empty = body.is_empty();
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = headers;
        if is_empty {
            *response.status_mut() = StatusCode::NO_CONTENT;
        } else {
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
        let headers = response.headers_mut();
        let media_type = format!("{}; charset=utf-8", self.media_type);
        set(headers, CONTENT_TYPE.as_str(), &media_type);
        if self.varies {
            headers.insert(VARY, HeaderValue::from_static("Accept"));
        }
        response
    }
}

/// Returns the decoded parameters of a query.
///
/// # Errors
///
/// Fails if one is not valid UTF-8.
pub(super) fn parameters(uri: &Uri) -> Result<Vec<(String, String)>, ObjectStoreError> {
    let query = uri.query().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(query).decode_utf8();
    if decoded.is_err() {
        let text = "A parameter of the query is not valid UTF-8";
        return Err(ObjectStoreError::Malformed(text.into()));
    }
    let pairs = form_urlencoded::parse(query.as_bytes());
    Ok(pairs.into_owned().collect())
}

/// Returns the first form that a client accepts.
pub(super) fn acceptable(headers: &HeaderMap) -> Result<&'static str, ObjectStoreError> {
    let Some(accept) = text(headers, ACCEPT.as_str()).filter(|text| !text.trim().is_empty()) else {
        return Ok("text/plain");
    };
    let mut patterns = Vec::new();
    for part in accept.split(',') {
        let mut parameters = part.split(';').map(str::trim);
        let pattern = parameters.next().unwrap_or_default();
        let Some((kind, _)) = pattern.split_once('/') else {
            return Err(ObjectStoreError::Malformed("Invalid Accept header".into()));
        };
        let quality = parameters.find_map(|parameter| parameter.strip_prefix("q="));
        let quality = quality.map_or(Ok(1.0), str::parse::<f64>);
        let quality =
            quality.map_err(|_| ObjectStoreError::Malformed("Invalid Accept header".into()))?;
        let specific = usize::from(kind != "*") + usize::from(!pattern.ends_with("/*"));
        if quality > 0.0 {
            patterns.push((quality, specific, pattern));
        }
    }
    patterns.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let matching = |pattern: &str| {
        let is_match = |known: &&&str| match pattern.strip_suffix('*') {
            Some("*/") => true,
            Some(kind) => known.starts_with(kind),
            None => pattern.eq_ignore_ascii_case(known),
        };
        TYPES.iter().find(is_match).copied()
    };
    let found = patterns
        .iter()
        .find_map(|(_, _, pattern)| matching(pattern));
    found.ok_or(ObjectStoreError::NotAcceptable)
}

/// Returns the entry of the beginning that several names have in common.
pub(super) fn directory(name: String) -> EntryFields {
    EntryFields::from_iter([("subdir".to_owned(), Value::from(name))])
}

fn name_of(entry: &EntryFields) -> &str {
    let name = entry.get("name").or_else(|| entry.get("subdir"));
    name.and_then(Value::as_str).unwrap_or_default()
}

fn lines(entries: &[EntryFields]) -> String {
    let mut text = String::new();
    for entry in entries {
        text.push_str(name_of(entry));
        text.push('\n');
    }
    text
}

fn xml(entries: &[EntryFields], elements: &Elements<'_>) -> String {
    let Elements {
        document,
        name,
        entry: element,
    } = elements;
    // Writing to a string cannot fail.
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = write!(text, "<{document} name=\"{}\">", escaped(name));
    for entry in entries {
        if entry.contains_key("subdir") {
            let name = escaped(name_of(entry));
            let _ = write!(text, "<subdir name=\"{name}\"><name>{name}</name></subdir>");
            continue;
        }
        let _ = write!(text, "<{element}>");
        for (field, value) in entry {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let _ = write!(text, "<{field}>{}</{field}>", escaped(&value));
        }
        let _ = write!(text, "</{element}>");
    }
    let _ = write!(text, "</{document}>");
    text
}

/// Returns a text as it stands in XML. What XML cannot have at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#09;"),
            letter if letter < ' ' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_form_that_is_accepted_is_chosen() {
        let choose = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            acceptable(&headers).map_err(|error| error.status())
        };
        assert_eq!(choose("*/*"), Ok("text/plain"));
        assert_eq!(choose("application/json"), Ok("application/json"));
        assert_eq!(
            choose("text/plain;q=0.5, application/xml"),
            Ok("application/xml")
        );
        assert_eq!(choose("application/*"), Ok("application/json"));
        assert_eq!(choose("text/xml"), Ok("text/xml"));
        assert_eq!(choose("image/png"), Err(406));
        assert_eq!(choose("png"), Err(400));
        assert_eq!(acceptable(&HeaderMap::new()).unwrap(), "text/plain");
    }
}
