//! Accounts and containers.

use super::{Account, cloud, page};

#[tokio::test]
async fn a_container_is_created_once_and_accepted_again() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.head("/c").await.is(404);
    let created = alice.put("/c").await.is(201);
    assert_eq!(created.text(), "");
    let again = alice.put("/c").await.is(202);
    let accepted = page("Accepted", "The request is accepted for processing.");
    assert_eq!(again.text(), accepted);
    let head = alice.head("/c").await.is(204);
    assert_eq!(head.header("x-container-object-count"), "0");
    assert_eq!(head.header("x-container-bytes-used"), "0");
    assert_eq!(head.header("accept-ranges"), "bytes");
    assert!(head.header("last-modified").ends_with(" GMT"));
    assert!(head.header("x-timestamp").contains('.'));
}

#[tokio::test]
async fn a_container_with_objects_is_not_deleted() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    let refused = alice.delete("/c").await.is(409);
    let sentence = "There was a conflict when trying to complete your request.";
    assert_eq!(refused.text(), page("Conflict", sentence));
    alice.delete("/c/o").await.is(204);
    alice.delete("/c").await.is(204);
    alice.delete("/c").await.is(404);
    alice.put("/c/o").body("x").await.is(404);
}

#[tokio::test]
async fn counts_are_those_of_the_objects() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    let empty = alice.head("").await.is(204);
    assert_eq!(empty.header("x-account-container-count"), "0");
    alice.container("c").await;
    alice.container("d").await;
    alice.object("/c/1", "hello").await;
    alice.object("/c/2", "you").await;
    alice.object("/d/1", "x").await;
    alice.object("/c/2", "yours").await;
    let container = alice.head("/c").await;
    assert_eq!(container.header("x-container-object-count"), "2");
    assert_eq!(container.header("x-container-bytes-used"), "10");
    let account = alice.head("").await;
    assert_eq!(account.header("x-account-container-count"), "2");
    assert_eq!(account.header("x-account-object-count"), "3");
    assert_eq!(account.header("x-account-bytes-used"), "11");
    let other = Account::of(glance.person("bob"));
    let other = other.head("").await.is(204);
    assert_eq!(other.header("x-account-object-count"), "0");
}

#[tokio::test]
async fn metadata_is_added_replaced_and_removed() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    let put = alice.put("/c").header("X-Container-Meta-Color", "blue");
    put.header("X-Container-Read", ".r:*").await.is(201);
    let post = alice.post("/c").header("X-Container-Meta-Size", "big");
    post.await.is(204);
    let head = alice.head("/c").await.is(204);
    assert_eq!(head.header("x-container-meta-color"), "blue");
    assert_eq!(head.header("x-container-meta-size"), "big");
    assert_eq!(head.header("x-container-read"), ".r:*");
    let post = alice
        .post("/c")
        .header("X-Remove-Container-Meta-Color", "x");
    post.header("X-Container-Meta-Size", "").await.is(204);
    let head = alice.head("/c").await.is(204);
    assert!(!head.headers.contains_key("x-container-meta-color"));
    assert!(!head.headers.contains_key("x-container-meta-size"));
    let post = alice.post("").header("X-Account-Meta-Quota", "7");
    post.await.is(204);
    assert_eq!(alice.head("").await.header("x-account-meta-quota"), "7");
    alice.post("/none").await.is(404);
}

#[tokio::test]
async fn names_and_metadata_have_limits() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.put(&format!("/{}", "c".repeat(256))).await.is(201);
    let long = alice.put(&format!("/{}", "c".repeat(257))).await.is(400);
    assert_eq!(long.text(), "Container name length of 257 longer than 256");
    let value = "x".repeat(257);
    let refused = alice.put("/c").header("X-Container-Meta-A", &value).await;
    assert_eq!(
        refused.is(400).text(),
        "Metadata value longer than 256: x-container-meta-a"
    );
    alice.head("/c").await.is(404);
}
