//! Policy rules that are laid over those of the start.

use serde_json::{Value, json};

use crate::glance::{Answer, Glance, glance, glance_with};

async fn lay_over(glance: &Glance, rules: Value) -> Answer {
    glance.control().put("/policy").json(rules).await
}

#[tokio::test]
async fn every_rule_in_force_is_told() {
    let glance = glance().await;
    let rules = glance.control().get("/policy").await.is(200);
    assert_eq!(rules["default"], "");
    assert_eq!(rules["context_is_admin"], "role:admin");
    let glance = glance_with(|it| it.images.enforce_new_defaults = false).await;
    let rules = glance.control().get("/policy").await.is(200);
    let add = rules["add_image"].as_str().unwrap();
    assert!(add.ends_with(") or (rule:default)"), "{add}");
}

#[tokio::test]
async fn a_rule_counts_at_once_and_until_it_is_taken_away() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rules = lay_over(&glance, json!({ "add_image": "!", "get_tasks": "@" }))
        .await
        .is(200);
    assert_eq!(rules["add_image"], "!");
    assert_eq!(rules["context_is_admin"], "role:admin");
    alice.post("/v2/images").json(json!({})).await.is(403);
    let rules = lay_over(&glance, json!({ "get_images": "!" }))
        .await
        .is(200);
    assert_ne!(rules["add_image"], "!", "what lay there before is gone");
    alice.create(json!({})).await;
    alice.get("/v2/images").await.is(403);
    glance.control().delete("/policy").await.is(204);
    alice.get("/v2/images").await.is(200);
    lay_over(&glance, json!({ "get_images": "!" }))
        .await
        .is(200);
    glance.control().post("/reset").await.is(204);
    alice.get("/v2/images").await.is(200);
}

#[tokio::test]
async fn rules_of_ones_own_may_be_asked_by_others() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rules = json!({ "mine": "user_id:alice", "get_images": [["rule:mine"]] });
    let rules = lay_over(&glance, rules).await.is(200);
    assert_eq!(rules["get_images"], "(rule:mine)");
    alice.get("/v2/images").await.is(200);
    glance.person("bob").get("/v2/images").await.is(403);
}

#[tokio::test]
async fn what_lies_over_a_file_stays_there_when_settings_change() {
    let glance = glance().await;
    let alice = glance.person("alice");
    lay_over(&glance, json!({ "get_images": "!" }))
        .await
        .is(200);
    let changes = json!({ "enforce_new_defaults": false });
    glance.control().patch("/config", changes).await.is(200);
    alice.get("/v2/images").await.is(403);
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_named_and_changes_nothing() {
    let glance = glance().await;
    let control = glance.control();
    lay_over(&glance, json!({ "add_image": "!" })).await.is(200);
    let before = control.get("/policy").await.is(200);
    for (rules, said) in [
        (
            json!({ "get_images": "role:x and" }),
            "`get_images`: it ends where",
        ),
        (
            json!({ "get_images": "role:x or maybe" }),
            "`maybe` is not a check",
        ),
        (
            json!({ "get_images": "rule:get_images" }),
            "leads back to itself",
        ),
        (json!({ "get_images": 1 }), "`get_images`: text is allowed"),
        (
            json!({ "get_images": null }),
            "`get_images`: text is allowed",
        ),
        (json!({ "get_imagess": "@" }), "did you mean get_images?"),
        (json!([]), "the body"),
    ] {
        let answer = lay_over(&glance, rules.clone()).await.is(400);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(said), "{rules}: {message}");
    }
    assert_eq!(before.json(), control.get("/policy").await.json());
}

#[tokio::test]
async fn no_rules_are_said_with_an_empty_object_and_not_with_an_empty_body() {
    let glance = glance().await;
    lay_over(&glance, json!({ "get_images": "!" }))
        .await
        .is(200);
    let refused = glance.control().put("/policy").await.is(400);
    assert_eq!(
        refused["error"]["message"],
        "the body is empty: a JSON document is wanted"
    );
    glance.person("alice").get("/v2/images").await.is(403);
    lay_over(&glance, json!({})).await.is(200);
    glance.person("alice").get("/v2/images").await.is(200);
}
