//! The status of a running server.

use serde_json::json;

use crate::glance::glance;

#[tokio::test]
async fn the_status_counts_what_there_is() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice.create_active(json!({ "name": "kept" })).await;
    let deleted = alice.create_active(json!({ "name": "deleted" })).await;
    alice.delete(&deleted).await.is(204);
    let rule = json!({ "match": { "path": "/never" }, "fault": { "status": 503 } });
    glance.control().post("/faults").json(rule).await.is(201);
    let save = glance
        .control()
        .request(http::Method::PUT, "/snapshots/full");
    save.json(json!({ "bytes": true })).await;
    let sandbox = glance.sandbox().await.unwrap();

    let status = glance.control().get("/status").await.is(200);
    assert_eq!(status["url"], glance.url());
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    for (name, count) in [
        ("images", 1),
        ("users", 5),
        ("uploads", 0),
        ("faults", 1),
        ("snapshots", 1),
        ("sandboxes", 1),
    ] {
        assert_eq!(status[name], count, "{name}");
    }
    assert!(status["uptime_s"].as_u64() < Some(60));

    let control = glance.at(&format!("{}/_lookalike", sandbox.url()), "");
    let status = control.get("/status").await.is(200);
    assert_eq!(status["url"], sandbox.url());
    assert_eq!(status["images"], 0);
    assert!(status.json().get("sandboxes").is_none());
}
