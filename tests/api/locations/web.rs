//! Reading what lies on the web.

use serde_json::json;

use super::{add, change, locate, location, queued, site, site_with, until, urls};
use crate::files::IMAGE;
use crate::glance::store;

#[tokio::test]
async fn an_image_on_the_web_is_downloaded_from_there() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    add(&alice, &image, &files.url("/moved")).await.is(200);
    let answer = alice.get(image.at("/file")).await.is(200);
    assert_eq!(answer.text(), IMAGE);
    assert_eq!(answer.header("content-length"), "6");
}

#[tokio::test]
async fn a_range_is_taken_from_servers_with_and_without_ranges() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    for path in ["/image", "/whole"] {
        let image = queued(&alice).await;
        add(&alice, &image, &files.url(path)).await.is(200);
        let request = alice.get(image.at("/file"));
        let answer = request.header("Range", "bytes=1-3").await.is(206);
        assert_eq!(answer.text(), "irr");
        assert_eq!(answer.header("content-range"), "bytes 1-3/6");
    }
    let asked = files.asked().concat();
    assert!(asked.contains("range: bytes=1-3"), "{asked}");
}

#[tokio::test]
async fn a_server_that_has_gone_makes_the_image_unavailable() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    add(&alice, &image, &files.url("/image")).await.is(200);
    drop(files);
    tokio::task::yield_now().await;
    let answer = alice.get(image.at("/file")).await.is(503);
    answer.says("Remote server where the image is present is unavailable.");
}

#[tokio::test]
async fn nothing_is_uploaded_to_the_web() {
    let (glance, _files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let upload = alice.upload(&image, "data");
    upload.header("X-Image-Meta-Store", "web").await.is(410);
    assert_eq!(alice.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn the_web_is_a_store_that_is_only_read() {
    let (glance, _files) = site().await;
    let stores = glance.person("alice").get("/v2/info/stores").await.is(200);
    let web = json!({ "id": "web", "read-only": "true" });
    assert_eq!(stores["stores"][1], web);
}

#[tokio::test]
async fn deleting_an_image_leaves_what_is_not_ours() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    add(&alice, &image, &files.url("/image")).await.is(200);
    alice.delete(&image).await.is(204);
    let asked = files.asked().concat();
    assert!(!asked.contains("delete "), "{asked}");
}

#[tokio::test]
async fn a_server_whose_store_has_no_name_knows_the_web() {
    for stores in [vec![], vec![store("memory:")]] {
        let (glance, files) = site_with(|config| config.stores.store = stores).await;
        let alice = glance.person("alice");
        let asked = files.url("/image");
        let added = queued(&alice).await;
        let body = json!({ "url": asked });
        locate(&alice, &added, body).await.is(202);
        until(&alice, &added, |image| image["status"] == "active").await;
        let patched = queued(&alice).await;
        add(&alice, &patched, &asked).await.is(200);
        let replaced = queued(&alice).await;
        let value = json!([location(&asked)]);
        change(&alice, &replaced, "replace", "", value)
            .await
            .is(200);
        for image in [added, patched, replaced] {
            let seen = alice.see(&image).await;
            assert_eq!(seen["locations"], json!([location(&asked)]));
            assert_eq!(seen["size"], IMAGE.len());
            assert_eq!(alice.get(image.at("/file")).await.text(), IMAGE);
            alice.delete(&image).await.is(204);
        }
        glance.admin().get("/v2/info/stores").await.is(404);
    }
}

#[tokio::test]
async fn data_of_our_own_goes_where_only_a_location_on_the_web_is_left() {
    let (glance, files) = site_with(|config| config.stores.store = vec![store("memory:")]).await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    add(&alice, &image, &files.url("/image")).await.is(200);
    assert_eq!(alice.get(image.at("/file")).await.text(), "data");
    let remove = json!([{ "op": "remove", "path": "/locations/0" }]);
    admin.patch(&image, remove).await.is(200);
    assert_eq!(urls(&alice.see(&image).await), [files.url("/image")]);
    assert_eq!(alice.get(image.at("/file")).await.text(), IMAGE);
}

#[tokio::test]
async fn of_two_http_stores_the_first_takes_all_locations() {
    let stores = ["b=http:", "a=http:?description=later", "here=memory:"];
    let stores = stores.map(store).into();
    let (glance, files) = site_with(|config| config.stores.store = stores).await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let value = json!({ "url": files.url("/image"), "metadata": { "store": "a" } });
    change(&alice, &image, "add", "/-", value).await.is(200);
    assert_eq!(alice.see(&image).await["stores"], "b");
}

#[tokio::test]
async fn an_http_store_may_be_the_default() {
    let stores = vec![store("web=http:"), store("here=memory:")];
    let (glance, files) = site_with(|config| config.stores.store = stores).await;
    let alice = glance.person("alice");
    let info = alice.get("/v2/info/stores").await.is(200);
    let web = json!({ "id": "web", "default": "true", "read-only": "true" });
    assert_eq!(info["stores"][0], web);
    let image = queued(&alice).await;
    let answer = alice.upload(&image, "data").await.is(410);
    answer.says("Error in store configuration. Adding images to store is disabled.");
    let upload = alice.upload(&image, "data");
    upload.header("X-Image-Meta-Store", "here").await.is(204);
    let image = queued(&alice).await;
    alice.stage(&image, "data").await.is(204);
    let image = queued(&alice).await;
    add(&alice, &image, &files.url("/image")).await.is(200);
    assert_eq!(alice.see(&image).await["stores"], "web");
}
