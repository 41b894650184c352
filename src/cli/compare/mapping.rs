//! What stands here for the ids, hashes and secrets of a recording. It is learnt from answers that belong together.

use std::collections::{HashMap, HashSet};

use fancy_regex::{Captures, Regex};
use serde_json::Value;

/// An id, a hash, or the number of a secret.
const TOKEN: &str = r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{32,128}(?![0-9a-z])|\*\*\*[0-9]+";

/// The values of the recording, and those of the server.
#[derive(Debug)]
pub(super) struct Mapping {
    token: Regex,
    here: HashMap<String, String>,
    known: HashSet<String>,
}

impl Mapping {
    /// Makes an empty one.
    pub(super) fn new() -> Result<Self, String> {
        let token = Regex::new(TOKEN).map_err(|error| error.to_string())?;
        Ok(Self {
            token,
            here: HashMap::new(),
            known: HashSet::new(),
        })
    }

    /// Notes what stands for a value. The first word counts.
    pub(super) fn note(&mut self, recorded: &str, here: &str) {
        let before = self.here.entry(recorded.to_owned());
        let here = before.or_insert_with(|| here.to_owned());
        self.known.insert(here.clone());
    }

    /// Returns what stands for a value.
    pub(super) fn get(&self, recorded: &str) -> Option<&str> {
        self.here.get(recorded).map(String::as_str)
    }

    /// Returns a text of the recording with the values of the server.
    pub(super) fn apply(&self, text: &str) -> String {
        let replaced = self.token.replace_all(text, |found: &Captures<str>| {
            let token = found.get(0).map_or("", |token| token.as_str());
            self.get(token).unwrap_or(token).to_owned()
        });
        replaced.into_owned()
    }

    /// Puts the values of the server into a document of the recording.
    pub(super) fn apply_to(&self, document: &mut Value) {
        match document {
            Value::String(text) => *text = self.apply(text),
            Value::Array(parts) => parts.iter_mut().for_each(|part| self.apply_to(part)),
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                for (name, mut value) in old {
                    self.apply_to(&mut value);
                    fields.insert(self.apply(&name), value);
                }
            }
            _ => {}
        }
    }

    /// Returns a text with one word in place of each id and hash that belongs to no other answer.
    pub(super) fn without_strange(&self, text: &str) -> String {
        let replaced = self.token.replace_all(text, |found: &Captures<str>| {
            let token = found.get(0).map_or("", |token| token.as_str());
            let known = self.known.contains(token);
            if known {
                token.to_owned()
            } else {
                "ID".to_owned()
            }
        });
        replaced.into_owned()
    }

    /// Learns from two answers to the same question.
    pub(super) fn learn(&mut self, recorded: &Value, here: &Value) {
        match (recorded, here) {
            (Value::String(recorded), Value::String(here)) => self.learn_text(recorded, here),
            (Value::Object(recorded), Value::Object(here)) => {
                for (name, value) in recorded {
                    if let Some(here) = here.get(name) {
                        self.learn(value, here);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(here)) => {
                for (place, value) in recorded.iter().enumerate() {
                    let partner = self.partner(value, here);
                    if let Some(partner) = partner.or_else(|| here.get(place)) {
                        self.learn(value, partner);
                    }
                }
            }
            _ => {}
        }
    }

    /// Learns from two texts, whose values stand in the same order. What stands for a secret is all of the text: a secret need not
    /// look like an id.
    pub(super) fn learn_text(&mut self, recorded: &str, here: &str) {
        if is_secret(recorded) {
            return self.note(recorded, here);
        }
        let (theirs, ours) = (self.tokens(recorded), self.tokens(here));
        if theirs.len() == ours.len() {
            for (recorded, here) in theirs.iter().zip(&ours) {
                self.note(recorded, here);
            }
        }
    }

    fn tokens(&self, text: &str) -> Vec<String> {
        let found = self.token.find_iter(text).filter_map(Result::ok);
        found.map(|token| token.as_str().to_owned()).collect()
    }

    /// Returns the member of a list that is the same object: by its id if that is known, or by its name.
    fn partner<'a>(&self, recorded: &Value, here: &'a [Value]) -> Option<&'a Value> {
        let id = recorded.get("id").and_then(Value::as_str);
        if let Some(id) = id.and_then(|id| self.get(id)) {
            return here.iter().find(|value| text(value, "id") == Some(id));
        }
        let name = text(recorded, "name")?;
        let mut same = here
            .iter()
            .filter(|value| text(value, "name") == Some(name));
        let first = same.next();
        // Two of one name are told apart by their places.
        first.filter(|_| same.next().is_none())
    }
}

/// Returns whether a text is the number of a secret, and nothing else.
fn is_secret(text: &str) -> bool {
    let number = text.strip_prefix("***");
    number.is_some_and(|number| number.parse::<u64>().is_ok())
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const THEIRS: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const OURS: &str = "bbbbbbbb-0000-4000-8000-000000000001";

    #[test]
    fn an_id_that_was_learnt_is_replaced_wherever_it_stands() {
        let mut mapping = Mapping::new().unwrap();
        mapping.learn(
            &json!({ "id": THEIRS, "size": 1 }),
            &json!({ "id": OURS, "size": 2 }),
        );
        let path = mapping.apply(&format!("/v2/images/{THEIRS}/file?x={THEIRS}"));
        assert_eq!(path, format!("/v2/images/{OURS}/file?x={OURS}"));
        assert_eq!(
            mapping.without_strange(&format!("{THEIRS} {OURS}")),
            format!("ID {OURS}")
        );
    }

    #[test]
    fn a_secret_is_replaced_by_that_of_the_server_whatever_it_looks_like() {
        let mut mapping = Mapping::new().unwrap();
        mapping.learn(
            &json!({ "secret": "***7" }),
            &json!({ "secret": "Dzv2-_x" }),
        );
        let mut request = json!({ "application_credential": { "secret": "***7" } });
        mapping.apply_to(&mut request);
        assert_eq!(request["application_credential"]["secret"], "Dzv2-_x");
    }

    #[test]
    fn members_of_lists_are_told_by_their_names() {
        let mut mapping = Mapping::new().unwrap();
        let theirs = json!([{ "name": "x" }, { "name": "admin", "id": THEIRS }]);
        let ours = json!([{ "name": "admin", "id": OURS }, { "name": "y" }]);
        mapping.learn(&theirs, &ours);
        assert_eq!(mapping.get(THEIRS), Some(OURS));
    }
}
