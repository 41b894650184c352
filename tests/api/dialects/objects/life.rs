//! Objects in resets, snapshots and sandboxes, and what is left of them in stores.

use serde_json::json;

use super::{Account, cloud, cloud_with};

#[tokio::test]
async fn a_reset_removes_containers_and_objects() {
    let glance = cloud().await;
    let alice = Account::alice(&glance);
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    glance.control().post("/reset").await.is(204);
    alice.get("/c").await.is(404);
    alice.container("c").await;
    alice.get("/c/o").await.is(404);
}

#[tokio::test]
async fn a_snapshot_brings_objects_back_with_their_bytes() {
    let glance = cloud().await;
    let (alice, control) = (Account::alice(&glance), glance.control());
    alice.container("c").await;
    let put = alice.put("/c/o").header("X-Object-Meta-A", "1");
    put.body(vec![7; 300 << 10]).await.is(201);
    let copy = alice
        .request("COPY", "/c/o")
        .header("Destination", "c/copy");
    copy.await.is(201);
    let saved = control.put("/snapshots/one").json(json!({"bytes": true}));
    let saved = saved.await;
    assert!(saved.status < 300, "{}", saved.text());
    alice.object("/c/o", "other").await;
    alice.delete("/c/copy").await.is(204);
    let loaded = control.post("/snapshots/one/load").await;
    assert!(loaded.status < 300, "{}", loaded.text());
    for path in ["/c/o", "/c/copy"] {
        let got = alice.get(path).await.is(200);
        assert_eq!(got.body, vec![7; 300 << 10], "{path}");
        assert_eq!(got.header("x-object-meta-a"), "1");
    }
}

#[tokio::test]
async fn a_snapshot_goes_to_another_server_with_its_objects() {
    let (one, two) = (cloud().await, cloud().await);
    let alice = Account::alice(&one);
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    let saved = one.control().put("/snapshots/one");
    saved.json(json!({"bytes": true})).await;
    let file = one.control().get("/snapshots/one/export").await.is(200);
    let sent = two
        .control()
        .put("/snapshots/two/import")
        .body(file.body.clone());
    let sent = sent.await;
    assert!(sent.status < 300, "{}", sent.text());
    let loaded = two.control().post("/snapshots/two/load").await;
    assert!(loaded.status < 300, "{}", loaded.text());
    let alice = Account::alice(&two);
    assert_eq!(alice.get("/c/o").await.is(200).text(), "hello");
}

#[tokio::test]
async fn stores_keep_no_bytes_of_objects_that_are_gone() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("store");
    let url = format!("file://{}", place.display());
    let glance = cloud_with(|config| {
        config.stores.store = vec![crate::glance::store(&url)];
    })
    .await;
    let alice = Account::alice(&glance);
    let files = || {
        let files = std::fs::read_dir(&place).unwrap().map(Result::unwrap);
        let files = files.filter(|file| file.file_type().unwrap().is_file());
        let names = files.map(|file| file.file_name().into_string().unwrap());
        names.filter(|name| name.len() > 30).count()
    };
    alice.container("c").await;
    alice.object("/c/o", "hello").await;
    assert_eq!(files(), 1);
    alice.object("/c/o", "other").await;
    assert_eq!(files(), 1);
    let copy = alice.request("COPY", "/c/o").header("Destination", "c/p");
    copy.await.is(201);
    assert_eq!(files(), 1);
    let put = alice.put("/c/o").header("ETag", "0").body("refused");
    put.await.is(422);
    alice.delete("/c/o").await.is(204);
    assert_eq!(files(), 1);
    assert_eq!(alice.get("/c/p").await.is(200).text(), "other");
    alice.delete("/c/p").await.is(204);
    assert_eq!(files(), 0);
}
