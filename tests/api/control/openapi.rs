//! The description of the control.

use http::Method;
use lookalike::config::Secret;
use serde_json::Value;

use crate::glance::{Person, glance, glance_with};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A stream of events has no end to wait for; it has tests of its own.
const ENDLESS: [&str; 2] = ["/requests/stream", "/events"];

#[tokio::test]
async fn every_call_that_is_described_is_there() {
    let glance = glance().await;
    every_call_is_there(&glance.control()).await;
}

#[tokio::test]
async fn so_is_every_call_that_is_described_of_a_sandbox() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let control = glance.at(&format!("{}/_lookalike", sandbox.url()), "");
    every_call_is_there(&control).await;
    let document = control.get("/openapi.json").await.is(200);
    assert!(document["paths"].get("/sandboxes").is_none());
    let own = sandbox.url().replace(&glance.url(), "") + "/_lookalike";
    assert_eq!(document["servers"][0]["url"], own);
    check(document.json(), document.json(), &mut 0);
}

#[tokio::test]
async fn whoever_looks_at_the_root_is_led_on() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    for (url, sandboxes) in [(glance.url(), true), (sandbox.url(), false)] {
        for path in ["/_lookalike", "/_lookalike/", "/_lookalike/?x=1"] {
            let answer = glance.at(&url, "").get(path).await.is(200);
            assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
            assert_eq!(answer["openapi"], format!("{url}/_lookalike/openapi.json"));
            let links = answer["links"].as_object().unwrap();
            assert_eq!(links["clock"], format!("{url}/_lookalike/clock"));
            assert_eq!(links.contains_key("sandboxes"), sandboxes);
            assert!(links.len() > 10 && !links.keys().any(|it| it.contains(['/', '.', '{'])));
        }
        let answer = glance.at(&url, "").post("/_lookalike/").await.is(405);
        assert!(answer.text().contains("takes no POST"));
    }
}

#[tokio::test]
async fn the_root_is_guarded_like_all_that_is_below() {
    let glance = glance_with(|it| it.control.control_token = Some(Secret::new("secret"))).await;
    glance.nobody().get("/_lookalike/").await.is(401);
    glance.nobody().get("/_lookalike").await.is(401);
}

async fn every_call_is_there(control: &Person) {
    let document = control.get("/openapi.json").await.is(200);
    let paths = document.json()["paths"].as_object().unwrap();
    for (path, item) in paths
        .iter()
        .filter(|(path, _)| !ENDLESS.contains(&path.as_str()))
    {
        for method in METHODS.iter().filter(|it| item.get(**it).is_some()) {
            let url = path.replace("{id}", "none").replace("{name}", "none");
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = control.request(method.clone(), url).await;
            let said = answer.text();
            assert!(
                !said.contains(": see /_lookalike/openapi.json"),
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
    for (path, item) in paths
        .iter()
        .filter(|(path, _)| !ENDLESS.contains(&path.as_str()))
    {
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
