//! Reading what lies on the web.

use serde_json::json;

use super::{add, queued, site};
use crate::files::IMAGE;

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
