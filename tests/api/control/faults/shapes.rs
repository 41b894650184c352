//! How faults are added, shown and taken back.

use serde_json::json;

use super::{fault, listed};
use crate::glance::glance;

#[tokio::test]
async fn a_rule_may_be_yaml_if_its_content_type_says_so() {
    let glance = glance().await;
    let rule = "match: {path: /v2/images}  # lists\nfault:\n  status: 503\n";
    for media_type in ["application/yaml", "text/yaml; charset=utf-8"] {
        let add = glance.control().post("/faults").body(rule);
        let added = add.header("Content-Type", media_type).await.is(201);
        let rule = listed(&glance, added["id"].as_str().unwrap()).await;
        assert_eq!(rule["match"]["path"], "/v2/images");
        assert_eq!(rule["fault"]["status"], 503);
    }
    glance.person("alice").get("/v2/images").await.is(503);
    let wrong = glance.control().post("/faults").body("fault: [");
    let wrong = wrong.header("Content-Type", "application/yaml");
    let wrong = wrong.await.is(400);
    assert!(wrong.text().contains("the body: "), "{}", wrong.text());
    glance.control().post("/faults").body(rule).await.is(400);
}

#[tokio::test]
async fn a_fault_is_shown_as_it_was_written_with_how_often_it_was_met() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let rule = json!({ "match": { "path": "/v2/images" }, "times": 1, "fault": { "status": 503 } });
    let id = fault(&glance, rule.clone()).await;
    alice.get("/v2/images").await.is(503);
    alice.get("/v2/images").await.is(200);
    let answer = listed(&glance, &id).await;
    assert_eq!(
        answer.keys(),
        ["id", "match", "times", "fault", "seen", "matched", "spent"]
    );
    assert_eq!(answer["match"], rule["match"]);
    assert_eq!(
        (&answer["seen"], &answer["matched"], &answer["spent"]),
        (&json!(1), &json!(1), &json!(true))
    );
    let all = glance.control().get("/faults").await.is(200);
    assert_eq!(all["faults"], json!([answer.json()]));
}

#[tokio::test]
async fn one_or_all_faults_can_be_removed() {
    let glance = glance().await;
    let (alice, control) = (glance.person("alice"), glance.control());
    let everything = json!({ "fault": { "status": 500 } });
    let id = fault(&glance, everything.clone()).await;
    alice.get("/v2/images").await.is(500);
    control.delete(format!("/faults/{id}")).await.is(204);
    alice.get("/v2/images").await.is(200);
    control.get(format!("/faults/{id}")).await.is(404);
    control.delete(format!("/faults/{id}")).await.is(404);
    fault(&glance, everything.clone()).await;
    fault(&glance, everything).await;
    control.delete("/faults").await.is(204);
    alice.get("/v2/images").await.is(200);
    assert_eq!(control.get("/faults").await.is(200)["faults"], json!([]));
}

#[tokio::test]
async fn what_is_no_fault_is_refused_and_named() {
    let glance = glance().await;
    for (rule, names) in [
        (json!({ "fault": { "sttus": 503 } }), "sttus"),
        (
            json!({ "fault": { "status": 503, "delay_ms": 5 } }),
            "status and delay_ms",
        ),
        (
            json!({ "match": { "path": "/v2/[" }, "fault": { "status": 503 } }),
            "match.path",
        ),
        (json!({ "fault": { "delay_ms": -1 } }), "fault.delay_ms"),
        (json!({ "times": -1, "fault": { "status": 503 } }), "times"),
    ] {
        let answer = glance.control().post("/faults").json(rule).await.is(400);
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains(names), "{said}");
    }
    assert_eq!(glance.control().get("/faults").await["faults"], json!([]));
}

#[tokio::test]
async fn the_control_and_the_health_of_the_server_are_never_hit() {
    let glance = glance().await;
    fault(&glance, json!({ "fault": { "status": 500 } })).await;
    glance.nobody().get("/").await.is(500);
    glance.nobody().get("/healthcheck").await.is(200);
    glance.control().get("/faults").await.is(200);
    glance.control().get("/health").await.is(200);
}

#[tokio::test]
async fn a_reset_takes_all_faults_back() {
    let glance = glance().await;
    fault(&glance, json!({ "fault": { "status": 500 } })).await;
    glance.control().post("/reset").await.is(204);
    glance.person("alice").get("/v2/images").await.is(200);
}
