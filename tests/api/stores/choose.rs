//! Which store data goes to, and which it is read from.

use serde_json::json;

use super::Site;
use crate::glance::{Image, Person, glance_storing};

async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

#[tokio::test]
async fn data_goes_to_the_default_store_or_to_the_one_that_is_named() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let image = raw(&alice).await;
    assert_eq!(image.get("stores"), None);
    alice.upload(&image, "data").await.is(204);
    assert_eq!(alice.see(&image).await["stores"], "fast");
    let image = raw(&alice).await;
    let upload = alice.upload(&image, "data");
    upload.header("X-Image-Meta-Store", "cheap").await.is(204);
    let image = alice.see(&image).await;
    assert_eq!(image["stores"], "cheap");
    let locations = image["locations"].as_array().unwrap();
    assert_eq!(locations.len(), 1);
    assert_eq!(locations[0]["metadata"], json!({ "store": "cheap" }));
    assert_eq!(locations[0]["url"], image["direct_url"]);
    assert_eq!(site.kept("cheap"), [image.id.as_str()]);
}

#[tokio::test]
async fn the_default_store_is_the_first_or_the_one_that_the_option_names() {
    let named = |it: &mut lookalike::Config| {
        it.stores.default_store = Some("b".into());
        it.stores.store = ["a=memory:", "b=memory:"].map(crate::glance::store).into();
    };
    let glance = crate::glance::glance_with(named).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!(alice.see(&image).await["stores"], "b");
}

#[tokio::test]
async fn a_store_that_is_only_read_takes_nothing() {
    let glance = glance_storing(&["fast=memory:", "old=memory:?read_only=true"]).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let upload = alice.upload(&image, "data");
    let answer = upload.header("X-Image-Meta-Store", "old").await.is(410);
    answer.says("Error in store configuration. Adding images to store is disabled.");
    assert_eq!(alice.see(&image).await["status"], "queued");
    alice.upload(&image, "data").await.is(204);
}

#[tokio::test]
async fn the_heaviest_store_comes_first_wherever_stores_are_told() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let image = raw(&alice).await;
    alice.upload(&image, "data").await.is(204);
    site.copy(&image, "fast", "cheap").await;
    let image = alice.see(&image).await;
    assert_eq!(image["stores"], "cheap,fast");
    let locations = image["locations"].as_array().unwrap();
    assert_eq!(locations[0]["metadata"]["store"], "cheap");
    assert_eq!(locations[1]["metadata"]["store"], "fast");
    assert_eq!(image["direct_url"], locations[0]["url"]);
    let (last, _) = image
        .document
        .as_object()
        .unwrap()
        .iter()
        .next_back()
        .unwrap();
    assert_eq!(last, "stores");
    let listed = alice.get("/v2/images").await.is(200);
    assert_eq!(listed["images"][0]["stores"], "cheap,fast");
}

#[tokio::test]
async fn a_download_comes_from_the_preferred_store_else_from_another_that_has_it() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let image = raw(&alice).await;
    let id = &image.id;
    alice.upload(&image, "data").await.is(204);
    site.copy(&image, "fast", "cheap").await;
    std::fs::write(site.home.path().join("cheap").join(id), "DATA").unwrap();
    for (query, data) in [
        ("", "DATA"),
        ("?prefer=", "DATA"),
        ("?prefer=,", "DATA"),
        ("?prefer=cheap", "DATA"),
        ("?prefer=fast", "data"),
        ("?prefer=old,%20fast,cheap", "data"),
    ] {
        let answer = alice.get(image.at(&format!("/file{query}"))).await.is(200);
        assert_eq!(answer.body, data, "{query}");
    }
    std::fs::remove_file(site.file(&image, "fast")).unwrap();
    let answer = alice.get(image.at("/file?prefer=fast")).await.is(200);
    assert_eq!(answer.body, "DATA");
    std::fs::remove_file(site.home.path().join("cheap").join(id)).unwrap();
    alice.get(image.at("/file")).await.is(204);
    let answer = alice.get(image.at("/file?prefer=fast,nope")).await.is(400);
    answer.says("Store 'nope' is not configured.");
}

#[tokio::test]
async fn where_a_deactivated_image_is_only_admins_are_told() {
    let site = Site::new().await;
    let (alice, admin) = (site.glance.person("alice"), site.glance.admin());
    let image = alice.create_active(json!({})).await;
    let deactivate = admin.post(image.at("/actions/deactivate"));
    deactivate.await.is(204);
    assert_eq!(alice.see(&image).await.get("stores"), None);
    assert_eq!(admin.see(&image).await["stores"], "fast");
}

#[tokio::test]
async fn a_property_called_stores_stands_back_behind_the_stores() {
    let glance = glance_storing(&["fast=memory:"]).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice.set(&image, "stores", "mine").await.is(200);
    assert_eq!(alice.see(&image).await["stores"], "mine");
    alice.upload(&image, "data").await.is(204);
    assert_eq!(alice.see(&image).await["stores"], "fast");
}
