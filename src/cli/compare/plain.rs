//! Makes answers comparable: without hosts, times and ids that no two servers share.

use std::collections::BTreeMap;

use fancy_regex::Regex;
use serde_json::Value;

use super::answer::ComparedAnswer;
use super::mapping::Mapping;

/// The headers that are compared.
const COMPARED: [&str; 20] = [
    "accept-patch",
    "accept-ranges",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "content-disposition",
    "content-md5",
    "content-range",
    "content-type",
    "etag",
    "last-modified",
    "location",
    "openstack-image-import-methods",
    "vary",
    "www-authenticate",
    "x-openstack-request-id",
];

const TIME: &str = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)?";
const SECONDS: &str = r"(?<![\d.])\d{10}\.\d+(?![\d.])";

/// What follows the first line of a schema's complaint is Python's own.
const DUMP: &str = r"(?s)(\\n|\n| ){2}Failed validating.*?(?=<br|\n\n\n|\s*$)";

/// Where a server keeps its files, up to the name of one.
const PLACE: &str = r#"(?<=file://)/[^"]*(?=/[^/"]+$)"#;

/// The fields that no two servers share, with the words that stand for them.
const WORDS: [(&str, &str); 2] = [("audit_ids", "AUDIT"), ("data_dir", "PLACE")];

/// The lists of which the order means nothing.
const SETS: [&str; 2] = ["tags", "stores"];

/// Makes answers comparable.
#[derive(Debug)]
pub(super) struct Comparable {
    patterns: Vec<(Regex, &'static str)>,
}

impl Comparable {
    /// Prepares the patterns.
    pub(super) fn new() -> Result<Self, String> {
        let patterns = [
            (TIME, "TIME"),
            (SECONDS, "TIME"),
            (DUMP, ""),
            (PLACE, "/PLACE"),
        ];
        let patterns = patterns.into_iter().map(|(pattern, word)| {
            let pattern = Regex::new(pattern).map_err(|error| error.to_string())?;
            Ok((pattern, word))
        });
        Ok(Self {
            patterns: patterns.collect::<Result<_, String>>()?,
        })
    }

    /// Returns the headers that are compared.
    pub(super) fn headers(
        &self,
        answer: &ComparedAnswer,
        mapping: &Mapping,
    ) -> BTreeMap<String, String> {
        let headers = answer.headers.iter();
        let compared = headers.filter(|(name, _)| COMPARED.contains(&name.as_str()));
        let plain = compared.map(|(name, value)| {
            let value = self.text(value, &answer.host, mapping);
            let value = if name == "allow" {
                sorted(&value)
            } else {
                value
            };
            (name.clone(), value)
        });
        plain.collect()
    }

    /// Returns a text without what no two servers share.
    pub(super) fn text(&self, text: &str, host: &str, mapping: &Mapping) -> String {
        let mut text = text.replace(host, "HOST");
        for (pattern, word) in &self.patterns {
            text = pattern.replace_all(&text, *word).into_owned();
        }
        mapping.without_strange(&text)
    }

    /// Makes a document comparable; with `is_unordered`, all of its lists have one order.
    pub(super) fn document(
        &self,
        value: &mut Value,
        host: &str,
        mapping: &Mapping,
        is_unordered: bool,
    ) {
        match value {
            Value::String(text) => *text = self.text(text, host, mapping),
            Value::Number(number) if is_seconds(number) => *value = "TIME".into(),
            Value::Array(parts) => {
                for part in parts.iter_mut() {
                    self.document(part, host, mapping, is_unordered);
                }
                if is_unordered {
                    parts.sort_by_cached_key(ToString::to_string);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let is_catalog = name == "catalog";
                    if is_catalog {
                        catalog(field);
                    }
                    if let Some((_, word)) = WORDS.iter().find(|(found, _)| found == name) {
                        *field = (*word).into();
                    }
                    let is_set = SETS.contains(&name.as_str()) && is_texts(field);
                    self.document(field, host, mapping, is_unordered || is_set);
                }
            }
            _ => {}
        }
    }
}

/// Returns whether a number is a time: in seconds, with a fraction.
fn is_seconds(number: &serde_json::Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|seconds| seconds > 1e9)
}

/// Leaves of a catalogue the services that this server has, and of their endpoints what does not depend on the place.
fn catalog(catalog: &mut Value) {
    let Value::Array(services) = catalog else {
        return;
    };
    services.retain(|service| {
        let kind = service.get("type").and_then(Value::as_str);
        matches!(kind, Some("image" | "identity"))
    });
    for service in services {
        let endpoints = service.get_mut("endpoints").and_then(Value::as_array_mut);
        for fields in endpoints
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            fields.retain(|name, _| name == "interface");
        }
        if let Some(fields) = service.as_object_mut() {
            fields.retain(|name, _| name != "id");
        }
    }
}

fn is_texts(value: &Value) -> bool {
    let parts = value.as_array();
    parts.is_some_and(|parts| parts.iter().all(Value::is_string))
}

fn sorted(list: &str) -> String {
    let mut words: Vec<_> = list.split(',').map(str::trim).collect();
    words.sort_unstable();
    words.join(", ")
}
