//! Metadata definitions that are loaded while the server runs.

use serde_json::json;

use crate::glance::glance;

#[tokio::test]
async fn a_document_of_glances_is_there_for_everybody() {
    let glance = glance().await;
    let document = json!({
        "namespace": "OS::Test",
        "display_name": "Test",
        "visibility": "public",
        "protected": true,
        "owner": "admin",
        "properties": { "x": { "title": "X", "type": "string" } },
        "tags": [{ "name": "t" }],
    });
    let control = glance.control();
    let loaded = control
        .post("/metadefs")
        .json(document.clone())
        .await
        .is(201);
    assert_eq!(
        loaded.json(),
        &json!({ "made": ["OS::Test"], "merged": [], "skipped": [] })
    );
    let shown = glance
        .person("alice")
        .get("/v2/metadefs/namespaces/OS::Test")
        .await
        .is(200);
    assert_eq!(shown["properties"]["x"]["title"], "X");
    let again = control
        .post("/metadefs")
        .json(document.clone())
        .await
        .is(201);
    assert_eq!(again["skipped"], json!(["OS::Test"]));
    let anew = control
        .post("/metadefs?existing=overwrite")
        .json(json!([document]))
        .await
        .is(201);
    assert_eq!(anew["merged"], json!(["OS::Test"]));
}

#[tokio::test]
async fn one_document_that_is_wrong_keeps_all_out() {
    let glance = glance().await;
    let control = glance.control();
    let good = json!({ "namespace": "A", "visibility": "public" });
    let wrong = json!({ "namespace": "B", "visibility": "secret" });
    let answer = control
        .post("/metadefs")
        .json(json!([good, wrong]))
        .await
        .is(400);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("B: "), "{message}");
    control.post("/metadefs").json(json!("text")).await.is(400);
    let answer = control
        .post("/metadefs?existing=keep")
        .json(good.clone())
        .await
        .is(400);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("prefer_new"), "{message}");
    control
        .post("/metadefs?exists=skip")
        .json(good)
        .await
        .is(400);
    let found = glance.admin().get("/v2/metadefs/namespaces").await.is(200);
    assert_eq!(found["namespaces"], json!([]));
}
