//! Documents that are too large, too deep or too many.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::glance::{glance, glance_with};

/// A list of so many numbers, two bytes each.
fn numbers(count: usize) -> String {
    format!("[{}0]", "0,".repeat(count - 1))
}

#[tokio::test]
async fn a_document_of_more_than_a_mebibyte_is_not_read() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let text = format!("{{\"name\": \"{}\"}}", " ".repeat(1 << 20));
    for path in ["/v2/images", "/v2/images/x/import"] {
        let answer = alice.post(path).body(text.clone()).await.is(413);
        answer.says("A body may have 1048576 bytes at the most.");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_read_no_further_than_the_limit() {
    let glance = glance().await;
    let chunks = futures_util::stream::iter((0..64).map(|_| Ok::<_, String>("x".repeat(1 << 16))));
    let body = reqwest::Body::wrap_stream(chunks);
    let alice = glance.person("alice");
    alice.post("/v2/images").body(body).await.is(413);
}

#[tokio::test]
async fn a_document_does_not_take_a_hundred_times_its_size() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let answer = alice
        .post("/v2/images")
        .body(numbers(400_000))
        .await
        .is(413);
    answer.says("A document may have 65536 values at the most.");
    let start = Instant::now();
    alice.post("/v2/images").body(numbers(60_000)).await.is(400);
    assert!(start.elapsed() < Duration::from_secs(5), "{start:?}");
}

#[tokio::test]
async fn the_limit_of_documents_can_be_set() {
    let glance = glance_with(|config| config.bodies.json_limit = 64).await;
    let alice = glance.person("alice");
    alice.create(json!({ "name": "short" })).await;
    let long = json!({ "name": "x".repeat(64) });
    alice.post("/v2/images").json(long).await.is(413);
}

#[tokio::test]
async fn definitions_may_be_larger_than_other_documents() {
    let glance = glance().await;
    let objects = (0..40).map(
        |number| json!({ "name": format!("object {number}"), "description": "x".repeat(60_000) }),
    );
    let objects: Vec<Value> = objects.collect();
    let large = json!({ "namespace": "Large", "objects": objects });
    let admin = glance.admin();
    let namespaces = "/v2/metadefs/namespaces";
    admin.post(namespaces).json(large).await.is(201);
    let larger = json!({ "namespace": "x", "description": "x".repeat(5 << 20) });
    admin.post(namespaces).json(larger).await.is(413);
}

#[tokio::test]
async fn a_login_of_more_than_keystone_reads_is_refused_in_its_words() {
    let glance = glance().await;
    let nobody = glance.nobody();
    let long = json!({ "auth": { "identity": "x".repeat(114_688) } });
    let request = nobody.post("/identity/v3/auth/tokens").json(long);
    let answer = request
        .header("Content-Type", "application/json")
        .await
        .is(413);
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    assert_eq!(
        answer.text(),
        "<html>\n <head>\n  <title>413 Request Entity Too Large</title>\n </head>\n <body>\n  \
         <h1>413 Request Entity Too Large</h1>\n  Request is too large. Larger than \
         max_request_body_size (%s).<br /><br />\n\n\n\n </body>\n</html>"
    );
}

#[tokio::test]
async fn who_asks_is_known_before_the_body_is_read() {
    let glance = glance().await;
    let stranger = glance.nobody();
    let text = "[".repeat(1 << 21);
    stranger.post("/v2/images").body(text).await.is(401);
}

#[tokio::test]
async fn a_document_is_not_waited_for_without_end() {
    let glance = glance_with(|config| config.bodies.json_timeout = Duration::from_millis(50)).await;
    let never = || {
        let stream = futures_util::stream::pending::<Result<String, String>>();
        reqwest::Body::wrap_stream(stream)
    };
    let alice = glance.person("alice");
    let answer = alice.post("/v2/images").body(never()).await.is(408);
    answer.says("The body of the request did not come within 0.05 seconds.");
    let login = glance.nobody().post("/identity/v3/auth/tokens");
    login.body(never()).await.is(408);
    let control = glance.control();
    control.post("/faults").body(never()).await.is(408);
}

#[tokio::test]
async fn a_patch_costs_no_more_than_its_size() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let add = |number| json!({ "op": "add", "path": format!("/p{number}"), "value": "" });
    let many: Vec<Value> = (0..15_000).map(add).collect();
    let start = Instant::now();
    alice.patch(&image, many.into()).await.is(413);
    assert!(start.elapsed() < Duration::from_secs(10), "{start:?}");
}
