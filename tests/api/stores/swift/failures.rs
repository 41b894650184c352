//! An object store that refuses, or does not answer.

use serde_json::{Value, json};

use super::{LARGE, Site, raw, uploaded};
use crate::noise::noise;

/// Has the object store answer requests of this method with a status.
async fn answers(site: &Site, method: &str, times: Value, status: u16) {
    let rule = json!({ "match": { "method": method, "path": "/v1/**" }, "times": times,
        "fault": { "status": status } });
    let control = site.files.glance.control();
    control.post("/faults").json(rule).await.is(201);
}

#[tokio::test]
async fn an_upload_that_swift_refuses_has_the_status_that_glance_gives() {
    let site = Site::new().await;
    for (refused, status) in [(401, 500), (403, 500), (409, 500), (413, 413), (507, 500)] {
        answers(&site, "PUT", Value::Null, refused).await;
        let image = raw(&site.alice).await;
        site.alice.upload(&image, "data").await.is(status);
        assert_eq!(site.alice.see(&image).await["status"], "queued");
        site.files.glance.control().delete("/faults").await.is(204);
        site.alice.upload(&image, "data").await.is(204);
    }
}

#[tokio::test]
async fn a_segment_that_is_refused_takes_the_others_with_it() {
    let site = Site::new().await;
    let before = site.files.names().await;
    let rule = json!({ "match": { "method": "PUT", "path": "/v1/**/00000003" },
        "fault": { "status": 507 } });
    let control = site.files.glance.control();
    control.post("/faults").json(rule).await.is(201);
    let image = raw(&site.alice).await;
    site.alice.upload(&image, noise(LARGE)).await.is(500);
    assert_eq!(site.files.names().await, before);
}

#[tokio::test]
async fn a_request_that_fails_once_is_sent_again() {
    let site = Site::new().await;
    answers(&site, "PUT", json!(1), 503).await;
    let image = uploaded(&site.alice, "data").await;
    answers(&site, "GET", json!(1), 503).await;
    let answer = site.alice.get(image.at("/file")).await.is(200);
    assert_eq!(answer.text(), "data");
}

#[tokio::test]
async fn a_download_that_swift_refuses_is_an_internal_error() {
    let site = Site::new().await;
    let image = uploaded(&site.alice, "data").await;
    answers(&site, "HEAD", Value::Null, 403).await;
    site.alice.get(image.at("/file")).await.is(500);
}

#[tokio::test]
async fn a_deletion_that_swift_refuses_is_done_here() {
    let site = Site::new().await;
    let image = uploaded(&site.alice, "data").await;
    answers(&site, "DELETE", Value::Null, 403).await;
    site.alice.delete(image.at("")).await.is(204);
    site.alice.get(image.at("")).await.is(404);
}

#[tokio::test]
async fn an_object_store_that_is_away_is_an_internal_error() {
    let site = Site::new().await;
    let image = uploaded(&site.alice, "data").await;
    site.files.glance.stop().await;
    site.alice.get(image.at("/file")).await.is(500);
    let image = raw(&site.alice).await;
    site.alice.upload(&image, "data").await.is(500);
    assert_eq!(site.alice.see(&image).await["status"], "queued");
}
