//! PUT, POST and DELETE of objects.

use std::time::Duration;

use futures_util::stream;

use super::{Account, HELLO, cloud, page};

#[tokio::test]
async fn an_object_is_stored_and_told_by_its_md5() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let put = alice.put("/c/o").header("Content-Type", "text/plain");
    let put = put.header("X-Object-Meta-Color", "blue").body("hello");
    let put = put.await.is(201);
    assert_eq!(put.header("etag"), HELLO);
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.text(), "hello");
    assert_eq!(got.header("etag"), HELLO);
    assert_eq!(got.header("content-type"), "text/plain");
    assert_eq!(got.header("x-object-meta-color"), "blue");
    assert_eq!(got.header("accept-ranges"), "bytes");
    let head = alice.head("/c/o").await.is(200);
    assert_eq!(head.header("content-length"), "5");
    assert_eq!(head.header("last-modified"), got.header("last-modified"));
    alice.delete("/c/o").await.is(204);
    alice.get("/c/o").await.is(404);
    alice.delete("/c/o").await.is(404);
}

#[tokio::test]
async fn another_md5_than_the_announced_one_is_refused_and_nothing_is_stored() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    for body in [b"hello!".to_vec(), vec![7; 1 << 20], Vec::new()] {
        // The client does not tell the length of no bytes by itself.
        let length = body.len().to_string();
        let put = alice.put("/c/o").header("ETag", HELLO);
        let put = put.header("Content-Length", &length).body(body);
        let refused = put.await.is(422);
        let sentence = "Unable to process the contained instructions";
        assert_eq!(refused.text(), page("Unprocessable Entity", sentence));
        alice.get("/c/o").await.is(404);
    }
    let put = alice.put("/c/o").header("ETag", &HELLO.to_uppercase());
    put.body("hello").await.is(201);
    let put = alice.put("/c/o").header("ETag", HELLO).body("other");
    put.await.is(422);
    assert_eq!(alice.get("/c/o").await.text(), "hello");
}

#[tokio::test]
async fn an_object_is_replaced_as_a_whole() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let put = alice.put("/c/o").header("X-Object-Meta-A", "1");
    put.body(vec![1; 300 << 10]).await.is(201);
    alice.object("/c/o", "hello").await;
    let got = alice.get("/c/o").await;
    assert_eq!(got.text(), "hello");
    assert!(!got.headers.contains_key("x-object-meta-a"));
    let put = alice.put("/c/o").header("Content-Length", "0");
    put.await.is(201);
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.header("etag"), "d41d8cd98f00b204e9800998ecf8427e");
}

#[tokio::test]
async fn an_object_is_not_replaced_if_the_client_says_so() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let put = || alice.put("/c/o").header("If-None-Match", "*");
    put().body("hello").await.is(201);
    put().body("other").await.is(412);
    assert_eq!(alice.get("/c/o").await.text(), "hello");
    let put = alice.put("/c/o").header("If-None-Match", "abc").body("x");
    assert_eq!(put.await.is(400).text(), "If-None-Match only supports *");
}

#[tokio::test]
async fn the_length_may_be_unknown_but_not_too_large() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let chunks = stream::iter(["hel", "lo"].map(Ok::<_, std::io::Error>));
    let put = alice.put("/c/o").body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(put.await.is(201).header("etag"), HELLO);
    // So much is not sent: the answer comes before.
    let put = alice.put("/c/o").header("Content-Length", "5368709123");
    let put = put.header("Expect", "100-continue");
    let answer = tokio::time::timeout(Duration::from_secs(20), async {
        put.body(reqwest::Body::wrap_stream(stream::pending::<
            Result<Vec<u8>, std::io::Error>,
        >()))
        .await
    });
    assert_eq!(
        answer.await.unwrap().is(413).text(),
        "Your request is too large."
    );
    assert_eq!(alice.get("/c/o").await.text(), "hello");
}

#[tokio::test]
async fn metadata_of_an_object_is_replaced() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let put = alice.put("/c/o").header("X-Object-Meta-A", "1");
    let put = put.header("Content-Encoding", "gzip");
    put.header("Content-Type", "text/x")
        .body("hello")
        .await
        .is(201);
    let post = alice.post("/c/o").header("X-Object-Meta-B", "2");
    let post = post.await.is(202);
    let accepted = page("Accepted", "The request is accepted for processing.");
    assert_eq!(post.text(), accepted);
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.header("x-object-meta-b"), "2");
    assert!(!got.headers.contains_key("x-object-meta-a"));
    assert!(!got.headers.contains_key("content-encoding"));
    assert_eq!(got.header("content-type"), "text/x");
    assert_eq!(got.text(), "hello");
    alice.post("/c/none").await.is(404);
}

#[tokio::test]
async fn a_name_tells_the_type_where_the_request_does_not() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    for (name, media_type) in [
        ("a.txt", "text/plain"),
        ("a.json", "application/json"),
        ("a", "application/octet-stream"),
    ] {
        let path = format!("/c/{name}");
        alice.object(&path, "x").await;
        assert_eq!(alice.head(&path).await.header("content-type"), media_type);
    }
}

#[tokio::test]
async fn names_of_objects_are_any_text_of_so_many_characters() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    for name in ["a/b//c/", "%C3%BC%20%3F%23", "a.json", "%5C..%5C"] {
        let path = format!("/c/{name}");
        alice.object(&path, name).await;
        assert_eq!(alice.get(&path).await.is(200).text(), name);
    }
    alice.object(&format!("/c/{}", "n".repeat(1024)), "x").await;
    let long = alice.put(&format!("/c/{}", "n".repeat(1025))).body("x");
    assert_eq!(
        long.await.is(400).text(),
        "Object name length of 1025 longer than 1024"
    );
}

#[tokio::test]
async fn an_object_is_gone_from_its_time_on() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let put = alice.put("/c/o").header("X-Delete-After", "60");
    put.body("hello").await.is(201);
    let at = alice
        .head("/c/o")
        .await
        .is(200)
        .header("x-delete-at")
        .to_owned();
    assert!(at.parse::<u64>().is_ok(), "{at}");
    let clock = glance.control().post("/clock/advance");
    clock.json(serde_json::json!({"seconds": 61})).await.is(200);
    alice.get("/c/o").await.is(404);
    assert_eq!(alice.get("/c").await.is(204).text(), "");
    let put = alice.put("/c/o").header("X-Delete-At", "1").body("x");
    assert_eq!(put.await.is(400).text(), "X-Delete-At in past");
}

#[tokio::test]
async fn of_several_uploads_at_once_one_is_there_whole() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let puts = (0..6_u8).map(|n| {
        let put = alice.put("/c/o").body(vec![n; 200 << 10]);
        async move { put.await.is(201) }
    });
    futures_util::future::join_all(puts).await;
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.body.len(), 200 << 10);
    assert!(got.body.iter().all(|byte| *byte == got.body[0]));
    let head = alice.head("/c").await;
    assert_eq!(head.header("x-container-object-count"), "1");
}
