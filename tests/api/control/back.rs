//! What cannot be loaded or reset leaves the cloud as it was.

use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Glance, Image, database, glance_with, store};

/// A server in memory whose images lie in a directory; and one of its images, which is in no snapshot.
async fn on_a_directory() -> (Glance, TempDir, Image) {
    let home = tempfile::tempdir().unwrap();
    let stores = ["memory=memory:".into(), directory(&home)];
    let glance =
        glance_with(|it| it.stores.store = stores.map(|it: String| store(&it)).into()).await;
    glance.control().put("/snapshots/ready").await.is(201);
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "here" })).await;
    let fields = json!({ "name": "there", "disk_format": "raw", "container_format": "bare" });
    let there = alice.create(fields).await;
    let upload = alice.upload(&there, "there");
    upload.header("x-image-meta-store", "file").await.is(204);
    (glance, home, image)
}

fn directory(home: &TempDir) -> String {
    format!("file=file://{}", home.path().display())
}

/// What was there is there, and goes on.
async fn as_it_was(glance: &Glance, image: &Image) {
    let alice = glance.person("alice");
    assert_eq!(alice.names("?sort=name:asc").await, ["here", "there"]);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    for it in alice.get("/v2/images").await.is(200)["images"]
        .as_array()
        .unwrap()
    {
        let file = it["file"].as_str().unwrap();
        assert!(!alice.get(file).await.is(200).text().is_empty());
    }
    alice.delete(image).await.is(204);
    alice.create_active(json!({ "name": "new" })).await;
    assert_eq!(alice.names("?sort=name:asc").await, ["new", "there"]);
}

#[tokio::test]
async fn a_load_in_memory_that_fails_loses_nothing() {
    let (glance, home, image) = on_a_directory().await;
    // From here on the directory is another's.
    std::fs::write(home.path().join("cloud"), "another").unwrap();

    let failed = glance.control().post("/snapshots/ready/load").await.is(500);

    let message = failed["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("there as before"), "{message}");
    assert!(message.contains("belong to another database"), "{message}");
    as_it_was(&glance, &image).await;
}

#[tokio::test]
async fn a_reset_in_memory_that_fails_loses_nothing() {
    let (glance, home, image) = on_a_directory().await;
    let mark = std::fs::read_to_string(home.path().join("cloud")).unwrap();
    std::fs::write(home.path().join("cloud"), "another").unwrap();
    let failed = glance.control().post("/reset").await.is(500);
    let message = failed["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("belong to another database"), "{message}");
    as_it_was(&glance, &image).await;

    std::fs::write(home.path().join("cloud"), mark).unwrap();
    glance.control().post("/reset").await.is(204);
    assert!(glance.person("alice").names("").await.is_empty());
}

#[tokio::test]
async fn a_load_that_fails_when_its_rows_are_in_goes_back_to_those_of_before() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let url = database().await;
    let glance = glance_with(|it| {
        it.ephemeral = false;
        it.data.clone_from(&data);
        it.database_url = url;
    })
    .await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "before" })).await;
    glance.control().put("/snapshots/ready").await.is(201);
    alice.set(&image, "name", "after").await.is(200);
    let later = alice.create_active(json!({ "name": "later" })).await;
    spoil(&data.join("snapshots"));

    glance.control().post("/snapshots/ready/load").await.is(500);

    assert_eq!(alice.names("?sort=name:asc").await, ["after", "later"]);
    for image in [&image, &later] {
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    }
    assert!(!data.join("snapshots/loading").exists());
}

/// Makes what a snapshot says of its locations something that nobody can read.
fn spoil(snapshots: &std::path::Path) {
    let about = std::fs::read(snapshots.join("ready.json")).unwrap();
    let about: serde_json::Value = serde_json::from_slice(&about).unwrap();
    let rows = snapshots.join(format!("{}.rows", about["id"].as_str().unwrap()));
    let text = std::fs::read_to_string(&rows).unwrap();
    let spoilt = text.replace("\"{}\"", "\"{,\"");
    assert_ne!(text, spoilt);
    std::fs::write(rows, spoilt).unwrap();
}
