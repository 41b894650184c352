//! The exchanges in `captured/`, recorded with Glance 33 and Keystone 30: some with settings that differ from the defaults.

use std::fs;
use std::path::Path;

use lookalike::DescribedApi;
use serde_json::Value;

use crate::document::{Document, Exchange};

/// A message: its first line, its headers with names in lower case, and its body.
struct Message<'a> {
    first: &'a str,
    headers: Vec<(String, &'a str)>,
    body: String,
}

impl<'a> Message<'a> {
    fn read(text: &'a str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_lowercase(), value.trim())
        });
        Self {
            first,
            headers: headers.collect(),
            body: body.trim().to_owned(),
        }
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }
}

/// Splits a file into the exchanges in it: a request, then its answer.
fn exchanges(text: &str) -> Vec<(String, String)> {
    let starts = |line: &str| {
        let word = line.split(' ').next().unwrap_or_default();
        let is_method =
            ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"].contains(&word);
        is_method && line.ends_with(" HTTP/1.1")
    };
    let mut found: Vec<(String, String)> = Vec::new();
    let mut in_answer = false;
    for line in text.lines() {
        if line.starts_with("###") || (line.starts_with("# ") && (in_answer || found.is_empty())) {
            continue;
        }
        if starts(line) {
            found.push((String::new(), String::new()));
            in_answer = false;
        } else if line.starts_with("HTTP/1.") {
            in_answer = true;
        }
        if let Some((request, answer)) = found.last_mut() {
            let part = if in_answer { answer } else { request };
            part.push_str(line);
            part.push('\n');
        }
    }
    found
}

/// Headers that the captures were stripped of, or that the settings of their servers left out.
const NOT_KEPT: &[&str] = &[];

fn check(documents: &[Document; 2], text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (request, answer) in exchanges(text) {
        let (request, answer) = (Message::read(&request), Message::read(&answer));
        let mut words = request.first.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let is_identity = request
            .header("host")
            .is_some_and(|host| host.starts_with("identity"));
        let status = answer.first.split(' ').nth(1).unwrap();
        let media_type = answer.header("content-type");
        let is_json =
            media_type.is_some_and(|media_type| media_type.starts_with("application/json"));
        let json: Option<Value> = (is_json && !answer.body.is_empty())
            .then(|| serde_json::from_str(&answer.body).unwrap());
        let exchange = Exchange {
            method,
            path: target.split('?').next().unwrap(),
            status: status.parse().unwrap(),
            media_type,
            headers: answer
                .headers
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            not_kept: NOT_KEPT,
            json,
        };
        let document = &documents[usize::from(is_identity)];
        wrong.extend(document.check(&exchange).err());
    }
    wrong
}

#[test]
fn every_captured_answer_fits_the_documents() {
    let documents = [DescribedApi::Images, DescribedApi::Identity].map(Document::of);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/captured");
    let (mut files, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!exchanges(&text).is_empty(), "{name}");
        files += 1;
        wrong.extend(
            check(&documents, &text)
                .into_iter()
                .map(|error| format!("{name}: {error}")),
        );
    }
    assert!(files > 270, "{files}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
