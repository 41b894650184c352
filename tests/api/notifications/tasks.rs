//! Events of tasks and of what they do.

use serde_json::json;

use super::listen;
use crate::glance::{glance, glance_with};

#[tokio::test]
async fn an_import_tells_of_its_task_and_of_its_image() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let mut events = listen(&glance).await;
    alice.stage(&image, "data").await.is(204);
    let method = json!({ "method": { "name": "glance-direct" } });
    let import = alice.post(image.at("/import"));
    import.json(method).await.is(202);

    let created = events.of_type("task.create").await["payload"].clone();
    assert_eq!(created["type"], "api_image_import");
    assert_eq!(created["status"], "pending");
    assert_eq!(created["owner"], "alice-project");
    assert_eq!(created["result"], json!(null));
    assert!(created.get("input").is_none(), "{created}");
    let begun = events.of_type("task.processing").await["payload"].clone();
    assert_eq!(begun["id"], created["id"]);
    assert_eq!(begun["status"], "processing");
    events.of_type("image.prepare").await;
    let upload = events.of_type("image.upload").await;
    assert_eq!(upload["payload"]["size"], 4);
    let active = events.of_type("image.activate").await;
    assert_eq!(active["payload"]["status"], "active");
    let done = events.of_type("task.success").await["payload"].clone();
    assert_eq!(done["status"], "success");
    let left = events.of_type("task.run").await["payload"].clone();
    assert_eq!(left["status"], "pending");
}

#[tokio::test]
async fn a_failed_task_has_an_event_too() {
    let glance = glance_with(|config| config.filter.import_allow_loopback = true).await;
    let admin = glance.admin();
    let mut events = listen(&glance).await;
    let properties = json!({ "disk_format": "raw", "container_format": "bare" });
    let input = json!({
        // Nothing listens there.
        "import_from": "http://127.0.0.1:80/image", "import_from_format": "raw", "image_properties": properties,
    });
    let body = json!({ "type": "import", "input": input });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    events.of_type("image.create").await;
    events.of_type("image.prepare").await;
    let failed = events.of_type("task.failure").await;
    assert_eq!(failed["payload"]["status"], "failure");
    assert_eq!(failed["payload"]["id"], task["id"]);
}
