//! `/v2/cache`: looked at, filled, emptied and put in order.

use http::Method;
use serde_json::json;

use super::{MD5_OF_DATA, cache, cached, caching, caching_with, download, entry, ids, queued};
use crate::glance::glance;

const NOTHING: &str = "00000000-0000-0000-0000-000000000000";
const OFF: &str = "Caching via API is not supported at this site.";

#[tokio::test]
async fn what_is_cached_is_told_as_glance_tells_it() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let empty = glance.admin().get("/v2/cache").await.is(200);
    assert_eq!(
        empty.text(),
        r#"{"cached_images": [], "queued_images": []}"#
    );
    let image = alice.create_active(json!({})).await;

    cache(&glance, &image).await;

    let state = glance.admin().get("/v2/cache").await.is(200);
    assert_eq!(state.keys(), ["cached_images", "queued_images"]);
    assert_eq!(state["queued_images"], json!([]));
    let copy = &state["cached_images"][0];
    let keys: Vec<_> = copy.as_object().unwrap().keys().collect();
    let expected = [
        "id",
        "image_id",
        "last_accessed",
        "last_modified",
        "size",
        "hits",
        "checksum",
    ];
    assert_eq!(keys, expected);
    assert_eq!(copy["id"], 1);
    assert_eq!(copy["image_id"], image.id);
    assert!(copy["last_accessed"].is_f64() && copy["last_modified"].is_f64());
    assert_eq!((&copy["size"], &copy["hits"]), (&json!(4), &json!(0)));
    assert!(copy["checksum"].is_null());
}

#[tokio::test]
async fn another_driver_has_no_numbers_and_knows_no_nodes() {
    use lookalike::config::cache::Driver;
    let (glance, _home) = caching_with(|it| it.cache.image_cache_driver = Driver::Sqlite).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    assert!(cached(&glance).await[0].get("id").is_none());
    let nodes = format!("/v2/cache/nodes/{}", image.id);
    let answer = glance.admin().get(nodes).await.is(409);
    answer.says("Centralized caching is not enabled");
    // Policy comes first, and this before the image.
    alice.get("/v2/cache/nodes/x").await.is(403);
    glance.admin().get("/v2/cache/nodes/x").await.is(409);
}

#[tokio::test]
async fn only_an_admin_may_and_the_policy_is_named() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let nodes = format!("/v2/cache/nodes/{}", image.id);
    for (method, path, rule) in [
        (Method::GET, "/v2/cache", "cache_list"),
        (Method::DELETE, "/v2/cache", "cache_delete"),
        (Method::PUT, &*entry(&image), "cache_image"),
        (Method::DELETE, &*entry(&image), "cache_delete"),
        (Method::GET, &*nodes, "list_cached_nodes"),
        (Method::GET, "/v2/cache/nodes/nothing", "list_cached_nodes"),
        (Method::POST, "/v2/cache/clean", "cache_clean"),
        (Method::POST, "/v2/cache/prune", "cache_prune"),
    ] {
        // One who may not even see it hears the same.
        for person in [&alice, &alice.with_roles("")] {
            let answer = person.request(method.clone(), path).await.is(403);
            answer.says(&format!(
                "You are not authorized to complete {rule} action."
            ));
        }
    }
}

#[tokio::test]
async fn a_server_without_a_cache_says_so_to_those_who_may_know() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    let nodes = format!("/v2/cache/nodes/{}", image.id);
    for (method, path) in [
        (Method::GET, "/v2/cache"),
        (Method::DELETE, "/v2/cache"),
        (Method::PUT, &*entry(&image)),
        (Method::DELETE, &*entry(&image)),
        (Method::GET, &*nodes),
        (Method::POST, "/v2/cache/clean"),
        (Method::POST, "/v2/cache/prune"),
    ] {
        admin.request(method.clone(), path).await.is(404).says(OFF);
        alice.request(method, path).await.is(403);
    }
    let queued = alice.create(json!({})).await;
    admin.put(entry(&queued)).await.is(404).says(OFF);
    // Where Glance crashes.
    let answer = admin.delete(format!("/v2/cache/{NOTHING}")).await.is(404);
    answer.says(&format!("Image {NOTHING} not found."));
}

#[tokio::test]
async fn an_image_is_cached_at_once_by_the_server_itself() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = alice
        .create_active(json!({ "visibility": "private" }))
        .await;

    let answer = glance.admin().put(entry(&image)).await.is(202);

    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    cache(&glance, &image).await;
    while queued(&glance).await != json!([]) {}
    super::lose(&home, &image);
    assert_eq!(download(&alice, &image).await.text(), "data");
}

#[tokio::test]
async fn an_empty_image_is_cached_too() {
    let (glance, home) = caching().await;
    let alice = glance.person("alice");
    let image = super::of_size(&alice, 0).await;
    cache(&glance, &image).await;
    assert_eq!(super::files(&home), [image.id]);
}

#[tokio::test]
async fn only_an_active_image_that_is_seen_is_queued() {
    let (glance, _home) = caching().await;
    let (alice, bob, admin) = (glance.person("alice"), glance.person("bob"), glance.admin());
    let words = "Only images with status active can be targeted for queueing";
    let image = alice.create(json!({})).await;
    admin.put(entry(&image)).await.is(400).says(words);
    let image = alice.create_active(json!({})).await;
    admin.post(image.at("/actions/deactivate")).await.is(204);
    admin.put(entry(&image)).await.is(400).says(words);
    let unknown = format!("Image {NOTHING} not found.");
    for person in [&admin, &bob] {
        let answer = person.put(format!("/v2/cache/{NOTHING}")).await.is(404);
        answer.says(&unknown);
    }
    // Whether there is such an image comes before policy.
    let answer = bob.put(entry(&image)).await.is(404);
    answer.says(&format!("Image {} not found.", image.id));
    assert_eq!(queued(&glance).await, json!([]));
}

#[tokio::test]
async fn an_entry_is_removed_again_and_again() {
    let (glance, home) = caching().await;
    let (alice, bob, admin) = (glance.person("alice"), glance.person("bob"), glance.admin());
    let image = alice.create_active(json!({})).await;
    // As long as it is cached, even who does not see it hears of policy.
    bob.delete(entry(&image)).await.is(404);
    cache(&glance, &image).await;
    bob.delete(entry(&image)).await.is(403);

    for _ in 0..2 {
        let answer = admin.delete(entry(&image)).await.is(204);
        assert!(answer.body.is_empty());
    }

    assert!(ids(&glance).await.is_empty() && super::files(&home).is_empty());
    assert_eq!(download(&alice, &image).await.text(), "data");
    for person in [&admin, &alice] {
        let answer = person.delete(format!("/v2/cache/{NOTHING}")).await.is(404);
        answer.says(&format!("Image {NOTHING} not found."));
    }
}

#[tokio::test]
async fn what_is_queued_can_be_removed_even_if_there_is_no_such_image() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    let queue = format!("/v2/queued_images/{NOTHING}");
    admin.put(queue).await.is(200);
    let entry = format!("/v2/cache/{NOTHING}");
    glance.person("alice").delete(&entry).await.is(403);
    admin.delete(&entry).await.is(204);
    assert_eq!(queued(&glance).await, json!([]));
    admin.delete(&entry).await.is(404);
}

#[tokio::test]
async fn the_header_says_what_is_cleared() {
    let (glance, home) = caching().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    for (target, copies_left, queue_left) in [
        ("cache", 0, json!(["x"])),
        ("CACHE", 0, json!(["x"])),
        ("queue", 1, json!([])),
        ("Queue", 1, json!([])),
        ("", 0, json!([])),
    ] {
        cache(&glance, &image).await;
        admin.put("/v2/queued_images/x").await.is(200);
        let clear = admin.delete("/v2/cache");
        let answer = clear.header("X-Image-Cache-Clear-Target", target).await;
        assert!(answer.is(204).body.is_empty());
        assert_eq!(ids(&glance).await.len(), copies_left, "{target:?}");
        assert_eq!(super::files(&home).len(), copies_left, "{target:?}");
        assert_eq!(queued(&glance).await, queue_left, "{target:?}");
    }
    admin.delete("/v2/cache").await.is(204);
}

#[tokio::test]
async fn nothing_else_can_be_cleared() {
    let (glance, _home) = caching().await;
    for target in ["bogus", "cache,queue"] {
        let clear = || {
            let clear = glance.admin().delete("/v2/cache");
            clear.header("X-Image-Cache-Clear-Target", target)
        };
        clear().await.is(400).says(
            "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.",
        );
        let text = clear().header("Accept", "text/plain").await.is(400);
        assert_eq!(text.header("content-type"), "text/plain; charset=UTF-8");
    }
}

#[tokio::test]
async fn to_clean_and_to_prune_answer_as_glance_does() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    let clean = admin.post("/v2/cache/clean").await.is(200);
    assert!(clean.body.is_empty());
    assert_eq!(clean.header("content-type"), "text/html; charset=UTF-8");
    let prune = admin.post("/v2/cache/prune").await.is(200);
    let expected = r#"{"total_files_pruned": 0, "total_bytes_pruned": 0}"#;
    assert_eq!(prune.text(), expected);
}

#[tokio::test]
async fn bodies_are_refused_where_glance_falls_over_them() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    for (method, path) in [
        (Method::DELETE, "/v2/cache"),
        (Method::PUT, "/v2/cache/x"),
        (Method::DELETE, "/v2/cache/x"),
        (Method::POST, "/v2/cache/clean"),
        (Method::POST, "/v2/cache/prune"),
        (Method::GET, "/v2/cached_images"),
        (Method::PUT, "/v2/queued_images/x"),
    ] {
        for (body, words) in [
            ("{}", "A body is not expected with this request."),
            ("{", "Malformed JSON in request body."),
        ] {
            let request = admin.request(method.clone(), path).body(body);
            request.await.is(400).says(words);
        }
    }
    let answer = admin.get("/v2/cache").body("{").await.is(400);
    answer.says("A body is not expected with this request.");
}

#[tokio::test]
async fn fixed_names_win_over_images() {
    let (glance, _home) = caching().await;
    let admin = glance.admin();
    for (method, path, allow) in [
        (Method::GET, "/v2/cache/clean", "POST"),
        (Method::PUT, "/v2/cache/prune", "POST"),
        (Method::DELETE, "/v2/cache/clean", "POST"),
        (Method::GET, "/v2/cache/x", "DELETE, PUT"),
        (Method::GET, "/v2/cache/nodes", "DELETE, PUT"),
        (Method::POST, "/v2/cache/nodes/x", "GET"),
        (Method::POST, "/v2/cache", "GET, DELETE"),
        (Method::HEAD, "/v2/cache", "GET, DELETE"),
    ] {
        let answer = admin.request(method, path).await.is(405);
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    let answer = admin.put("/v2/cache/nodes").await.is(404);
    answer.says("Image nodes not found.");
    for path in ["/v2/cache/", "/v2/cache/nodes/", "/v2/cache/x/y"] {
        admin.get(path).await.tells_nothing();
    }
}

#[tokio::test]
async fn a_copy_keeps_the_checksum_of_its_image() {
    let (glance, _home) = caching().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    cache(&glance, &image).await;
    let answer = download(&alice, &image).await;
    assert_eq!(answer.header("content-md5"), MD5_OF_DATA);
    assert_eq!(answer.header("content-length"), "4");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.body, "data");
}
