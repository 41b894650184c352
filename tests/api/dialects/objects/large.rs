//! Dynamic large objects.

use super::{Account, cloud, entries};
use crate::glance::Glance;

/// A large object of `hello world` and its segments.
async fn filled(glance: &Glance) -> Account {
    let alice = Account::alice(glance);
    alice.container("c").await;
    alice.container("segments").await;
    for (name, bytes) in [("o/1", "hello"), ("o/2", " "), ("o/3", "world"), ("p", "!")] {
        alice.object(&format!("/segments/{name}"), bytes).await;
    }
    let put = alice.put("/c/o").header("X-Object-Manifest", "segments/o/");
    put.header("Content-Length", "0").await.is(201);
    alice
}

#[tokio::test]
async fn a_large_object_is_its_segments() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.text(), "hello world");
    assert_eq!(got.header("content-length"), "11");
    assert_eq!(got.header("x-object-manifest"), "segments/o/");
    // The MD5 of the MD5s.
    assert_eq!(got.header("etag"), "\"0221d735ef72bee8bf03c5937e45d2b9\"");
    let head = alice.head("/c/o").await.is(200);
    assert_eq!(head.header("content-length"), "11");
    assert_eq!(head.header("etag"), got.header("etag"));
    let listed = alice.get("/c?format=json").await;
    assert_eq!(entries(&listed)[0]["bytes"], 0);
}

#[tokio::test]
async fn a_range_of_a_large_object_crosses_its_segments() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    for (range, status, expected) in [
        ("bytes=3-6", 206, "lo w"),
        ("bytes=5-5", 206, " "),
        ("bytes=-5", 206, "world"),
        ("bytes=0-4", 206, "hello"),
        ("bytes=0-1,3-4", 200, "hello world"),
    ] {
        let got = alice.get("/c/o").header("Range", range).await.is(status);
        assert_eq!(got.text(), expected, "{range}");
    }
    alice.get("/c/o").header("Range", "bytes=11-").await.is(416);
}

#[tokio::test]
async fn segments_count_as_they_are_when_the_object_is_read() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    alice.object("/segments/o/4", "!").await;
    assert_eq!(alice.get("/c/o").await.text(), "hello world!");
    alice.delete("/segments/o/1").await.is(204);
    assert_eq!(alice.get("/c/o").await.text(), " world!");
    alice.delete("/c/o").await.is(204);
    alice.get("/segments/o/2").await.is(200);
}

#[tokio::test]
async fn the_manifest_itself_can_be_read() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let raw = alice.get("/c/o?multipart-manifest=get").await.is(200);
    assert_eq!(raw.text(), "");
    assert_eq!(raw.header("etag"), "d41d8cd98f00b204e9800998ecf8427e");
    // A POST that does not name it makes it an ordinary object.
    alice.post("/c/o").await.is(202);
    assert_eq!(alice.get("/c/o").await.is(200).text(), "");
}

#[tokio::test]
async fn a_manifest_names_a_container_and_a_prefix() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    for manifest in ["segments", "segments/", "/o", "segments//o", "segments/o?x"] {
        let put = alice.put("/c/x").header("X-Object-Manifest", manifest);
        let refused = put.header("Content-Length", "0").await.is(400);
        let words = "X-Object-Manifest must be in the format container/prefix";
        assert_eq!(refused.text(), words, "{manifest}");
    }
    let put = alice.put("/c/x").header("X-Object-Manifest", "none/o");
    put.header("Content-Length", "0").await.is(201);
    alice.get("/c/x").await.is(404);
}
