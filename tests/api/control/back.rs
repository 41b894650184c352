//! What cannot be loaded or reset leaves the cloud as it was.

use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Glance, Image, database, glance, glance_with, store};

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
async fn a_reset_that_fails_when_its_rows_are_in_goes_back_to_rows_and_bytes_of_before() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let bare = glance().await;
    bare.person("ann")
        .create_active(json!({ "name": "of the state" }))
        .await;
    bare.control().put("/snapshots/ready").await.is(201);
    let state = bare.control().get("/snapshots/ready/export").await.is(200);
    std::fs::write(path("state.tar"), &state.body).unwrap();
    std::fs::write(path("disk.raw"), "of the seed").unwrap();
    let seed =
        "images: [{name: x, disk_format: raw, container_format: bare, data: {file: disk.raw}}]";
    std::fs::write(path("seed.yaml"), seed).unwrap();
    let url = database().await;
    let glance = glance_with(|it| {
        it.ephemeral = false;
        it.data = path("data");
        it.database_url = url;
        it.state.state = Some(path("state.tar"));
        it.seeds.seed = vec![path("seed.yaml").display().to_string()];
    })
    .await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "mine" })).await;
    std::fs::remove_file(path("disk.raw")).unwrap();

    glance.control().post("/reset").await.is(500);

    assert_eq!(alice.names("").await, ["mine"]);
    assert!(!path("data").join("snapshots/loading").exists());
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    std::fs::write(path("disk.raw"), "of the seed").unwrap();
    glance.control().post("/reset").await.is(204);
    alice.get(&image).await.is(404);
    let everybody = glance.admin();
    assert_eq!(
        everybody.names("?sort=name:asc").await,
        ["of the state", "x"]
    );
}
