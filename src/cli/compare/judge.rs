//! Finds the differences between two answers.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::answer::{AnswerBody, ComparedAnswer};
use super::mapping::Mapping;
use super::plain::Comparable;
use crate::cli::recording::Exchange;

/// One difference between the answer in a recording and that of the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    /// `status`, `header NAME`, `body`, or `body` and the place in the document, such as `body/size`.
    pub(super) place: String,
    /// What is recorded; nothing where there is nothing.
    pub(super) recorded: Option<Value>,
    /// What the server answers.
    pub(super) here: Option<Value>,
}

impl Difference {
    fn new(place: impl Into<String>, recorded: Option<Value>, here: Option<Value>) -> Self {
        Self {
            place: place.into(),
            recorded,
            here,
        }
    }
}

/// Returns the differences between two answers to the request of an exchange.
pub(super) fn differences(
    exchange: &Exchange,
    recorded: &ComparedAnswer,
    here: &ComparedAnswer,
    mapping: &Mapping,
    plain: &Comparable,
) -> Vec<Difference> {
    let mut found = Vec::new();
    if recorded.status != here.status {
        let (recorded, here) = (recorded.status.into(), here.status.into());
        found.push(Difference::new("status", Some(recorded), Some(here)));
    }
    let recorded = translated(recorded, mapping);
    headers(&recorded, here, mapping, plain, &mut found);
    match (&recorded.body, &here.body) {
        (AnswerBody::Digest(recorded), AnswerBody::Digest(here)) => {
            if recorded.bytes != here.bytes {
                let (recorded, here) = (recorded.bytes.into(), here.bytes.into());
                found.push(Difference::new("body bytes", Some(recorded), Some(here)));
            } else if let Some(expected) = mapping
                .get(&recorded.sha256)
                .filter(|hash| *hash != here.sha256)
            {
                let expected = Some(expected.into());
                found.push(Difference::new(
                    "body sha256",
                    expected,
                    Some(here.sha256.clone().into()),
                ));
            }
        }
        (theirs, ours) => {
            let of = |body: &AnswerBody, host: &str| match body {
                AnswerBody::Kept(body) => {
                    let mut body = body.clone();
                    plain.document(&mut body, host, mapping, exchange.is_identity());
                    Some(body)
                }
                AnswerBody::None => None,
                AnswerBody::Digest(digest) => serde_json::to_value(digest).ok(),
            };
            let theirs = of(theirs, &recorded.host);
            compare(
                "body",
                theirs.as_ref(),
                of(ours, &here.host).as_ref(),
                &mut found,
            );
        }
    }
    found
}

/// Returns an answer of the recording with the values of the server.
fn translated(recorded: &ComparedAnswer, mapping: &Mapping) -> ComparedAnswer {
    let mut answer = recorded.clone();
    for value in answer.headers.values_mut() {
        *value = mapping.apply(value);
    }
    if let AnswerBody::Kept(body) = &mut answer.body {
        mapping.apply_to(body);
    }
    answer
}

fn headers(
    recorded: &ComparedAnswer,
    here: &ComparedAnswer,
    mapping: &Mapping,
    plain: &Comparable,
    found: &mut Vec<Difference>,
) {
    let (theirs, ours) = (
        plain.headers(recorded, mapping),
        plain.headers(here, mapping),
    );
    let names: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let value = |of: Option<&String>| of.map(|value| Value::from(value.as_str()));
        let (recorded, here) = (value(theirs.get(name)), value(ours.get(name)));
        if recorded != here {
            found.push(Difference::new(format!("header {name}"), recorded, here));
        }
    }
}

/// Compares two documents field by field.
fn compare(
    place: &str,
    recorded: Option<&Value>,
    here: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (recorded, here) {
        (Some(Value::Object(theirs)), Some(Value::Object(ours))) => {
            let names: BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
            for name in names {
                compare(
                    &format!("{place}/{name}"),
                    theirs.get(name),
                    ours.get(name),
                    found,
                );
            }
        }
        (Some(Value::Array(theirs)), Some(Value::Array(ours))) if theirs.len() == ours.len() => {
            for (number, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                compare(
                    &format!("{place}/{number}"),
                    Some(theirs),
                    Some(ours),
                    found,
                );
            }
        }
        (recorded, here) if recorded != here => {
            found.push(Difference::new(place, recorded.cloned(), here.cloned()));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: Value, host: &str) -> ComparedAnswer {
        ComparedAnswer {
            status,
            headers: [("date", "now"), ("location", "http://h1/v2/x")]
                .map(|(name, value)| (name.to_owned(), value.replace("h1", host)))
                .into(),
            body: AnswerBody::Kept(body),
            host: host.to_owned(),
        }
    }

    fn found(recorded: &ComparedAnswer, here: &ComparedAnswer) -> Vec<String> {
        let exchange = Exchange::default();
        let (mapping, plain) = (Mapping::new().unwrap(), Comparable::new().unwrap());
        let found = differences(&exchange, recorded, here, &mapping, &plain);
        found
            .into_iter()
            .map(|difference| difference.place)
            .collect()
    }

    #[test]
    fn hosts_times_and_strange_ids_are_no_difference() {
        let recorded = json!({ "at": "2026-01-01T00:00:00Z", "self": "http://h1/", "tags": ["a", "b"], "id": "aaaaaaaa-0000-4000-8000-000000000001" });
        let here = json!({ "at": "2026-01-02T00:00:00.123456Z", "self": "http://h2/", "tags": ["b", "a"], "id": "bbbbbbbb-0000-4000-8000-000000000001" });
        assert!(found(&answer(200, recorded, "h1"), &answer(200, here, "h2")).is_empty());
    }

    #[test]
    fn a_difference_is_named_by_its_place() {
        let recorded = answer(200, json!({ "a": { "b": [1, 2] }, "c": 1 }), "h");
        let mut here = answer(201, json!({ "a": { "b": [1, 3] }, "d": 1 }), "h");
        here.headers.insert("etag".into(), "x".into());
        let places = found(&recorded, &here);
        assert_eq!(
            places,
            ["status", "header etag", "body/a/b/1", "body/c", "body/d"]
        );
    }
}
