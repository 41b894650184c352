//! Listings of containers and objects.

use serde_json::json;

use super::{Account, HELLO, cloud, entries};
use crate::glance::Glance;

async fn filled(glance: &Glance) -> Account {
    let alice = Account::alice(glance);
    alice.container("c").await;
    for name in ["a", "b/1", "b/2", "c&d"] {
        alice.object(&format!("/c/{name}"), "hello").await;
    }
    alice
}

#[tokio::test]
async fn names_are_listed_as_text() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let listed = alice.get("/c").await.is(200);
    assert_eq!(listed.text(), "a\nb/1\nb/2\nc&d\n");
    assert_eq!(listed.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(listed.header("x-container-object-count"), "4");
    assert_eq!(alice.get("").await.is(200).text(), "c\n");
    alice.container("empty").await;
    assert_eq!(alice.get("/empty").await.is(204).text(), "");
}

#[tokio::test]
async fn objects_are_listed_as_json() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let listed = alice.get("/c?format=json&limit=1").await.is(200);
    assert_eq!(
        listed.header("content-type"),
        "application/json; charset=utf-8"
    );
    let objects = entries(&listed);
    let object = &objects[0];
    assert_eq!(object["name"], "a");
    assert_eq!(object["hash"], HELLO);
    assert_eq!(object["bytes"], 5);
    assert_eq!(object["content_type"], "application/octet-stream");
    let modified = object["last_modified"].as_str().unwrap();
    assert_eq!(modified.len(), "2026-11-27T01:02:03.456780".len());
    let accepted = alice.person.get(alice.url("/c"));
    let accepted = accepted.header("Accept", "application/json").await.is(200);
    assert_eq!(entries(&accepted)[0]["name"], "a");
    assert_eq!(accepted.header("vary"), "Accept");
    let containers = alice.get("?format=json").await.is(200);
    assert_eq!(entries(&containers)[0]["name"], "c");
    assert_eq!(entries(&containers)[0]["count"], 4);
    assert_eq!(entries(&containers)[0]["bytes"], 20);
    alice.container("empty").await;
    assert_eq!(alice.get("/empty?format=json").await.is(200).text(), "[]");
}

#[tokio::test]
async fn objects_are_listed_as_xml() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let listed = alice.get("/c?format=xml&prefix=c").await.is(200);
    assert_eq!(
        listed.header("content-type"),
        "application/xml; charset=utf-8"
    );
    let begin = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<container name=\"c\"><object>\
         <name>c&amp;d</name><hash>{HELLO}</hash><bytes>5</bytes>"
    );
    assert!(listed.text().starts_with(&begin), "{}", listed.text());
    assert!(listed.text().ends_with("</object></container>"));
}

#[tokio::test]
async fn parameters_choose_what_is_listed() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    for (query, expected) in [
        ("prefix=b", "b/1\nb/2\n"),
        ("marker=b/1", "b/2\nc&d\n"),
        ("end_marker=b/2", "a\nb/1\n"),
        ("limit=2", "a\nb/1\n"),
        ("delimiter=/", "a\nb/\nc&d\n"),
        ("delimiter=/&prefix=b/", "b/1\nb/2\n"),
        ("delimiter=/&marker=a&limit=1", "b/\n"),
        ("delimiter=/&marker=b/", "c&d\n"),
        ("path=", "a\nc&d\n"),
        ("path=b", "b/1\nb/2\n"),
        ("reverse=on", "c&d\nb/2\nb/1\na\n"),
        ("reverse=on&delimiter=/", "c&d\nb/\na\n"),
        ("marker=c%26d", ""),
    ] {
        let listed = alice.get(&format!("/c?{query}")).await;
        assert_eq!(listed.text(), expected, "{query}");
    }
    let listed = alice.get("/c?format=json&delimiter=/").await;
    assert_eq!(entries(&listed)[1], json!({"subdir": "b/"}));
}

#[tokio::test]
async fn a_limit_that_is_too_great_is_refused() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let refused = alice.get("/c?limit=10001").await.is(412);
    assert_eq!(refused.text(), "Maximum limit is 10000");
    alice.get("/c?limit=10000").await.is(200);
    let refused = alice.person.get(alice.url("/c"));
    refused.header("Accept", "image/png").await.is(406);
}
