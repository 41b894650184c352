//! Which requests a fault is for.

use serde_json::json;

use super::fault;
use crate::glance::glance;

#[tokio::test]
async fn a_fault_can_be_for_one_user_or_one_project() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    fault(
        &glance,
        json!({ "match": { "user": "alice" }, "fault": { "status": 500 } }),
    )
    .await;
    fault(
        &glance,
        json!({ "match": { "project": "bob-project" }, "fault": { "status": 503 } }),
    )
    .await;
    alice.get("/v2/images").await.is(500);
    bob.get("/v2/images").await.is(503);
    glance.admin().get("/v2/images").await.is(200);
    glance.nobody().get("/v2/images").await.is(401);
}

#[tokio::test]
async fn a_fault_can_be_for_requests_with_a_header() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule =
        json!({ "match": { "header": { "User-Agent": "gopher*" } }, "fault": { "status": 500 } });
    fault(&glance, rule).await;
    alice.get("/v2/images").await.is(200);
    let request = alice
        .get("/v2/images")
        .header("user-agent", "gophercloud/2.0");
    request.await.is(500);
}

#[tokio::test]
async fn a_fault_can_be_for_one_method() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fault(
        &glance,
        json!({ "match": { "method": "POST" }, "fault": { "status": 500 } }),
    )
    .await;
    alice.get("/v2/images").await.is(200);
    alice.post("/v2/images").json(json!({})).await.is(500);
}

#[tokio::test]
async fn requests_are_counted_and_let_pass() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule = json!({ "match": { "path": "/v2/images", "nth": 2 }, "after": 1, "fault": { "status": 500 } });
    fault(&glance, rule).await;
    for status in [200, 200, 500, 200] {
        alice.get("/v2/images").await.is(status);
    }
}

#[tokio::test]
async fn chance_can_decide() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let never = json!({ "match": { "probability": 0 }, "fault": { "status": 500 } });
    fault(&glance, never).await;
    alice.get("/v2/images").await.is(200);
    let always = json!({ "match": { "probability": 1 }, "fault": { "status": 503 } });
    fault(&glance, always).await;
    alice.get("/v2/images").await.is(503);
}

#[tokio::test]
async fn keystone_can_fail_too_in_its_own_words() {
    let glance = glance().await;
    let rule = json!({ "match": { "path": "/identity/v3/auth/tokens" }, "times": 1, "fault": { "status": 503 } });
    let id = fault(&glance, rule).await;
    let tokens = || {
        glance
            .nobody()
            .post("/identity/v3/auth/tokens")
            .json(json!({}))
    };
    let answer = tokens().await.is(503);
    assert_eq!(answer["error"]["code"], 503);
    assert_eq!(answer["error"]["title"], "Service Unavailable");
    assert_eq!(answer.header("x-lookalike-fault"), id);
    tokens().await.is(400);
}
