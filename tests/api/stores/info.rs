//! What is told of stores.

use serde_json::json;

use super::Site;
use crate::glance::{glance, glance_storing};

#[tokio::test]
async fn the_stores_are_told_to_everybody_with_a_token() {
    let site = Site::new().await;
    let answer = site.glance.person("alice").get("/v2/info/stores").await;
    let expected = json!({ "stores": [
        { "id": "fast", "description": "fast tier", "default": "true" },
        { "id": "cheap" },
        { "id": "old", "read-only": "true" },
    ] });
    assert_eq!(*answer.is(200).json(), expected);
    let nobody = site.glance.nobody();
    nobody.get("/v2/info/stores").await.is(401);
    let body = site.glance.person("alice").get("/v2/info/stores").body("x");
    body.await.is(400);
}

#[tokio::test]
async fn what_stores_are_made_of_is_for_admins_and_services() {
    let site = Site::new().await;
    let path = "/v2/info/stores/detail";
    let refused = site.glance.person("alice").get(path).await.is(403);
    refused.says("You are not authorized to complete stores_info_detail action.");
    site.glance.bearer("s:p:service").get(path).await.is(200);
    let answer = site.glance.admin().get(path).await.is(200);
    let cheap = site.home.path().canonicalize().unwrap().join("cheap");
    let properties = json!({ "data_dir": cheap, "chunk_size": 65536, "thin_provisioning": false });
    assert_eq!(
        answer["stores"][1],
        json!({ "id": "cheap", "type": "file", "properties": properties, "weight": 10 })
    );
}

#[tokio::test]
async fn one_store_has_no_name_and_is_not_told_of() {
    let glance = glance().await;
    for path in ["/v2/info/stores", "/v2/info/stores/detail"] {
        let answer = glance.person("alice").get(path).await.is(404);
        answer.says("Multi backend is not supported at this site.");
    }
    let path = "/v2/stores/fast/7f0b4ef5-0000-4000-8000-000000000000";
    glance.admin().delete(path).await.tells_nothing();
    let created = glance.person("alice").post("/v2/images").json(json!({}));
    assert!(!created.await.is(201).has("openstack-image-store-ids"));
}

#[tokio::test]
async fn who_makes_an_image_is_told_the_names_of_the_stores() {
    let glance = glance_storing(&["b=memory:", "a=memory:?read_only=true"]).await;
    let answer = glance.person("alice").post("/v2/images").json(json!({}));
    let answer = answer.await.is(201);
    assert_eq!(answer.header("openstack-image-store-ids"), "b,a");
}

#[tokio::test]
async fn several_stores_come_with_more_versions() {
    let one = glance().await;
    let several = glance_storing(&["fast=memory:"]).await;
    let answer = several.nobody().get("/versions").await.is(200);
    let versions = answer["versions"].as_array().unwrap().iter();
    let ids: Vec<_> = versions.map(|it| it["id"].as_str().unwrap()).collect();
    let expected = [15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0];
    assert_eq!(ids, expected.map(|it| format!("v2.{it}")));
    let alice = several.person("alice");
    alice.get("/v2.8/images").await.is(200);
    one.person("alice").get("/v2.8/images").await.is(300);
}
