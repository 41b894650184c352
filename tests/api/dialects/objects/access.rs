//! Who may do what.

use super::{Account, cloud, page};
use crate::glance::glance;

#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let glance = cloud().await;
    let nobody = glance.nobody();
    let answer = nobody.get("/v1/MossoCloudFS_1/c").await.is(401);
    assert_eq!(
        answer.header("www-authenticate"),
        "Swift realm=\"MossoCloudFS_1\""
    );
    let sentence = "This server could not verify that you are authorized to access the document you requested.";
    assert_eq!(answer.text(), page("Unauthorized", sentence));
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
}

#[tokio::test]
async fn an_account_is_that_of_its_project() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let bob = glance.person("bob");
    for path in ["", "/c", "/c/o"] {
        let answer = bob.get(alice.url(path)).await.is(403);
        let refused = page("Forbidden", "Access was denied to this resource.");
        assert_eq!(answer.text(), refused);
    }
    bob.put(alice.url("/c/o")).body("x").await.is(403);
}

#[tokio::test]
async fn an_account_has_the_name_that_swift_clients_use_too() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    let path = format!("/v1/AUTH_{}/c", alice.person.project());
    alice.person.get(path).await.is(200);
}

#[tokio::test]
async fn a_reader_reads_and_does_not_write() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    let reader = Account::of(alice.person.with_roles("reader"));
    for path in ["", "/c", "/c/o"] {
        reader.get(path).await.is(200);
        reader.post(path).await.is(403);
    }
    reader.put("/d").await.is(403);
    reader.delete("/c").await.is(403);
    reader.put("/c/o").body("x").await.is(403);
    reader.delete("/c/o").await.is(403);
    let copy = reader.request("COPY", "/c/o").header("Destination", "c/p");
    copy.await.is(403);
    assert_eq!(alice.get("/c/o").await.text(), "hello");
}

#[tokio::test]
async fn the_default_cloud_has_no_object_store() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for path in ["/v1/AUTH_x", "/v1/MossoCloudFS_x/c/o", "/info"] {
        alice.get(path).await.is(300);
    }
}

#[tokio::test]
async fn paths_that_are_none_are_refused_as_swift_does() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    assert_eq!(alice.person.get("/v1/").await.is(412).text(), "Bad URL");
    let utf8 = alice.get("/%ff").await.is(412);
    assert_eq!(utf8.text(), "Invalid UTF8 or contains NULL");
    alice.get("//o").await.is(404);
    let answer = alice.request("PATCH", "/c").await.is(405);
    assert_eq!(answer.header("allow"), "GET, HEAD, PUT, POST, DELETE");
    alice.put("").await.is(405);
    alice.delete("").await.is(405);
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let glance = cloud().await;
    let answer = Account::alice(&glance).get("/none").await.is(404);
    let id = answer.header("x-trans-id").to_owned();
    assert_eq!(id.len(), 2 + 21 + 1 + 10, "{id}");
    assert_eq!(answer.header("x-openstack-request-id"), id);
}

#[tokio::test]
async fn the_limits_are_told() {
    let glance = cloud().await;
    let info = glance.nobody().get("/info").await.is(200);
    assert_eq!(info["swift"]["max_file_size"], 5_368_709_122_u64);
}
