//! The rows of the checklist (`c13_…` is row 13) that hold in the default dialect as in the others.

use serde_json::json;

use crate::glance::{glance, glance_with};

const ID: &str = "11111111-2222-4333-8444-555555555555";

#[tokio::test]
async fn c13_a_list_has_links_to_its_pages_and_its_schema() {
    let glance = glance().await;
    let ann = glance.person("ann");
    for _ in 0..2 {
        ann.create(json!({})).await;
    }
    let list = ann.get("/v2/images?limit=1").await.is(200);
    assert_eq!(list["first"], "/v2/images?limit=1");
    assert_eq!(list["schema"], "/v2/schemas/images");
    let rest = ann.get(list["next"].as_str().unwrap()).await.is(200);
    assert_ne!(rest["images"][0]["id"], list["images"][0]["id"]);
}

#[tokio::test]
async fn c14_an_image_may_be_given_its_id_once() {
    let glance = glance().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "id": ID })).await;
    assert_eq!(image.id, ID);
    ann.post("/v2/images")
        .json(json!({ "id": ID }))
        .await
        .is(409);
}

#[tokio::test]
async fn c15_other_properties_are_strings() {
    let glance = glance().await;
    let ann = glance.person("ann");
    ann.create(json!({ "x": "5" })).await;
    ann.post("/v2/images").json(json!({ "x": 5 })).await.is(400);
}

#[tokio::test]
async fn c16_what_only_the_server_sets_is_403() {
    let glance = glance().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    for name in [
        "id",
        "status",
        "size",
        "checksum",
        "created_at",
        "self",
        "file",
        "schema",
    ] {
        ann.set(&image, name, "x").await.is(403);
    }
}

#[tokio::test]
async fn c17_a_deletion_has_no_content() {
    let glance = glance().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({})).await;
    assert!(ann.delete(&image).await.is(204).body.is_empty());
}

#[tokio::test]
async fn c18_a_patch_has_operations_with_paths_and_values() {
    let glance = glance().await;
    let ann = glance.person("ann");
    let image = ann.create(json!({ "name": "a" })).await;
    let operations = json!([
        { "op": "replace", "path": "/name", "value": "b" },
        { "op": "add", "path": "/x", "value": "1" },
    ]);
    let answer = ann.patch(&image, operations).await.is(200);
    assert!(answer["name"] == "b" && answer["x"] == "1");
}

#[tokio::test]
async fn c21_hidden_images_are_found_where_they_are_asked_for() {
    let glance = glance().await;
    let ann = glance.person("ann");
    ann.create(json!({ "name": "hidden", "os_hidden": true }))
        .await;
    assert!(ann.names("").await.is_empty());
    assert_eq!(ann.names("?os_hidden=true&sort=name:asc").await, ["hidden"]);
    let past = "?os_hidden=true&created_at=gt:2001-01-01T00:00:00Z";
    assert_eq!(ann.names(past).await, ["hidden"]);
}

#[tokio::test]
async fn c22_the_direct_url_is_shown_where_it_is_configured() {
    let glance = glance_with(|config| config.images.show_image_direct_url = true).await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({})).await;
    assert!(ann.see(&image).await["direct_url"].is_string());
}

#[tokio::test]
async fn c31_to_curl_an_error_is_html() {
    let glance = glance().await;
    let request = glance.person("ann").get("/v2/images/none");
    let answer = request.header("Accept", "*/*").await.is(404);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text().starts_with("<html>"));
}
