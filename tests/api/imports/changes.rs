//! Changes of an image while an import runs: they stay, and the import goes by them.

use serde_json::{Value, json};

use super::{ended, from_here, import, raw, several, web_download, with};
use crate::glance::{Glance, Image, glance_with};
use crate::web::Web;

fn replace(field: &str, value: impl Into<Value>) -> Value {
    json!({ "op": "replace", "path": format!("/{field}"), "value": value.into() })
}

/// An image to which Alice imports data; while it comes, she makes these changes.
async fn changed_meanwhile(glance: &Glance, body: Option<Value>, changes: Value) -> (Image, Value) {
    let (alice, web) = (glance.person("alice"), Web::new().await);
    let image = raw(&alice).await;
    let mut request = web_download(&web.held());
    if let Some(stores) = body {
        request = with(request, "stores", stores);
    }
    import(&alice, &image, request).await.is(202);
    crate::wire::until(&alice, &image, "importing").await;
    alice.patch(&image, changes).await.is(200);
    web.let_go();
    let task = ended(&alice, &image).await;
    (alice.see(&image).await, task)
}

#[tokio::test]
async fn formats_that_are_set_during_an_import_stay() {
    let glance = several().await;
    let changes = json!([
        replace("disk_format", "ami"),
        replace("container_format", "ami")
    ]);
    let stores = json!(["fast", "cheap"]);
    let (image, task) = changed_meanwhile(&glance, Some(stores), changes).await;
    assert_eq!(task["status"], "success");
    assert_eq!(image["status"], "active");
    assert_eq!(image["disk_format"], "ami");
    assert_eq!(image["container_format"], "ami");
    assert!(image["virtual_size"].is_null());
}

#[tokio::test]
async fn data_that_has_not_the_format_set_during_an_import_fails_it() {
    let glance = glance_with(from_here).await;
    let changes = json!([replace("disk_format", "qcow2")]);
    let (image, task) = changed_meanwhile(&glance, None, changes).await;
    assert_eq!(task["status"], "failure");
    assert_eq!(task["message"], "Task failed due to Internal Error");
    super::is_queued_again(&image);
    assert_eq!(image["disk_format"], "qcow2");
}

#[tokio::test]
async fn data_in_a_container_set_during_an_import_may_have_any_format() {
    let glance = glance_with(from_here).await;
    let changes = json!([
        replace("container_format", "ovf"),
        replace("disk_format", "qcow2")
    ]);
    let (image, task) = changed_meanwhile(&glance, None, changes).await;
    assert_eq!(task["status"], "success");
    assert_eq!(image["disk_format"], "qcow2");
    assert_eq!(image["container_format"], "ovf");
}

#[tokio::test]
async fn whatever_a_client_changes_during_an_import_stays() {
    let glance = glance_with(from_here).await;
    let changes = json!([
        replace("name", "new"),
        replace("min_disk", 5),
        replace("visibility", "private"),
        replace("protected", true),
        replace("tags", ["t"]),
        { "op": "add", "path": "/foo", "value": "bar" },
    ]);
    let (image, task) = changed_meanwhile(&glance, None, changes).await;
    assert_eq!(task["status"], "success");
    for (field, value) in [
        ("status", json!("active")),
        ("name", json!("new")),
        ("min_disk", json!(5)),
        ("visibility", json!("private")),
        ("protected", json!(true)),
        ("tags", json!(["t"])),
        ("foo", json!("bar")),
    ] {
        assert_eq!(image[field], value, "{field}");
    }
}
