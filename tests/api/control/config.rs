//! Settings that change while the server runs.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use lookalike::config::Secret;

use crate::glance::{Answer, Glance, glance, glance_with};

async fn change(glance: &Glance, changes: Value) -> Answer {
    let request = glance.control().patch("/config", changes);
    request.header("X-Lookalike-Token", "secret").await
}

/// A server whose control has the token that [`change`] sends: without one no files can be named.
async fn glance_with_token() -> Glance {
    glance_with(|config| config.control.control_token = Some(Secret::new("secret"))).await
}

#[tokio::test]
async fn all_settings_are_told_without_secrets() {
    let glance = glance().await;
    let config = glance.control().get("/config").await.is(200);
    assert_eq!(config["limit_param_default"], 25);
    assert_eq!(config["auth"], json!(["keystone", "fake"]));
    assert_eq!(config["bootstrap_password"], "***");
    assert_eq!(config["ephemeral"], true);
}

#[tokio::test]
async fn a_change_counts_at_once_and_tells_all_in_force() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    assert_eq!(image.get("direct_url"), None);
    let config = change(
        &glance,
        json!({ "limit_param_default": 1, "image_tag_quota": 0, "token_expiration": 60 }),
    )
    .await
    .is(200);
    assert_eq!(config["limit_param_default"], 1);
    assert_eq!(config["api_limit_max"], 1000);
    alice.create(json!({})).await;
    let page = alice.get("/v2/images").await.is(200);
    assert_eq!(page["images"].as_array().unwrap().len(), 1);
    alice.put(image.at("/tags/x")).await.is(413);
}

#[tokio::test]
async fn formats_are_those_of_the_schema_and_of_new_images() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "odd", "container_format": "bare" });
    alice.post("/v2/images").json(fields.clone()).await.is(400);
    change(&glance, json!({ "disk_formats": ["raw", "odd"] }))
        .await
        .is(200);
    alice.post("/v2/images").json(fields).await.is(201);
    let schema = alice.get("/v2/schemas/image").await.is(200);
    assert_eq!(
        schema["properties"]["disk_format"]["enum"],
        json!([null, "raw", "odd"])
    );
}

#[tokio::test]
async fn web_pages_of_a_new_origin_may_call() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let page = async || {
        let request = alice.get("/v2/images").header("Origin", "http://page");
        request.await.has("access-control-allow-origin")
    };
    assert!(!page().await);
    change(&glance, json!({ "allowed_origin": "http://page" }))
        .await
        .is(200);
    assert!(page().await);
    change(&glance, json!({ "allowed_origin": [] }))
        .await
        .is(200);
    assert!(!page().await);
}

#[tokio::test]
async fn files_of_rules_can_be_named_while_it_runs() {
    let directory = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let glance = glance_with_token().await;
    let alice = glance.person("alice");
    let policy = file("policy.yaml", "add_image: '!'");
    change(&glance, json!({ "policy_file": policy }))
        .await
        .is(200);
    alice.post("/v2/images").json(json!({})).await.is(403);
    change(&glance, json!({ "policy_file": null }))
        .await
        .is(200);
    alice.create(json!({})).await;
    let protections = file(
        "protections",
        "[secret_.*]\ncreate = admin\nread = admin\nupdate = admin\ndelete = admin\n\
         [.*]\ncreate = @\nread = @\nupdate = @\ndelete = @\n",
    );
    let changes = json!({ "property_protection_file": protections });
    change(&glance, changes).await.is(200);
    let fields = json!({ "secret_x": "1" });
    alice.post("/v2/images").json(fields.clone()).await.is(403);
    let schema = file(
        "schema.json",
        r#"{"hw_x": {"type": "string", "enum": ["a"]}}"#,
    );
    let changes = json!({ "schema_image_file": schema, "property_protection_file": null });
    change(&glance, changes).await.is(200);
    alice.create(fields).await;
    alice
        .post("/v2/images")
        .json(json!({ "hw_x": "b" }))
        .await
        .is(400);
}

#[tokio::test]
async fn one_wrong_setting_keeps_all_as_they_are() {
    let glance = glance_with_token().await;
    let settings = || {
        let request = glance.control().get("/config");
        request.header("X-Lookalike-Token", "secret")
    };
    let before = settings().await.is(200);
    let directory = TempDir::new().unwrap();
    let bad = directory.path().join("policy.yaml");
    fs::write(&bad, "get_images: role:x and").unwrap();
    for (status, name, value) in [
        (400, "image_tag_quote", json!(1)),
        (400, "image_tag_quota", json!("many")),
        (400, "image_tag_quota", json!({})),
        (400, "enforce_new_defaults", json!("perhaps")),
        (400, "policy_file", json!(bad.display().to_string())),
        (400, "schema_image_file", json!("/there/is/none")),
        (409, "listen", json!("127.0.0.1:1")),
        (409, "data", json!("/tmp")),
        (409, "database_url", json!("sqlite::memory:")),
        (409, "store", json!("memory:")),
        (409, "control_token", json!("x")),
        (409, "clock", json!("2030-01-01T00:00:00Z")),
    ] {
        let answer = change(&glance, json!({ "image_member_quota": 1, name: value })).await;
        let answer = answer.is(status);
        let message = answer["error"]["message"].as_str().unwrap();
        let named = message.contains(name) || message.contains("file");
        assert!(named, "{message}");
    }
    let after = settings().await.is(200);
    assert_eq!(before.json(), after.json());
}

#[tokio::test]
async fn a_reset_goes_back_to_the_settings_of_the_start_and_so_does_a_deletion() {
    let glance = glance().await;
    let control = glance.control();
    let before = control.get("/config").await.is(200);
    change(
        &glance,
        json!({ "api_limit_max": 3, "disk_formats": "odd" }),
    )
    .await
    .is(200);
    control.delete("/config").await.is(204);
    assert_eq!(before.json(), control.get("/config").await.json());
    change(
        &glance,
        json!({ "api_limit_max": 3, "disk_formats": "odd" }),
    )
    .await
    .is(200);
    control.post("/reset").await.is(204);
    assert_eq!(before.json(), control.get("/config").await.json());
    let schema = glance
        .person("alice")
        .get("/v2/schemas/image")
        .await
        .is(200);
    let formats = schema["properties"]["disk_format"]["enum"]
        .as_array()
        .unwrap();
    assert!(formats.contains(&json!("qcow2")));
}
