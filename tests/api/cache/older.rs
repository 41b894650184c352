//! `/v2/cached_images` and `/v2/queued_images`, which an older client uses.

use http::Method;
use serde_json::json;

use super::{cache, caching, caching_with, download, ids};

const ROUTES: [(Method, &str); 7] = [
    (Method::GET, "/v2/cached_images"),
    (Method::DELETE, "/v2/cached_images"),
    (Method::DELETE, "/v2/cached_images/x"),
    (Method::GET, "/v2/queued_images"),
    (Method::DELETE, "/v2/queued_images"),
    (Method::PUT, "/v2/queued_images/x"),
    (Method::DELETE, "/v2/queued_images/x"),
];

#[tokio::test]
async fn they_are_there_only_where_they_are_asked_for() {
    let (glance, _home) = caching_with(|it| it.cache.cachemanage = false).await;
    for (method, path) in ROUTES {
        let request = glance.admin().request(method, path);
        request.body("{").await.tells_nothing();
    }
}

#[tokio::test]
async fn they_are_for_those_who_manage_the_cache() {
    let (glance, _home) = caching().await;
    for (method, path) in ROUTES {
        let answer = glance.person("alice").request(method, path).await.is(403);
        answer.says("You are not authorized to complete manage_image_cache action.");
    }
}

#[tokio::test]
async fn they_need_a_cache() {
    let (glance, _home) = caching_with(|it| it.cache_node.image_cache_dir = None).await;
    for (method, path) in ROUTES {
        let answer = glance.admin().request(method, path).await.is(404);
        answer.says("Caching via API is not supported at this site.");
    }
}

#[tokio::test]
async fn they_have_no_other_methods() {
    let (glance, _home) = caching().await;
    for (method, path) in [
        (Method::GET, "/v2/cached_images/x"),
        (Method::PUT, "/v2/cached_images/x"),
        (Method::POST, "/v2/cached_images"),
        (Method::PUT, "/v2/queued_images"),
        (Method::GET, "/v2/queued_images/x"),
        (Method::POST, "/v2/queued_images/x"),
    ] {
        let request = glance.admin().request(method, path);
        request.await.tells_nothing();
    }
    let head = glance.admin().request(Method::HEAD, "/v2/cached_images");
    assert!(head.await.is(404).body.is_empty());
}

#[tokio::test]
async fn what_is_cached_is_listed_and_removed() {
    let (glance, home) = caching().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let empty = admin.get("/v2/cached_images").await.is(200);
    assert_eq!(empty.text(), r#"{"cached_images": []}"#);
    let one = alice.create_active(json!({})).await;
    let two = alice.create_active(json!({})).await;
    cache(&glance, &one).await;
    cache(&glance, &two).await;
    let listed = admin.get("/v2/cached_images").await.is(200);
    let now = admin.get("/v2/cache").await.is(200);
    assert_eq!(listed["cached_images"], now["cached_images"]);

    for id in [one.id.as_str(), one.id.as_str(), "nothing"] {
        let answer = admin.delete(format!("/v2/cached_images/{id}")).await;
        assert_eq!(answer.is(200).text(), "null");
    }
    assert_eq!(ids(&glance).await, [two.id]);
    for gone in [1, 0] {
        let answer = admin.delete("/v2/cached_images").await.is(200);
        assert_eq!(answer.text(), format!(r#"{{"num_deleted": {gone}}}"#));
    }
    assert!(super::files(&home).is_empty());
}

#[tokio::test]
async fn anything_is_queued_in_its_turn_and_stays_until_it_is_cached() {
    let (glance, _home) = caching().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    let queue = format!("/v2/queued_images/{}", image.id);
    for path in ["/v2/queued_images/what%20ever", &queue, &queue] {
        assert_eq!(admin.put(path).await.is(200).text(), "null");
    }
    let listed = admin.get("/v2/queued_images").await.is(200);
    assert_eq!(listed["queued_images"], json!(["what ever", image.id]));

    download(&alice, &image).await;

    let listed = admin.get("/v2/queued_images").await.is(200);
    assert_eq!(listed["queued_images"], json!(["what ever"]));
    // It is cached now, and nothing is to be done.
    admin.put(queue).await.is(200);
    let listed = admin.get("/v2/queued_images").await.is(200);
    assert_eq!(listed["queued_images"], json!(["what ever"]));
}

#[tokio::test]
async fn the_queue_is_emptied_one_by_one_or_at_once() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    for name in ["a", "b", "c"] {
        let queue = format!("/v2/queued_images/{name}");
        admin.put(queue).await.is(200);
    }
    for _ in 0..2 {
        let answer = admin.delete("/v2/queued_images/b").await.is(200);
        assert_eq!(answer.text(), "null");
    }
    for gone in [2, 0] {
        let answer = admin.delete("/v2/queued_images").await.is(200);
        assert_eq!(answer.text(), format!(r#"{{"num_deleted": {gone}}}"#));
    }
}

#[tokio::test]
async fn a_name_that_no_image_can_have_is_refused() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    let long = format!("/v2/queued_images/{}", "x".repeat(256));
    for path in [long.as_str(), "/v2/queued_images/%00"] {
        admin.put(path).await.is(400);
        admin.delete(path).await.is(200);
    }
    admin.delete("/v2/cached_images/%00").await.is(200);
}
