//! Headers as the journal keeps them: one text, without secrets.

use std::collections::BTreeMap;

use http::HeaderMap;

use super::redact;

/// A line for each header. A copy in one piece: the originals would hold the whole buffer of their
/// connection.
#[derive(Debug, Default)]
pub struct Headers(Box<str>);

impl Headers {
    /// A copy of these without the secrets.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut text = String::with_capacity(headers.len() * 40);
        for (name, value) in headers {
            text.push_str(name.as_str());
            text.push_str(": ");
            let value = String::from_utf8_lossy(value.as_bytes());
            text.push_str(&redact::header(name.as_str(), &value));
            text.push('\n');
        }
        Self(text.into())
    }

    /// Each of them; a name may come several times.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|value| value.split_once(": "))
    }

    /// The first of this name, which is in lower case.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|value| value.0 == name)
            .map(|value| value.1)
    }

    /// By name; several of one name with commas between.
    pub(super) fn map(&self) -> BTreeMap<String, String> {
        let mut map = BTreeMap::<String, String>::new();
        for (name, value) in self.iter() {
            let found = map.entry(name.to_owned()).or_default();
            if !found.is_empty() {
                found.push_str(", ");
            }
            found.push_str(value);
        }
        map
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
