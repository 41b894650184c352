//! The answers that real servers gave to the tables in `tests/differential`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lookalike::DescribedApi;
use serde_json::Value;

use crate::document::{Declared, Document, Exchange};

/// The tables of Glance, and that of Keystone.
const TABLES: [(&str, DescribedApi, &str); 8] = [
    ("images", DescribedApi::Images, "glance-33"),
    ("imports", DescribedApi::Images, "glance-33"),
    ("metadefs", DescribedApi::Images, "glance-33"),
    ("cache", DescribedApi::Images, "glance-33"),
    ("single", DescribedApi::Images, "glance-33"),
    ("looser", DescribedApi::Images, "glance-33"),
    ("tighter", DescribedApi::Images, "glance-33"),
    ("identity", DescribedApi::Identity, "keystone-30"),
];

/// The headers that `scripts/differential` does not keep.
const NOT_KEPT: &[&str] = &["x-subject-token", "openstack-image-store-ids"];

fn lines(table: &str, file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential");
    let text = fs::read_to_string(folder.join(table).join(file)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Puts values of their kind where `scripts/differential` put words.
fn with_values(body: &str) -> String {
    body.replace("\"TIME\"", "\"2026-11-21T19:10:14Z\"")
        .replace(": TIME", ": 1795288214.5")
}

/// What an answer fits, or why it fits nothing.
type Fit = Result<Option<Declared>, String>;

fn check(document: &Document, request: &Value, answer: &Value) -> Option<Fit> {
    let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
    // The server differs here on purpose, or the real one closed the connection.
    if status == 0 || request.get("differs").is_some() {
        return None;
    }
    // By such a header the path is looked for below another.
    let accept = request["headers"]["Accept"].as_str().unwrap_or_default();
    if accept.starts_with("application/vnd.openstack.images-") {
        return None;
    }
    let (method, target) = request["send"].as_str().unwrap().split_once(' ').unwrap();
    let headers = answer["headers"].as_object().unwrap();
    let media_type = headers.get("content-type").and_then(Value::as_str);
    let is_json = media_type.is_some_and(|media_type| media_type.starts_with("application/json"));
    let body = with_values(answer["body"].as_str().unwrap_or_default());
    let json = if is_json {
        serde_json::from_str(&body).ok()
    } else {
        None
    };
    let exchange = Exchange {
        method,
        path: target.split('?').next().unwrap(),
        status,
        media_type,
        headers: headers.keys().cloned().collect(),
        not_kept: NOT_KEPT,
        json,
    };
    let name = request["name"].as_str().unwrap();
    Some(
        document
            .check(&exchange)
            .map_err(|error| format!("{name}: {error}")),
    )
}

/// Returns what every recorded answer fits, or why it fits nothing.
pub(crate) fn fits(api: DescribedApi, document: &Document) -> Vec<Fit> {
    let mut fits = Vec::new();
    for (table, _, server) in TABLES.iter().filter(|(_, described, _)| *described == api) {
        let requests = lines(table, "requests.jsonl");
        let answers = lines(table, &format!("{server}.jsonl"));
        assert_eq!(requests.len(), answers.len());
        for (request, answer) in requests.iter().zip(&answers) {
            let fit = check(document, request, answer);
            fits.extend(fit.map(|fit| fit.map_err(|error| format!("{table}: {error}"))));
        }
    }
    fits
}

fn all_fit(api: DescribedApi, least: usize) {
    let fits = fits(api, &Document::of(api));
    assert!(fits.len() > least, "{}", fits.len());
    let wrong: BTreeSet<_> = fits.into_iter().filter_map(Result::err).collect();
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_answer_of_glance_fits_the_document_of_images() {
    all_fit(DescribedApi::Images, 6000);
}

#[test]
fn every_answer_of_keystone_fits_the_document_of_the_identity() {
    all_fit(DescribedApi::Identity, 1000);
}
