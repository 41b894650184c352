//! A filter of exchanges, and what an exchange lacks to match it.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::entry::Entry;
use crate::dialect::Interface;
use crate::domain::glob::Glob;

/// The conditions on an exchange; an absent one is met.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// The method.
    #[serde(deserialize_with = "method")]
    method: Option<String>,
    /// The path.
    #[serde(deserialize_with = "path")]
    path: Option<Path>,
    /// The status.
    #[serde(deserialize_with = "status")]
    status: Option<Statuses>,
    /// The earliest time.
    #[serde(deserialize_with = "since")]
    since: Option<DateTime<Utc>>,
    /// The id of the user.
    user: Option<String>,
    /// The id of the project.
    project: Option<String>,
    /// The name of the region.
    region: Option<String>,
    /// The interface of the catalogue.
    #[serde(deserialize_with = "interface")]
    interface: Option<Interface>,
    /// A text in the request's body.
    body_contains: Option<String>,
    /// The values that the request's body has, perhaps beside others.
    body: Option<Value>,
}

impl Filter {
    /// The names that [`set`](Self::set) knows.
    pub const NAMES: [&str; 8] = [
        "method",
        "path",
        "status",
        "since",
        "user",
        "project",
        "region",
        "interface",
    ];

    /// Sets one of these, as a query says it; the failure names it and tells what is allowed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "method" => self.method = Some(read_method(value)?),
            "path" => self.path = Some(Path::read(value)?),
            "status" => self.status = Some(Statuses::read(value)?),
            "since" => self.since = Some(read_since(value)?),
            "user" => self.user = Some(value.to_owned()),
            "project" => self.project = Some(value.to_owned()),
            "region" => self.region = Some(value.to_owned()),
            "interface" => self.interface = Some(read_interface(value)?),
            _ => {
                let names = Self::NAMES.join(", ");
                return Err(format!("there is no filter {name}; there are {names}"));
            }
        }
        Ok(())
    }

    /// Only requests with this method.
    pub fn method(mut self, method: &str) -> Result<Self, String> {
        self.set("method", method)?;
        Ok(self)
    }

    /// Only requests to paths that fit this pattern.
    pub fn path(mut self, pattern: &str) -> Result<Self, String> {
        self.set("path", pattern)?;
        Ok(self)
    }

    /// Only requests answered so: `404`, or `4xx`.
    pub fn status(mut self, status: &str) -> Result<Self, String> {
        self.set("status", status)?;
        Ok(self)
    }

    /// Only requests since this time, by the cloud's clock.
    #[must_use]
    pub fn since(mut self, time: DateTime<Utc>) -> Self {
        self.since = Some(time);
        self
    }

    /// Only requests with a token of the user with this id.
    #[must_use]
    pub fn user(mut self, id: &str) -> Self {
        self.user = Some(id.to_owned());
        self
    }

    /// Only requests with a token for the project with this id.
    #[must_use]
    pub fn project(mut self, id: &str) -> Self {
        self.project = Some(id.to_owned());
        self
    }

    /// Only requests whose body has this text.
    #[must_use]
    pub fn body_contains(mut self, text: &str) -> Self {
        self.body_contains = Some(text.to_owned());
        self
    }

    /// Only requests whose body has at least this.
    #[must_use]
    pub fn body(mut self, part: Value) -> Self {
        self.body = Some(part);
        self
    }

    /// Returns whether an exchange is as wanted.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        self.lacks(entry).is_empty()
    }

    /// In what an exchange is not as wanted, a sentence for each.
    #[must_use]
    pub fn lacks(&self, entry: &Entry) -> Vec<String> {
        let asked = &entry.asked;
        let mut lacks = Vec::new();
        let mut differ = |name: &str, is: &dyn Display, wanted: &dyn Display| {
            lacks.push(format!("{name} is {is}, not {wanted}"));
        };
        if let Some(wanted) = &self.method
            && asked.method.as_str() != wanted
        {
            differ("method", &asked.method, wanted);
        }
        if let Some(wanted) = &self.path
            && !wanted.glob.matches(&asked.path)
        {
            differ("path", &asked.path, &wanted.text);
        }
        if let Some(wanted) = &self.status
            && !wanted.hold(entry.status())
        {
            differ("status", &named(entry.status()), &wanted.0);
        }
        if let Some(wanted) = &self.since
            && entry.at() < *wanted
        {
            differ("at", &moment(entry.at()), &moment(*wanted));
        }
        if let Some(wanted) = self.user.as_deref()
            && entry.user() != Some(wanted)
        {
            differ("user", &named(entry.user()), &wanted);
        }
        if let Some(wanted) = self.project.as_deref()
            && entry.project() != Some(wanted)
        {
            differ("project", &named(entry.project()), &wanted);
        }
        if let Some(wanted) = self.region.as_deref() {
            // A cloud with one region notes none.
            let is = asked.region.as_deref().unwrap_or(wanted);
            if !is.eq_ignore_ascii_case(wanted) {
                lacks.push(format!("region is {is}, not {wanted}"));
            }
        }
        if let Some(wanted) = self.interface
            && asked.interface != Some(wanted)
        {
            let is = named(asked.interface.map(Interface::as_str));
            lacks.push(format!("interface is {is}, not {wanted}"));
        }
        lacks.extend(self.lacks_in_body(entry));
        lacks
    }

    fn lacks_in_body(&self, entry: &Entry) -> Vec<String> {
        let mut lacks = Vec::new();
        let body = entry.body.as_ref();
        if let Some(wanted) = self.body_contains.as_deref()
            && !body.is_some_and(|body| body.text.contains(wanted))
        {
            lacks.push(match body {
                Some(_) => format!("body does not contain {wanted:?}"),
                None => "there is no body in the journal".to_owned(),
            });
        }
        if let Some(wanted) = &self.body {
            match body.map(super::body::Text::value) {
                Some(body) => lacks.extend(lack(wanted, &body, "body")),
                None => lacks.push("there is no body in the journal".to_owned()),
            }
        }
        lacks
    }

    /// Returns the expectation in a few words.
    pub(super) fn words(&self) -> String {
        let mut words = vec![self.method.clone().unwrap_or_else(|| "request".into())];
        let mut add = |name: &str, value: &dyn Display| words.push(format!("{name} {value}"));
        if let Some(path) = &self.path {
            add("to", &path.text);
        }
        if let Some(status) = &self.status {
            add("answered", &status.0);
        }
        if let Some(user) = &self.user {
            add("by user", user);
        }
        if let Some(project) = &self.project {
            add("for project", project);
        }
        if let Some(region) = &self.region {
            add("in region", region);
        }
        if let Some(interface) = &self.interface {
            add("by interface", interface);
        }
        if let Some(since) = self.since {
            add("since", &moment(since));
        }
        if let Some(text) = &self.body_contains {
            add("with", &format!("{text:?} in its body"));
        }
        if let Some(body) = &self.body {
            add("with", &format!("{body} in its body"));
        }
        words.join(" ")
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn named(it: Option<impl ToString>) -> String {
    it.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
}

/// Returns what a document lacks of a part: objects may have more, lists may have more and in any order.
fn lack(wanted: &Value, found: &Value, place: &str) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(name, value)| {
            let place = format!("{place}.{name}");
            match found.get(name) {
                Some(found) => lack(value, found, &place),
                None => Some(format!("{place} is missing")),
            }
        }),
        (Value::Array(wanted), Value::Array(found)) => {
            let missing = wanted
                .iter()
                .find(|part| !found.iter().any(|found| lack(part, found, place).is_none()));
            missing.map(|missing| format!("{place} has nothing like {missing}"))
        }
        _ if wanted == found => None,
        _ => Some(format!("{place} is {found}, not {wanted}")),
    }
}

/// A pattern of paths, and how it was written.
#[derive(Clone, Debug)]
struct Path {
    text: String,
    glob: Glob,
}

impl Path {
    fn read(text: &str) -> Result<Self, String> {
        let glob = Glob::of_paths(text).map_err(|error| format!("path: {error}"))?;
        let text = text.to_owned();
        Ok(Self { text, glob })
    }
}

/// A status, or a class of them: in lower case, with an `x` for any digit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statuses(String);

impl Statuses {
    fn read(text: &str) -> Result<Self, String> {
        let word = text.to_ascii_lowercase();
        let bytes = word.as_bytes();
        let digits = bytes
            .iter()
            .all(|value| value.is_ascii_digit() || *value == b'x');
        let begins = matches!(bytes.first(), Some(b'1'..=b'5'));
        if bytes.len() == 3 && digits && begins {
            Ok(Self(word))
        } else {
            Err(format!(
                "status is {text:?}; a status such as 404 or a class such as 4xx is allowed"
            ))
        }
    }

    fn hold(&self, status: Option<u16>) -> bool {
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let mut digits = self.0.bytes().zip(status.bytes());
        status.len() == 3 && digits.all(|(want, is)| want == b'x' || want == is)
    }
}

fn read_method(text: &str) -> Result<String, String> {
    let method = http::Method::from_bytes(text.to_ascii_uppercase().as_bytes());
    let method = method.map_err(|_| format!("method is {text:?}, which is none"))?;
    Ok(method.to_string())
}

fn read_since(text: &str) -> Result<DateTime<Utc>, String> {
    // In a query, a plus that was not escaped is a space.
    let read = DateTime::parse_from_rfc3339(&text.replace(' ', "+"));
    read.map(|value| value.to_utc())
        .map_err(|_| format!("since is {text:?}; a time such as 2030-01-01T00:00:00Z is allowed"))
}

fn read_interface(text: &str) -> Result<Interface, String> {
    let words = Interface::ALL.iter().map(|known| known.as_str());
    let words: Vec<_> = words.collect();
    let allowed = || format!("interface is {text:?}; {} is allowed", words.join(", "));
    text.parse().map_err(|_| allowed())
}

/// A text that one of the readers above takes, or nothing.
fn text<'de, D: Deserializer<'de>, T>(
    from: D,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let read = text.as_deref().map(read).transpose();
    read.map_err(serde::de::Error::custom)
}

fn method<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from, read_method)
}

fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Path>, D::Error> {
    text(from, Path::read)
}

fn since<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    text(from, read_since)
}

fn interface<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Interface>, D::Error> {
    text(from, read_interface)
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Statuses>, D::Error> {
    let word = match Option::<Value>::deserialize(from)? {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(word)) => word,
        Some(other) => other.to_string(),
    };
    Statuses::read(&word)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_class_of_statuses_holds_all_of_them() {
        let holds = |word, status| Statuses::read(word).unwrap().hold(status);
        assert!(holds("4xx", Some(404)) && holds("404", Some(404)) && holds("4XX", Some(499)));
        assert!(!holds("4xx", Some(204)) && !holds("204", None));
        for bad in ["", "4", "xxx", "4xxx", "600", "4x", "ok"] {
            assert!(Statuses::read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_part_is_found_in_a_document_that_has_more() {
        let document = json!([
            { "op": "add", "path": "/a", "value": 1 },
            { "op": "replace", "path": "/name", "value": { "x": [1, 2] } },
        ]);
        let lacks = |part| lack(&part, &document, "body");
        assert_eq!(lacks(json!([{ "op": "replace", "path": "/name" }])), None);
        assert_eq!(lacks(json!([{ "value": { "x": [2] } }])), None);
        assert_eq!(
            lacks(json!([{ "op": "remove" }])).as_deref(),
            Some(r#"body has nothing like {"op":"remove"}"#)
        );
        assert_eq!(
            lack(&json!({ "a": { "b": 1 } }), &json!({ "a": {} }), "body").as_deref(),
            Some("body.a.b is missing")
        );
        assert_eq!(
            lack(&json!({ "a": 1 }), &json!({ "a": 2 }), "body").as_deref(),
            Some("body.a is 2, not 1")
        );
    }

    #[test]
    fn what_a_filter_does_not_know_is_named() {
        let read =
            |value| serde_json::from_value::<Filter>(value).map_err(|error| error.to_string());
        assert!(read(json!({ "method": "get", "status": 404 })).is_ok());
        assert!(read(json!({ "color": 1 })).unwrap_err().contains("`color`"));
        assert!(
            read(json!({ "status": 99 }))
                .unwrap_err()
                .contains("status")
        );
        assert!(
            read(json!({ "since": "now" }))
                .unwrap_err()
                .contains("since")
        );
    }
}
