//! `/v2/schemas/…`

use http::Method;
use serde_json::Value;

use crate::glance::glance;

macro_rules! captured {
    ($($name:literal => $path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../src/domain/schemas/", $name, ".json")))),*]
    };
}

/// What the real one serves, and where.
const CAPTURED: &[(&str, &str)] = captured! {
    "image" => "image",
    "images" => "images",
    "member" => "member",
    "members" => "members",
    "task" => "task",
    "tasks" => "tasks",
    "metadefs-namespace" => "metadefs/namespace",
    "metadefs-namespaces" => "metadefs/namespaces",
    "metadefs-object" => "metadefs/object",
    "metadefs-objects" => "metadefs/objects",
    "metadefs-property" => "metadefs/property",
    "metadefs-properties" => "metadefs/properties",
    "metadefs-resource_type" => "metadefs/resource_type",
    "metadefs-resource_types" => "metadefs/resource_types",
    "metadefs-tag" => "metadefs/tag",
    "metadefs-tags" => "metadefs/tags",
};

#[tokio::test]
async fn schemas_are_what_the_real_one_serves() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (path, captured) in CAPTURED {
        let answer = alice.get(format!("/v2/schemas/{path}")).await.is(200);
        assert_eq!(answer.header("content-type"), "application/json");
        let captured: Value = serde_json::from_str(captured).unwrap();
        assert_eq!(*answer.json(), captured, "{path}");
    }
}

#[tokio::test]
async fn whoever_has_a_token_may_read_them() {
    let glance = glance().await;
    glance
        .person("alice")
        .with_roles("")
        .get("/v2/schemas/image")
        .await
        .is(200);
    glance.nobody().get("/v2/schemas/image").await.is(401);
}

#[tokio::test]
async fn there_are_no_others_and_no_other_methods() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for path in [
        "",
        "/",
        "/nothing",
        "/metadefs",
        "/metadefs/nothing",
        "/image/",
        "/metadefs-tag",
    ] {
        let path = format!("/v2/schemas{path}");
        alice.get(&path).await.tells_nothing();
        alice.get(&path).body("{}").await.tells_nothing();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            alice.request(method, &path).await.tells_nothing();
        }
        alice.request(Method::HEAD, &path).await.is(404);
    }
    let answer = alice.post("/v2/schemas/image").await.is(405);
    assert_eq!(answer.header("allow"), "GET");
    let answer = alice.get("/v2/schemas/image").body("{}").await.is(400);
    answer.says("A body is not expected with this request.");
}
