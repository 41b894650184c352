//! Files of the server's user that must not be read through the control API.

use serde_json::{Value, json};

use lookalike::config::Secret;

use crate::glance::{glance, glance_with};

/// The settings that name files.
const FILES: [&str; 6] = [
    "policy_file",
    "policy-file",
    "policy_dirs",
    "property_protection_file",
    "schema_image_file",
    "disable_by_file_path",
];

#[tokio::test]
async fn no_file_is_read_for_whoever_has_no_token_of_the_control() {
    let glance = glance().await;
    for name in FILES {
        let answer = glance.control().request(http::Method::PATCH, "/config");
        let answer = answer.json(json!({ name: "/etc/shadow" })).await.is(403);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("--control-token"), "{message}");
    }
    let policy = glance.control().get("/policy").await.is(200);
    assert!(!policy.text().contains("root:"));
}

#[tokio::test]
async fn with_a_token_the_files_change() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("policy.yaml");
    std::fs::write(&file, "add_image: '!'\n").unwrap();
    let glance = glance_with(|config| {
        config.control.control_token = Some(Secret::new("secret"));
    })
    .await;
    let change = glance.control().request(http::Method::PATCH, "/config");
    let change = change.header("X-Lookalike-Token", "secret");
    let change: Value = change
        .json(json!({ "policy_file": file }))
        .await
        .is(200)
        .json()
        .clone();
    assert_eq!(change["policy_file"], json!(file));
    let create = glance.person("alice").post("/v2/images").json(json!({}));
    create.await.is(403);
}
