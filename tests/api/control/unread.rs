//! Input that clients sent and nothing read.

use http::Method;
use serde_json::{Value, json};

use crate::glance::{Glance, glance, glance_with};

async fn unread(glance: &Glance) -> Value {
    glance.control().get("/unread").await.is(200)["routes"].clone()
}

fn names(names: &[(&str, u64)]) -> Value {
    let names = names.iter();
    names
        .map(|(name, count)| json!({ "name": name, "count": count }))
        .collect()
}

#[tokio::test]
async fn a_field_that_nothing_reads_is_counted_for_its_route() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for _ in 0..2 {
        let image = alice.create(json!({})).await;
        let member = json!({ "member": "bob", "status": "accepted" });
        alice.post(image.at("/members")).json(member).await.is(200);
    }
    let expected = json!([{
        "method": "POST", "route": "/v2/images/{image}/members",
        "fields": names(&[("status", 2)]), "query": [], "headers": [],
    }]);
    assert_eq!(unread(&glance).await, expected);
    let told = glance.unread().await.unwrap();
    assert_eq!(told[0].fields[0].name, "status");
}

#[tokio::test]
async fn so_are_parameters_and_headers() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let show = alice.get(image.at("?limit=1&fields=name"));
    show.header("If-None-Match", "x")
        .header("User-Agent", "test")
        .await
        .is(200);
    let expected = json!([{
        "method": "GET", "route": "/v2/images/{image}",
        "fields": [], "query": names(&[("fields", 1), ("limit", 1)]),
        "headers": names(&[("if-none-match", 1)]),
    }]);
    assert_eq!(unread(&glance).await, expected);
}

#[tokio::test]
async fn what_is_read_is_not_told() {
    let glance = glance_with(|config| config.images.show_multiple_locations = true).await;
    let alice = glance.person("alice");
    let image = alice
        .create_active(json!({ "name": "x", "my_property": "y" }))
        .await;
    alice.set(&image, "name", "z").await.is(200);
    let download = alice.get(image.at("/file")).header("Range", "bytes=0-1");
    download.await.is(206);
    alice
        .get("/v2/images?my_property=y&sort=name:asc&limit=5")
        .await
        .is(200);
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "admin", "domain": { "id": "default" }, "password": "secret" } } },
        "scope": { "project": { "name": "admin", "domain": { "id": "default" } } },
    } });
    let request = glance
        .nobody()
        .request(Method::POST, "/identity/v3/auth/tokens");
    let request = request.header("Content-Type", "application/json");
    let token = request.json(login).await.is(201);
    let token = token.header("x-subject-token");
    let admin = glance.bearer(token);
    let check = admin.get("/identity/v3/auth/tokens");
    check.header("X-Subject-Token", token).await.is(200);
    admin.get("/identity/v3/users?name=demo").await.is(200);
    let user = json!({ "user": { "name": "eve", "my_extra": "x" } });
    let create = admin.post("/identity/v3/users").json(user);
    create
        .header("Content-Type", "application/json")
        .await
        .is(201);
    assert_eq!(unread(&glance).await, json!([]));
}

#[tokio::test]
async fn what_was_refused_is_not_told() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice.get("/v2/images/none?x=1").await.is(404);
    let image = alice.post("/v2/images").json(json!({ "size": 5 }));
    image.await.is(403);
    assert_eq!(unread(&glance).await, json!([]));
}

#[tokio::test]
async fn it_is_forgotten_without_the_journal() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let look = async || alice.get("/v2/info/import?x=1").await.is(200);
    look().await;
    glance.control().delete("/unread").await.is(204);
    assert_eq!(unread(&glance).await, json!([]));
    assert_eq!(glance.requests().await.len(), 1);
    look().await;
    assert_eq!(unread(&glance).await[0]["query"], names(&[("x", 1)]));
    glance.reset().await.unwrap();
    assert_eq!(unread(&glance).await, json!([]));
}
