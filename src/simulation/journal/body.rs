//! A request's body as it comes in: its size always, its text where that may be kept.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use http::request::Parts;
use http::{Method, header};
use parking_lot::Mutex;
use serde_json::Value;

use super::redact;

/// The longest body whose text is kept, in bytes. What is longer cannot be read as JSON, and what
/// was not read may hold secrets: of it only the size is kept.
const LONGEST: usize = 64 * 1024;

/// The received part of a body, updated by the layer that reads it.
#[derive(Debug, Default)]
pub struct Received {
    bytes: AtomicU64,
    broken: AtomicBool,
    text: Mutex<Option<Vec<u8>>>,
}

impl Received {
    /// For the body of this request.
    #[must_use]
    pub fn of(request: &Parts) -> Self {
        let text = is_text(request).then(Vec::new);
        Self {
            text: Mutex::new(text),
            ..Self::default()
        }
    }

    /// A part came.
    pub fn add(&self, part: &[u8]) {
        self.bytes.fetch_add(part.len() as u64, Ordering::Relaxed);
        let mut text = self.text.lock();
        let Some(kept) = text.as_mut() else {
            return;
        };
        if kept.len() + part.len() > LONGEST {
            *text = None;
        } else {
            kept.extend_from_slice(part);
        }
    }

    /// The client went away in the middle.
    pub fn cut_off(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    /// Returns whether the text is wanted, as far as is known by now.
    pub fn wants_text(&self) -> bool {
        let text = self.text.lock();
        text.is_some()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// The text, without secrets; the second time there is none.
    pub(super) fn take(&self, path: &str) -> Option<Text> {
        let mut text = self.text.lock();
        let bytes = text.take().filter(|text| !text.is_empty())?;
        drop(text);
        Text::of(&bytes, is_identity(path))
    }
}

/// Returns whether a body may be text. Never the bytes of an image, whatever their type is said to be.
fn is_text(request: &Parts) -> bool {
    let path = request.uri.path().trim_end_matches('/');
    let image = path.ends_with("/file") || path.ends_with("/stage");
    if request.method == Method::PUT && image {
        return false;
    }
    let length = request.headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LONGEST) {
        return false;
    }
    let kind = request.headers.get(header::CONTENT_TYPE);
    // Glance does not look at the type of JSON, so some clients do not say it.
    kind.is_none_or(|value| {
        let kind = value.as_bytes().to_ascii_lowercase();
        let says = |word: &[u8]| kind.windows(word.len()).any(|kind| kind == word);
        says(b"json") || says(b"text/") || says(b"urlencoded") || says(b"yaml")
    })
}

/// Returns whether a path is of the identity API, whose bodies are full of secrets.
fn is_identity(path: &str) -> bool {
    path.starts_with("/identity")
}

/// A body without secrets.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: Box<str>,
    json: bool,
}

impl Text {
    /// Nothing where it cannot be told what is secret.
    fn of(bytes: &[u8], identity: bool) -> Option<Self> {
        if let Ok(mut value) = serde_json::from_slice::<Value>(bytes) {
            if identity && !(value.is_object() || value.is_array()) {
                return None;
            }
            redact::json(&mut value);
            return Some(Self {
                text: value.to_string().into(),
                json: true,
            });
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let control = |character: char| character.is_control() && !character.is_ascii_whitespace();
        if identity || text.contains(control) || redact::may_hold_secrets(text) {
            return None;
        }
        Some(Self {
            text: text.into(),
            json: false,
        })
    }

    /// The document, or the text where it is none.
    pub(super) fn value(&self) -> Value {
        if self.json
            && let Ok(value) = serde_json::from_str(&self.text)
        {
            return value;
        }
        Value::String(self.text.to_string())
    }
}
