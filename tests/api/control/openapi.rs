//! The description of the control.

use http::Method;
use serde_json::Value;

use crate::glance::glance;

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A stream of events has no end to wait for; it has tests of its own.
const ENDLESS: &str = "/requests/stream";

#[tokio::test]
async fn every_call_that_is_described_is_there() {
    let glance = glance().await;
    let control = glance.control();
    let document = control.get("/openapi.json").await.is(200);
    let paths = document.json()["paths"].as_object().unwrap();
    for (path, item) in paths.iter().filter(|(path, _)| *path != ENDLESS) {
        for method in METHODS.iter().filter(|it| item.get(**it).is_some()) {
            let url = path.replace("{id}", "none").replace("{name}", "none");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = control.request(method.clone(), url).await;
            let said = answer.text();
            assert!(
                !said.contains("/_lookalike/openapi.json"),
                "{method} {path}: {said}"
            );
            assert!(answer.status < 500, "{method} {path}: {said}");
        }
    }
}

#[tokio::test]
async fn what_is_not_described_of_a_path_is_not_there() {
    let glance = glance().await;
    let control = glance.control();
    let document = control.get("/openapi.json").await.is(200);
    let paths = document.json()["paths"].as_object().unwrap();
    for (path, item) in paths.iter().filter(|(path, _)| *path != ENDLESS) {
        for method in METHODS.iter().filter(|it| item.get(**it).is_none()) {
            let url = path.replace("{id}", "none").replace("{name}", "none");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = control.request(method.clone(), url).await;
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn every_reference_in_it_leads_somewhere() {
    let glance = glance().await;
    let document = glance.control().get("/openapi.json").await.is(200);
    let document = document.json();
    let mut found = 0;
    check(document, document, &mut found);
    assert!(found > 5);
}

fn check(document: &Value, part: &Value, found: &mut usize) {
    if let Some(reference) = part.get("$ref").and_then(Value::as_str) {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
        *found += 1;
    }
    match part {
        Value::Object(all) => all.values().for_each(|it| check(document, it, found)),
        Value::Array(all) => all.iter().for_each(|it| check(document, it, found)),
        _ => {}
    }
}
