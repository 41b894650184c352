//! Copies that the server makes.

use super::{Account, HELLO, cloud};
use crate::glance::Glance;

async fn filled(glance: &Glance) -> Account {
    let alice = Account::alice(glance);
    alice.container("c").await;
    alice.container("d").await;
    let put = alice.put("/c/o").header("X-Object-Meta-A", "1");
    let put = put.header("Content-Type", "text/x").body("hello");
    put.await.is(201);
    alice
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_the_metadata() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let copy = alice.request("COPY", "/c/o").header("Destination", "/d/p");
    let copy = copy.header("X-Object-Meta-B", "2").await.is(201);
    assert_eq!(copy.header("etag"), HELLO);
    assert_eq!(copy.header("x-copied-from"), "c/o");
    let got = alice.get("/d/p").await.is(200);
    assert_eq!(got.text(), "hello");
    assert_eq!(got.header("x-object-meta-a"), "1");
    assert_eq!(got.header("x-object-meta-b"), "2");
    assert_eq!(got.header("content-type"), "text/x");
}

#[tokio::test]
async fn a_copy_stays_when_what_it_was_made_of_goes() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let put = alice.put("/d/p").header("X-Copy-From", "c/o");
    put.header("Content-Length", "0").await.is(201);
    alice.delete("/c/o").await.is(204);
    assert_eq!(alice.get("/d/p").await.is(200).text(), "hello");
    alice.object("/d/p", "other").await;
    assert_eq!(alice.get("/d/p").await.is(200).text(), "other");
}

#[tokio::test]
async fn a_copy_can_have_fresh_metadata() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let put = alice.put("/c/p").header("X-Copy-From", "/c/o");
    let put = put.header("X-Fresh-Metadata", "true");
    put.header("Content-Length", "0").await.is(201);
    let got = alice.get("/c/p").await.is(200);
    assert!(!got.headers.contains_key("x-object-meta-a"));
    assert_eq!(got.text(), "hello");
}

#[tokio::test]
async fn an_object_is_copied_onto_itself() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let copy = alice.request("COPY", "/c/o").header("Destination", "c/o");
    copy.header("Content-Type", "text/y").await.is(201);
    let got = alice.get("/c/o").await.is(200);
    assert_eq!(got.text(), "hello");
    assert_eq!(got.header("content-type"), "text/y");
}

#[tokio::test]
async fn a_copy_of_a_large_object_is_whole_or_a_manifest() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    alice.object("/d/s1", "hello ").await;
    alice.object("/d/s2", "world").await;
    let put = alice.put("/c/large").header("X-Object-Manifest", "d/s");
    put.header("Content-Length", "0").await.is(201);
    let copy = alice.request("COPY", "/c/large");
    copy.header("Destination", "c/whole").await.is(201);
    let raw = alice.request("COPY", "/c/large?multipart-manifest=get");
    raw.header("Destination", "c/manifest").await.is(201);
    alice.delete("/d/s2").await.is(204);
    assert_eq!(alice.get("/c/whole").await.text(), "hello world");
    let head = alice.head("/c/whole").await;
    assert!(!head.headers.contains_key("x-object-manifest"));
    assert_eq!(alice.get("/c/manifest").await.text(), "hello ");
}

#[tokio::test]
async fn a_part_can_be_copied() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let copy = alice.request("COPY", "/c/o").header("Destination", "c/p");
    copy.header("Range", "bytes=1-2").await.is(201);
    assert_eq!(alice.get("/c/p").await.text(), "el");
}

#[tokio::test]
async fn copies_that_cannot_be_are_refused() {
    let glance = cloud().await;
    let alice = filled(&glance).await;
    let copy = || alice.request("COPY", "/c/o");
    let refused = copy().await.is(412);
    assert_eq!(refused.text(), "Destination header required");
    let refused = copy().header("Destination", "c").await.is(412);
    let words = "Destination header must be of the form <container name>/<object name>";
    assert_eq!(refused.text(), words);
    copy().header("Destination", "none/o").await.is(404);
    let put = alice.put("/c/p").header("X-Copy-From", "c/none");
    put.header("Content-Length", "0").await.is(404);
    let put = alice.put("/c/p").header("X-Copy-From", "c/o").body("x");
    let words = "Copy requests require a zero byte body";
    assert_eq!(put.await.is(400).text(), words);
}
