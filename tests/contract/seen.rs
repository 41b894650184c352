//! The answers that the tests received, held to the OpenAPI documents: `scripts/check-contract` runs this after them.
//!
//! `LOOKALIKE_TEST_SEEN` names the file that `tests/api/glance/seen.rs` wrote. What `scripts/differential` compares with the
//! answers of real servers counts as seen, too.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on shall fail"
)]

#[expect(dead_code, reason = "shared with the tests of the documents")]
mod document;
mod recorded;

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};

use lookalike::DescribedApi;
use serde_json::Value;

use document::{Declared, Document, Exchange};

const APIS: [DescribedApi; 2] = [DescribedApi::Images, DescribedApi::Identity];

/// Tests whose answers belong to no operation: those of other dialects, of the object store that a Swift store is in, of injected faults, of properties that a file
/// describes (only the served document has these), of a sandbox that is gone, of the paths of an identity that is
/// elsewhere, of calls of the console that no session has made, of metrics, of a version that only a media type names, and those that
/// the documents describe once for all operations (bodies that are too slow or too long, pages of other origins, data that
/// cannot be read, servers of policy that do not answer).
const APART: [&str; 20] = [
    "dialects::",
    "of_rackspace",
    "identity_v2",
    "of_the_object_store",
    "stores::swift::",
    "regions::a_container_is_where_it_was_made_and_nowhere_else",
    "fault",
    "custom_properties",
    "a_sandbox_that_was_deleted_is_gone",
    "beside_a_keystone_elsewhere_there_is_none_embedded",
    "a_token_that_no_session_has_is_refused_everywhere",
    "a_media_type_may_name_the_version_in_place_of_the_path",
    "a_document_is_not_waited_for_without_end",
    "a_document_of_more_than_a_mebibyte_is_not_read",
    "definitions_may_be_larger_than_other_documents",
    "a_login_of_more_than_keystone_reads",
    "origins::",
    "metrics::",
    "a_pipe_in_place_of_data_is_not_waited_for",
    "remote::a_server_that_does_not_answer_is_a_500",
];

/// Returns a path without the sandbox or the region that it is in.
fn below<'a>(path: &'a str, prefix: &str) -> &'a str {
    match path.strip_prefix(prefix) {
        Some(rest) => &rest[rest.find('/').unwrap_or(rest.len())..],
        None => path,
    }
}

/// The API that a path belongs to, and the path within it; nothing for the control API, and for the key manager, which is Barbican's.
fn place(path: &str) -> Option<(DescribedApi, &str)> {
    let path = below(below(path, "/sandbox/"), "/region/");
    match path {
        "" => Some((DescribedApi::Images, "/")),
        "/v3" | "/v3/" | "/v3/auth/tokens" => Some((DescribedApi::Identity, path)),
        _ if path.starts_with("/_lookalike") || path.starts_with("/key-manager") => None,
        _ => Some(match path.strip_prefix("/identity") {
            Some(rest) => (
                DescribedApi::Identity,
                if rest.is_empty() { "/" } else { rest },
            ),
            None => (DescribedApi::Images, path),
        }),
    }
}

/// Returns a number for the shape of a body: its keys, and the kinds of its values.
fn shape(value: &Value, into: &mut DefaultHasher) {
    match value {
        Value::Null => 0.hash(into),
        Value::Bool(_) => 1.hash(into),
        Value::Number(number) => number.is_f64().hash(into),
        Value::String(text) => (2, text.len().min(40)).hash(into),
        Value::Array(values) => values.iter().for_each(|value| shape(value, into)),
        Value::Object(object) => {
            for (name, value) in object {
                name.hash(into);
                shape(value, into);
            }
        }
    }
}

/// What was seen, and what of it fits no document.
#[derive(Default)]
struct Seen {
    statuses: [BTreeSet<Declared>; 2],
    wrong: BTreeSet<String>,
    answers: usize,
}

fn read(documents: &[Document; 2]) -> Seen {
    let path = std::env::var_os("LOOKALIKE_TEST_SEEN").unwrap();
    let mut seen = Seen::default();
    let mut known = HashSet::new();
    for line in BufReader::new(File::open(path).unwrap()).lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let test = line["test"].as_str().unwrap_or_default();
        let headers = line["headers"].as_array().unwrap().iter();
        let headers: BTreeSet<_> = headers
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        let is_apart = APART.iter().any(|module| test.contains(module));
        if is_apart || headers.contains("x-lookalike-fault") {
            continue;
        }
        let Some((api, path)) = place(line["path"].as_str().unwrap()) else {
            continue;
        };
        let place = APIS.iter().position(|known| *known == api).unwrap();
        let exchange = Exchange {
            method: line["method"].as_str().unwrap(),
            path,
            status: u16::try_from(line["status"].as_u64().unwrap()).unwrap(),
            media_type: line["type"].as_str(),
            headers,
            not_kept: &[],
            json: Some(line["json"].clone()).filter(|_| line["parsed"] == true),
        };
        seen.answers += 1;
        let document = &documents[place];
        let operation = document
            .operation(exchange.method, path)
            .map(|(name, _)| name);
        let mut hasher = DefaultHasher::new();
        let (status, media_type) = (exchange.status, exchange.media_type);
        (&operation, status, media_type, &exchange.headers).hash(&mut hasher);
        shape(&line["json"], &mut hasher);
        if operation.is_some() && !known.insert(hasher.finish()) {
            continue;
        }
        match document.check(&exchange) {
            Ok(declared) => seen.statuses[place].extend(declared),
            Err(error) => {
                seen.wrong.insert(format!("{error} (in {test})"));
            }
        }
    }
    seen
}

/// Returns every status that an operation of the document declares.
fn declared(document: &Document) -> BTreeSet<Declared> {
    let mut all = BTreeSet::new();
    for (name, operation) in document.operations() {
        for status in operation["responses"].as_object().unwrap().keys() {
            all.insert((name.clone(), status.parse().unwrap()));
        }
    }
    all
}

#[test]
fn every_answer_fits_its_document() {
    let seen = read(&APIS.map(Document::of));
    assert!(seen.answers > 5000, "{} answers only", seen.answers);
    let wrong: Vec<_> = seen.wrong.into_iter().collect();
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_status_that_is_declared_is_seen() {
    let documents = APIS.map(Document::of);
    let mut seen = read(&documents);
    let mut unseen = Vec::new();
    for (place, api) in APIS.into_iter().enumerate() {
        let recorded = recorded::fits(api, &documents[place]);
        seen.statuses[place].extend(recorded.into_iter().filter_map(Result::ok).flatten());
        let declared = declared(&documents[place]);
        let missing = declared.difference(&seen.statuses[place]);
        unseen.extend(missing.map(|(name, status)| format!("{name}: {status}")));
    }
    assert!(
        unseen.is_empty(),
        "{} of them:\n{}",
        unseen.len(),
        unseen.join("\n")
    );
}
