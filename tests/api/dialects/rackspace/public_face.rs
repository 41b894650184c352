//! A1: what the public endpoint refuses to customers, and the inner one does not.

use lookalike::config::RackspaceEndpoint;
use serde_json::json;

use super::{SAMPLE, message, rackspace, rackspace_with};
use crate::glance::{Glance, Image};

async fn public_face() -> Glance {
    rackspace_with(|config| config.dialect.rackspace_endpoint = RackspaceEndpoint::Public).await
}

/// An image of somebody's, which an admin has made for him.
async fn given(glance: &Glance, project: &str) -> Image {
    let admin = glance.admin();
    let fields = json!({
        "owner": project, "visibility": "private", "disk_format": "vhd", "container_format": "ovf",
    });
    let image = admin.create(fields).await;
    admin.upload(&image, "data").await.is(204);
    image
}

#[tokio::test]
async fn a1_a_download_on_the_public_face_is_413() {
    let glance = public_face().await;
    let ann = glance.person("ann");
    let own = given(&glance, ann.project()).await;
    let answer = ann.get(own.at("/file")).await.is(413);
    assert!(message(&answer).contains("Over limit"), "{}", answer.text());
    ann.get(format!("{SAMPLE}/file")).await.is(413);
    let unknown = "/v2/images/5eed0000-0000-4000-8000-000000000001/file";
    ann.get(unknown).await.is(404);
}

#[tokio::test]
async fn a1_neither_images_nor_data_are_made_on_the_public_face() {
    let glance = public_face().await;
    let ann = glance.person("ann");
    ann.post("/v2/images").json(json!({})).await.is(403);
    let own = given(&glance, ann.project()).await;
    ann.upload(&own, "more").await.is(403);
    assert_eq!(ann.see(&own).await["size"], 4);
}

#[tokio::test]
async fn a1_a_customer_makes_nothing_public_on_the_public_face() {
    let glance = public_face().await;
    let ann = glance.person("ann");
    ann.post("/v2/images")
        .json(json!({ "visibility": "public" }))
        .await
        .is(403);
    let own = given(&glance, ann.project()).await;
    ann.set(&own, "visibility", "public").await.is(403);
    ann.set(&own, "name", "mine").await.is(200);
}

#[tokio::test]
async fn a1_the_inner_face_is_the_default_and_has_all_of_it() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({ "visibility": "public" })).await;
    assert_eq!(ann.see(&image).await["visibility"], "public");
    assert_eq!(ann.get(image.at("/file")).await.is(200).text(), "data");
    let other = ann.create(json!({})).await;
    ann.set(&other, "visibility", "public").await.is(200);
}
