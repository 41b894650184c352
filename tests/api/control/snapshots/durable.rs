//! Snapshots of servers that keep their data.

use serde_json::json;

use super::{load, save};
use crate::glance::glance_with;

#[tokio::test]
async fn a_durable_server_keeps_its_snapshots_and_its_start() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let url = crate::glance::database().await;
    let durable = async || {
        let (data, url) = (data.clone(), url.clone());
        glance_with(|it| {
            it.ephemeral = false;
            it.data = data;
            it.database_url = url;
        })
        .await
    };
    let first = durable().await;
    let alice = first.person("alice");
    let image = alice.create_active(json!({ "name": "cirros" })).await;
    save(&first, "ready").await;
    alice.create_active(json!({ "name": "second" })).await;
    first.stop().await;

    let second = durable().await;
    let alice = second.person("alice");
    alice.delete(&image).await.is(204);
    alice.create(json!({ "name": "third" })).await;
    second.control().post("/reset").await.is(204);
    assert_eq!(alice.names("?sort=name:asc").await, ["cirros", "second"]);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    load(&second, "ready").await;
    assert_eq!(alice.names("").await, ["cirros"]);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    let discard = second
        .control()
        .post("/reset")
        .json(json!({ "discard": true }));
    discard.await.is(204);
    assert!(alice.names("").await.is_empty());
    second.control().delete("/snapshots/ready").await.is(204);
    second.stop().await;
    assert!(!data.join("images/snapshots").exists());
    assert_eq!(data.join("snapshots").read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn data_at_the_start_that_is_too_expensive_to_copy_is_not_deleted() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let url = crate::glance::database().await;
    let durable = async || {
        let (data, url) = (data.clone(), url.clone());
        glance_with(|it| {
            it.ephemeral = false;
            it.data = data;
            it.database_url = url;
            it.stores.store = vec![crate::glance::store("database:")];
        })
        .await
    };
    let first = durable().await;
    first
        .person("alice")
        .create(json!({ "name": "cirros" }))
        .await;
    first.control().post("/reset").await.is(204);
    first
        .person("alice")
        .create(json!({ "name": "cirros" }))
        .await;
    first.stop().await;
    let second = durable().await;
    let refused = second.control().post("/reset").await.is(409);
    let message = refused["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("{\"discard\": true}"), "{message}");
    assert_eq!(second.person("alice").names("").await, ["cirros"]);
    let discard = second
        .control()
        .post("/reset")
        .json(json!({ "discard": true }));
    discard.await.is(204);
    second.control().post("/reset").await.is(204);
    assert!(second.person("alice").names("").await.is_empty());
}
