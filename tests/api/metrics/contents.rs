//! What is counted and timed.

use serde_json::json;

use super::{has, metered, scrape, value};
use crate::glance::Glance;
use crate::tasks::ended;

/// The number of answers of a route.
fn answered(route: &str, method: &str, status: u16) -> String {
    format!(
        "lookalike_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}"
    )
}

async fn add_fault(glance: &Glance, path: &str, fault: serde_json::Value) {
    let rule = json!({ "match": { "path": path }, "fault": fault });
    glance.control().post("/faults").json(rule).await.is(201);
}

#[tokio::test]
async fn requests_are_counted_by_route_method_and_status() {
    let glance = metered().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "x" })).await;
    alice.get(&image).await.is(200);
    alice.get(&image).await.is(200);
    alice.get("/v2.9/images/nothing").await.is(404);
    alice.delete(&image).await.is(204);
    glance.nobody().get("/v2/images").await.is(401);
    let scrape = scrape(&glance).await;
    has(&scrape, &answered("/v2/images", "POST", 201), 1.0);
    has(&scrape, &answered("/v2/images/{image}", "GET", 200), 2.0);
    has(&scrape, &answered("/v2/images/{image}", "GET", 404), 1.0);
    has(&scrape, &answered("/v2/images/{image}", "DELETE", 204), 1.0);
    has(&scrape, &answered("/v2/images", "GET", 401), 1.0);
    has(&scrape, "lookalike_tokens_refused_total", 1.0);
    let times = "lookalike_http_request_duration_seconds_count{route=\"/v2/images/{image}\",method=\"GET\"}";
    has(&scrape, times, 3.0);
}

#[tokio::test]
async fn the_identity_and_the_control_api_have_routes_too() {
    let glance = metered().await;
    glance.token("demo", "demo").await.unwrap();
    let asked = glance.nobody().get("/identity/v3/users/0815");
    asked.await.is(401);
    glance.control().get("/faults/nothing").await.is(404);
    glance.control().get("/status").await.is(200);
    let scrape = scrape(&glance).await;
    has(
        &scrape,
        &answered("/identity/v3/users/{id}", "GET", 401),
        1.0,
    );
    has(
        &scrape,
        &answered("/_lookalike/faults/{id}", "GET", 404),
        1.0,
    );
    has(&scrape, &answered("/_lookalike/status", "GET", 200), 1.0);
}

#[tokio::test]
async fn nothing_that_a_client_names_becomes_a_label() {
    let glance = metered().await;
    let alice = glance.person("alice");
    for path in [
        "/MARK-1",
        "/v2/MARK-2",
        "/v2/images/MARK-3",
        "/identity/v3/users/MARK-4",
    ] {
        alice.get(path).await;
    }
    alice.put("/v2/images/MARK-5/tags/MARK-6").await;
    glance.control().get("/MARK-7/x").await.is(404);
    glance
        .nobody()
        .get("/sandbox/MARK-8/v2/images")
        .await
        .is(404);
    let scrape = scrape(&glance).await;
    assert!(!scrape.text().contains("MARK"), "{}", scrape.text());
    has(&scrape, &answered("other", "GET", 404), 3.0);
    has(&scrape, &answered("other", "GET", 300), 1.0);
}

#[tokio::test]
async fn data_is_counted_on_its_way_in_and_out() {
    let glance = metered().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "x" })).await;
    let data = alice.get(image.at("/file")).await.is(200).body.len();
    let part = alice.get(image.at("/file")).header("Range", "bytes=0-1");
    part.await.is(206);
    let scrape = scrape(&glance).await;
    let bytes = u32::try_from(data).unwrap();
    has(&scrape, "lookalike_uploaded_bytes_total", f64::from(bytes));
    has(
        &scrape,
        "lookalike_downloaded_bytes_total",
        f64::from(bytes + 2),
    );
    for way in ["uploads", "downloads"] {
        has(&scrape, &format!("lookalike_{way}_in_progress"), 0.0);
    }
    has(&scrape, "lookalike_images{status=\"active\"}", 1.0);
    for (operation, count) in [("write", 1.0), ("open", 2.0)] {
        let name = "lookalike_store_operation_duration_seconds_count";
        let series = format!("{name}{{store=\"default\",operation=\"{operation}\"}}");
        has(&scrape, &series, count);
    }
    assert!(value(&scrape, "lookalike_network_received_bytes_total") > 100.0);
    assert!(value(&scrape, "lookalike_network_sent_bytes_total") > 100.0);
    assert!(value(&scrape, "lookalike_connections_accepted_total") >= 1.0);
    assert!(value(&scrape, "lookalike_connections") >= 1.0);
}

#[tokio::test]
async fn tasks_are_counted_by_type_and_end() {
    let glance = metered().await;
    let admin = glance.admin();
    let body = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    ended(&admin, task["id"].as_str().unwrap()).await;
    let scrape = scrape(&glance).await;
    let labels = |status| format!("{{type=\"location_import\",status=\"{status}\"}}");
    has(
        &scrape,
        &format!("lookalike_tasks_ended_total{}", labels("failure")),
        1.0,
    );
    has(
        &scrape,
        &format!("lookalike_tasks_ended_total{}", labels("success")),
        0.0,
    );
    has(
        &scrape,
        &format!("lookalike_tasks{}", labels("failure")),
        1.0,
    );
}

#[tokio::test]
async fn strikes_of_faults_are_counted_by_effect() {
    let glance = metered().await;
    add_fault(&glance, "/v2/images", json!({ "status": 503 })).await;
    add_fault(&glance, "/v2/schemas/image", json!({ "delay_ms": 1 })).await;
    let alice = glance.person("alice");
    for _ in 0..3 {
        alice.get("/v2/images").await.is(503);
    }
    alice.get("/v2/schemas/image").await.is(200);
    let scrape = scrape(&glance).await;
    has(
        &scrape,
        "lookalike_faults_fired_total{effect=\"status\"}",
        3.0,
    );
    has(
        &scrape,
        "lookalike_faults_fired_total{effect=\"delay_ms\"}",
        1.0,
    );
    has(
        &scrape,
        "lookalike_faults_fired_total{effect=\"reset\"}",
        0.0,
    );
    has(&scrape, &answered("/v2/images", "GET", 503), 3.0);
}

#[tokio::test]
async fn a_failing_database_does_not_hide_the_rest() {
    let glance = metered().await;
    add_fault(&glance, "/v2/images", json!({ "database": "away" })).await;
    glance.person("alice").get("/v2/images").await.is(503);
    let scrape = scrape(&glance).await;
    has(
        &scrape,
        "lookalike_faults_fired_total{effect=\"database\"}",
        1.0,
    );
}

#[tokio::test]
async fn a_reset_keeps_the_counts() {
    let glance = metered().await;
    glance.person("alice").get("/v2/images").await.is(200);
    glance.reset().await.unwrap();
    glance.person("alice").get("/v2/images").await.is(200);
    let scrape = scrape(&glance).await;
    has(&scrape, &answered("/v2/images", "GET", 200), 2.0);
}

#[tokio::test]
async fn sessions_of_the_database_are_timed() {
    let glance = metered().await;
    let alice = glance.person("alice");
    alice.create(json!({ "name": "x" })).await;
    alice.get("/v2/images").await.is(200);
    let scrape = scrape(&glance).await;
    for access in ["read", "write"] {
        for what in ["wait", "duration"] {
            let series =
                format!("lookalike_database_session_{what}_seconds_count{{access=\"{access}\"}}");
            assert!(
                value(&scrape, &series) >= 1.0,
                "{series}: {}",
                scrape.text()
            );
        }
    }
}
