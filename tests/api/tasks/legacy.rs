//! `import` tasks: the older way to have an image made from what is at a URL.

use serde_json::{Value, json};

use super::done;
use crate::glance::{Image, glance_with};
use crate::imports::from_here;
use crate::web::{DATA, Web};

#[expect(
    clippy::needless_pass_by_value,
    reason = "values are written where they are sent"
)]
fn import(uri: &str, properties: Value) -> Value {
    json!({
        "type": "import",
        "input": {
            "import_from": uri,
            "import_from_format": "raw",
            "image_properties": properties,
        },
    })
}

fn formats() -> Value {
    json!({ "name": "legacy", "disk_format": "raw", "container_format": "bare", "foo": "bar" })
}

#[tokio::test]
async fn an_image_is_made_of_what_a_url_gives() {
    let (glance, web) = (glance_with(from_here).await, Web::new().await);
    let admin = glance.admin();

    let task = done(&admin, import(&web.data(), formats())).await;

    assert_eq!(task["status"], "success");
    assert_eq!(task["message"], "");
    let id = task["result"]["image_id"].as_str().unwrap();
    let image = Image::of(admin.get(format!("/v2/images/{id}")).await.is(200));
    assert_eq!(image["status"], "active");
    assert_eq!(image["name"], "legacy");
    assert_eq!(image["foo"], "bar");
    assert_eq!(image["visibility"], "shared");
    assert!(image["owner"].is_null());
    assert_eq!(admin.get(image.at("/file")).await.text(), DATA);
    // It is the task's image, but not one that the task is about.
    let answer = admin.get(image.at("/tasks")).await.is(200);
    assert_eq!(answer["tasks"], json!([]));
    assert_eq!(task.get("image_id"), None);
}

#[tokio::test]
async fn an_image_that_cannot_be_made_is_not_there() {
    let (glance, web) = (glance_with(from_here).await, Web::new().await);
    let admin = glance.admin();
    for (what, properties) in [
        ("data", json!({})),
        ("data", json!({ "disk_format": "raw" })),
        (
            "data",
            json!({ "disk_format": "qcow2", "container_format": "bare" }),
        ),
        ("gone", formats()),
        ("short", formats()),
        ("away", formats()),
    ] {
        let task = done(&admin, import(&web.at(what), properties)).await;
        assert_eq!(task["status"], "failure", "{what}");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        assert!(task["result"].is_null());
    }
    let answer = admin.get("/v2/images?visibility=all").await.is(200);
    assert_eq!(answer["images"], json!([]));
}
