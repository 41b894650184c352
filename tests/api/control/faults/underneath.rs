//! Faults underneath: an import, a store or the database fails, and the API says so in its own way.

use serde_json::{Value, json};

use super::{fault, fault_at, get, image};
use crate::glance::{Glance, Image, Person, glance, glance_storing};
use crate::imports::ended;

async fn staged(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = person.create(fields).await;
    person.stage(&image, "0123456789").await.is(204);
    image
}

async fn import(person: &Person, image: &Image) -> Value {
    let body = json!({ "method": { "name": "glance-direct" } });
    person.post(image.at("/import")).json(body).await.is(202);
    ended(person, image).await
}

#[tokio::test]
async fn an_import_fails_at_a_step_with_a_message() {
    for at in ["begin", "fetch", "convert", "store"] {
        let glance = glance().await;
        let alice = glance.person("alice");
        let effect = json!({ "import": { "at": at, "message": "the moon is full" } });
        let rule = json!({ "match": { "user": "alice" }, "times": 1, "fault": effect });
        fault(&glance, rule).await;
        let image = staged(&alice).await;
        let task = import(&alice, &image).await;
        assert_eq!(
            (&task["status"], &task["message"]),
            (&json!("failure"), &json!("the moon is full"))
        );
        let image = alice.see(&image).await;
        assert_eq!(image.get("os_glance_import_task"), None, "{at}");
        assert_ne!(image["status"], "importing", "{at}");
    }
}

#[tokio::test]
async fn after_an_import_that_failed_the_next_succeeds() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule = json!({ "match": { "path": "/v2/images/*/import" }, "times": 1, "fault": { "import": "no" } });
    fault(&glance, rule).await;
    let image = staged(&alice).await;
    assert_eq!(import(&alice, &image).await["message"], "no");
    assert_eq!(alice.see(&image).await["status"], "queued");
    alice.stage(&image, "0123456789").await.is(204);
    assert_eq!(import(&alice, &image).await["status"], "success");
    assert_eq!(alice.see(&image).await["status"], "active");
}

/// The status of an upload under a fault, and that the next upload works.
async fn upload(glance: &Glance, effect: Value, data: &'static str) -> u16 {
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let id = fault(
        glance,
        json!({ "match": { "method": "PUT" }, "times": 1, "fault": effect }),
    )
    .await;
    let answer = alice.upload(&image, data).await;
    assert_eq!(answer.header("x-lookalike-fault"), id);
    assert_eq!(alice.see(&image).await["status"], "queued");
    assert!(
        !alice
            .upload(&image, data)
            .await
            .is(204)
            .has("x-lookalike-fault")
    );
    answer.status
}

#[tokio::test]
async fn a_store_does_not_take_an_upload() {
    let glance = glance().await;
    assert_eq!(
        upload(&glance, json!({ "store": "full" }), "data").await,
        413
    );
    assert_eq!(
        upload(&glance, json!({ "store": "denied" }), "data").await,
        503
    );
    assert_eq!(
        upload(&glance, json!({ "store": "away" }), "data").await,
        503
    );
    let half = json!({ "store": { "fails": "full", "after_bytes": 3 } });
    assert_eq!(upload(&glance, half, "data").await, 413);
}

#[tokio::test]
async fn a_store_that_is_not_there_cannot_fail() {
    let several = glance_storing(&["fast=memory:", "cheap=memory:"]).await;
    for (glance, stores) in [
        (several, "fast, cheap, staging"),
        (glance().await, "default, staging"),
    ] {
        let rule = json!({ "fault": { "store": { "fails": "away", "name": "chaep" } } });
        let answer = glance.control().post("/faults").json(rule).await.is(400);
        let words = format!("fault.store.name: there is no store chaep; there are {stores}");
        assert_eq!(answer["error"]["message"], words);
        let rule = json!({ "fault": { "store": { "fails": "away", "name": "staging" } } });
        glance.control().post("/faults").json(rule).await.is(201);
    }
}

#[tokio::test]
async fn a_store_takes_what_fits() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fault(
        &glance,
        json!({ "fault": { "store": { "fails": "full", "after_bytes": 10 } } }),
    )
    .await;
    let image = image(&glance).await;
    assert_eq!(alice.see(&image).await["status"], "active");
}

#[tokio::test]
async fn a_store_cannot_be_read() {
    let glance = glance().await;
    let image = image(&glance).await;
    for fails in ["away", "denied"] {
        let rule = json!({ "times": 1, "fault": { "store": { "fails": fails, "on": "read" } } });
        fault(&glance, rule).await;
        let answer = glance.person("alice").get(image.at("/file")).await;
        assert_eq!(answer.status, if fails == "away" { 503 } else { 500 });
        assert!(answer.has("x-lookalike-fault"));
    }
}

#[tokio::test]
async fn a_store_can_be_read_only_so_far() {
    let glance = glance().await;
    let image = image(&glance).await;
    let broken = json!({ "store": { "fails": "away", "on": "read", "after_bytes": 4 } });
    fault_at(&glance, "/v2/images/*/file", broken).await;
    let (bytes, _) = get(&glance, &image.at("/file")).await.all().await;
    let text = String::from_utf8(bytes).unwrap();
    let body = text.split_once("\r\n\r\n").map_or("", |it| it.1);
    assert!("0123".starts_with(body), "{text}");
}

#[tokio::test]
async fn one_store_of_several_fails_an_import() {
    let glance = glance_storing(&["fast=memory:", "cheap=memory:"]).await;
    let admin = glance.admin();
    let image = staged(&admin).await;
    let rule = json!({ "match": { "path": "/v2/images/*/import" }, "fault": { "store": { "fails": "full", "name": "cheap" } } });
    fault(&glance, rule).await;
    let body = json!({
        "method": { "name": "glance-direct" }, "all_stores": true, "all_stores_must_succeed": false,
    });
    admin.post(image.at("/import")).json(body).await.is(202);
    ended(&admin, &image).await;
    let image = admin.see(&image).await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["stores"], "fast");
    assert_eq!(image["os_glance_failed_import"], "cheap");
}

#[tokio::test]
async fn the_database_is_away_or_broken() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (effect, status) in [
        (json!({ "database": "away" }), 503),
        (json!({ "database": "broken" }), 500),
        (
            json!({ "database": { "fails": "away", "on": "read" } }),
            503,
        ),
        (
            json!({ "database": { "fails": "away", "on": "write" } }),
            200,
        ),
    ] {
        let id = fault(&glance, json!({ "times": 1, "fault": effect })).await;
        let answer = alice.get("/v2/images").await.is(status);
        if status != 200 {
            assert_eq!(answer.header("x-lookalike-fault"), id);
        }
    }
    alice.post("/v2/images").json(json!({})).await.is(201);
}

#[tokio::test]
async fn without_its_database_keystone_gives_no_token() {
    let glance = glance().await;
    fault_at(&glance, "/identity/**", json!({ "database": "away" })).await;
    let user = json!({ "name": "admin", "domain": { "id": "default" }, "password": "x" });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let body = json!({ "auth": { "identity": identity } });
    let answer = glance
        .nobody()
        .post("/identity/v3/auth/tokens")
        .header("content-type", "application/json")
        .json(body)
        .await
        .is(503);
    assert_eq!(answer["error"]["title"], "Service Unavailable");
}
