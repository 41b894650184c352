//! Tags: one by one, and many at once.

use serde_json::{Value, json};

use super::{at, full};
use crate::glance::{Person, glance};

async fn tags(who: &Person, query: &str) -> Vec<String> {
    who.named(at("A", &format!("/tags{query}")), "tags", "name")
        .await
}

fn named(names: &[&str]) -> Value {
    let tags: Vec<_> = names.iter().map(|it| json!({ "name": it })).collect();
    json!({ "tags": tags })
}

#[tokio::test]
async fn a_tag_is_made_shown_renamed_and_deleted() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let made = admin.post(at("A", "/tags/three")).await.is(201);
    assert_eq!(made.keys(), ["name", "created_at", "updated_at"]);
    let again = admin.post(at("A", "/tags/three")).await;
    again.is(409).says("A metadata tag with name=three already exists in namespace=A. (Please note that metadata tag names are case insensitive).");
    admin.post(at("A", "/tags/THREE")).await.is(201);
    let renamed = admin
        .put(at("A", "/tags/three"))
        .json(json!({ "name": "four" }));
    renamed.await.is(200);
    let gone = admin.get(at("A", "/tags/three")).await;
    gone.is(404).says("Could not find metadata tag three");
    admin.delete(at("A", "/tags/four")).await.is(204);
    assert_eq!(tags(&admin, "").await, ["THREE", "two", "one"]);
}

#[tokio::test]
async fn a_tag_is_named_by_the_path_alone() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let body = admin.post(at("A", "/tags/x")).json(json!({ "name": "y" }));
    body.await
        .is(400)
        .says("A body is not expected with this request.");
    let long = at("A", &format!("/tags/{}", "x".repeat(81)));
    let answer = glance.person("alice").post(long).await;
    answer
        .is(400)
        .begins("Provided object does not match schema 'tag'");
}

#[tokio::test]
async fn tags_replace_those_that_are_there_or_are_appended() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let post = |names: &[&str]| admin.post(at("A", "/tags")).json(named(names));
    let append = |names: &[&str]| post(names).header("X-Openstack-Append", "True");
    assert_eq!(post(&["b", "a"]).await.is(201).json(), &named(&["b", "a"]));
    assert_eq!(tags(&admin, "").await, ["a", "b"]);
    append(&["c"]).await.is(201);
    assert_eq!(tags(&admin, "").await, ["c", "a", "b"]);
    append(&["d", "a"]).await.is(409);
    post(&["e", "e"]).await.is(409);
    post(&[]).await.is(201);
    assert_eq!(tags(&admin, "").await, ["c", "a", "b"], "nothing changed");
}

#[tokio::test]
async fn thousands_of_tags_come_at_once() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    let names: Vec<_> = (0..2500).map(|it| format!("{it:04}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    admin
        .post(at("A", "/tags"))
        .json(named(&names))
        .await
        .is(201);
    assert_eq!(tags(&admin, "").await.len(), 2500);
    assert_eq!(tags(&admin, "?limit=2").await, ["2499", "2498"]);
    assert_eq!(tags(&admin, "?limit=1&marker=1000").await, ["0999"]);
}

#[tokio::test]
async fn a_list_of_tags_has_pages_and_orders() {
    let glance = glance().await;
    let admin = glance.admin();
    admin.namespace(full("A")).await;
    for tag in ["c", "a", "b"] {
        admin.post(at("A", &format!("/tags/{tag}"))).await.is(201);
    }
    for (query, names) in [
        ("?limit=0", vec![]),
        ("?limit=2", vec!["b", "a"]),
        ("?limit=2&marker=a", vec!["c", "two"]),
        ("?sort_key=name&sort_dir=asc&limit=2", vec!["a", "b"]),
        (
            "?sort_key=name&sort_dir=asc&limit=2&marker=b",
            vec!["c", "one"],
        ),
        ("?sort_dir=asc&marker=two", vec!["c", "a", "b"]),
    ] {
        assert_eq!(tags(&admin, query).await, names, "{query}");
    }
    let none = admin.get(at("A", "/tags?marker=none")).await;
    none.is(404).says("Could not find metadata tag none");
}
