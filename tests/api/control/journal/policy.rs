//! The policy rules that decided about a request.

use serde_json::{Value, json};

use super::requests;
use crate::glance::{Glance, glance};

/// The rules that were asked about the last request.
async fn decided(glance: &Glance) -> Value {
    let found = requests(glance, "?limit=1").await;
    found[0]["policy"].clone()
}

#[tokio::test]
async fn a_request_that_passes_names_the_rules_that_let_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    assert_eq!(
        decided(&glance).await,
        json!([{ "rule": "add_image", "allowed": true }])
    );
    alice.get(&image).await.is(200);
    let decided = decided(&glance).await;
    let decided = decided.as_array().unwrap();
    assert!(decided.contains(&json!({ "rule": "get_image", "allowed": true })));
    assert!(
        decided
            .iter()
            .all(|decision| decision["rule"] != "context_is_admin")
    );
}

#[tokio::test]
async fn a_request_that_is_refused_names_the_rule_that_did() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let publish = alice.set(&image, "visibility", "public");
    publish.await.is(403);
    let refused = json!({ "rule": "publicize_image", "allowed": false });
    assert!(
        decided(&glance)
            .await
            .as_array()
            .unwrap()
            .contains(&refused)
    );
    let rule = glance.requests().await.pop().unwrap().policy;
    assert!(
        rule.iter()
            .any(|it| it.rule == "publicize_image" && !it.allowed)
    );
}

#[tokio::test]
async fn a_request_that_no_rule_is_about_names_none() {
    let glance = glance().await;
    glance.nobody().get("/v2/images").await.is(401);
    assert_eq!(decided(&glance).await, Value::Null);
}
