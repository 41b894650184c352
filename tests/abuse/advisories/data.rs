//! Data that nobody accounts for, and data under another image's name.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;

use lookalike::Config;

use crate::glance::{Image, Person, glance, glance_with, store};
use crate::program::password;
use crate::wire::{Wire, until};

async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

/// The settings of a server that keeps everything in a directory.
fn lasting(data: &Path) -> impl FnOnce(&mut Config) + use<> {
    let data = data.to_owned();
    move |config| {
        config.database_url = None;
        config.ephemeral = false;
        config.data = data;
    }
}

/// The files in a directory whose names tell of an image.
fn files_of(directory: &Path, image: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_of(&path, image));
        } else if path.to_string_lossy().contains(image) {
            found.push(path);
        }
    }
    found
}

/// Waits until a directory holds nothing of an image any more.
async fn is_swept(directory: &Path, image: &str) {
    let swept = async {
        while !files_of(directory, image).is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let swept = tokio::time::timeout(Duration::from_secs(10), swept).await;
    assert!(swept.is_ok(), "{:?}", files_of(directory, image));
}

/// An image that is deleted while its data comes leaves no bytes (CVE-2014-9684, CVE-2015-1881): neither
/// of an upload, nor of an import, nor what was staged.
#[tokio::test]
async fn ossa_2015_004_an_image_that_is_deleted_while_it_is_filled_leaves_no_data() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(lasting(home.path())).await;
    let alice = glance.person("alice");

    let uploaded = raw(&alice).await;
    let upload = Wire::upload_half(&glance, &uploaded, &vec![1_u8; 1 << 16]).await;
    until(&alice, &uploaded, "saving").await;
    alice.delete(&uploaded).await.is(204);
    drop(upload);
    is_swept(home.path(), &uploaded.id).await;

    let staged = raw(&alice).await;
    alice.stage(&staged, vec![2; 1 << 16]).await.is(204);
    assert!(!files_of(home.path(), &staged.id).is_empty());
    alice.delete(&staged).await.is(204);
    is_swept(home.path(), &staged.id).await;

    let pace = json!({ "importing": { "polls": 1000 } });
    glance.control().put("/pace").json(pace).await.is(200);
    let imported = raw(&alice).await;
    alice.stage(&imported, vec![3; 1 << 16]).await.is(204);
    let import = json!({ "method": { "name": "glance-direct" } });
    alice
        .post(imported.at("/import"))
        .json(import)
        .await
        .is(202);
    until(&alice, &imported, "importing").await;
    alice.delete(&imported).await.is(204);
    glance.control().delete("/pace").await.is(204);
    is_swept(home.path(), &imported.id).await;
}

/// So does one that is deleted while the token of its upload ends (CVE-2015-5286), and it counts for no
/// quota.
#[tokio::test]
async fn ossa_2015_020_a_token_that_ends_during_an_upload_leaves_no_data() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        lasting(home.path())(config);
        config.images.user_storage_quota = 1 << 17;
    })
    .await;
    let admin = glance.admin();
    for _ in 0..4 {
        let demo = super::identity::log_in(&glance, password("demo", "secret"), Some("demo")).await;
        let image = raw(&demo).await;
        let mut upload = Wire::open(&glance).await;
        let head = format!(
            "PUT {} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: {}\r\nContent-Length: 99999\r\n\
             Content-Type: application/octet-stream\r\n\r\n",
            image.at("/file"),
            demo.token()
        );
        upload.send(head).await;
        upload.send(vec![1_u8; 1 << 16]).await;
        until(&admin, &image, "saving").await;
        glance.advance(TimeDelta::seconds(100_000)).await.unwrap();
        demo.get(&image).await.is(401);
        admin.delete(&image).await.is(204);
        upload.send(vec![1_u8; 99_999 - (1 << 16)]).await;
        let (status, text) = upload.answer().await;
        assert_eq!(status, 410, "{text}");
        is_swept(home.path(), &image.id).await;
    }
    let demo = super::identity::log_in(&glance, password("demo", "secret"), Some("demo")).await;
    let image = raw(&demo).await;
    demo.upload(&image, vec![1; 1 << 17]).await.is(204);
}

/// An upload whose image is deleted and swept meanwhile is answered with 410.
#[tokio::test]
async fn ossa_2015_004_an_upload_to_a_deleted_image_is_told_so() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let mut upload = Wire::upload_half(&glance, &image, b"first").await;
    until(&alice, &image, "saving").await;
    alice.delete(&image).await.is(204);
    upload.send("rst").await;
    let (status, text) = upload.answer().await;
    assert_eq!(status, 410, "{text}");
    alice.get(&image).await.is(404);
}

/// What was one image's place is not read as another's (CVE-2023-2088): a location that is still known
/// after the data behind it was deleted leads nowhere.
#[tokio::test]
async fn ossa_2023_003_a_place_that_was_freed_is_nobodys() {
    let home = tempfile::tempdir().unwrap();
    let stores = format!("file://{}", home.path().join("disk").display());
    let glance = glance_with(|config| {
        config.stores.store = vec![store(&stores)];
        config.images.show_multiple_locations = true;
    })
    .await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let first = alice.create_active(json!({})).await;
    let place = alice.see(&first).await["locations"][0].clone();
    let bait = raw(&bob).await;
    let add = json!([{ "op": "add", "path": "/locations/-", "value": place }]);
    assert!(bob.patch(&bait, add.clone()).await.status >= 400);
    alice.delete(&first).await.is(204);
    assert!(bob.patch(&bait, add).await.status >= 400);
    let post = json!({ "url": place["url"] });
    assert!(bob.post(bait.at("/locations")).json(post).await.status >= 400);
    bob.get(bait.at("/file")).await.is(204);
    // Nor does anybody get the name of the place again.
    for id in [first.id.clone(), first.id.to_uppercase()] {
        let again = bob.post("/v2/images").json(json!({ "id": id }));
        again.await.is(409);
    }
}

/// The id of a deleted image is not given again, in whatever case (OSSN-0075).
#[tokio::test]
async fn ossn_0075_an_id_is_given_once() {
    let home = tempfile::tempdir().unwrap();
    let id = "abcdef00-0000-4000-8000-000000000000";
    let glance = glance_with(lasting(home.path())).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "id": id })).await;
    alice.delete(&image).await.is(204);
    glance.stop().await;
    // Nothing forgets it, not even a start.
    let glance = glance_with(lasting(home.path())).await;
    let mallory = glance.person("mallory");
    for id in [id.to_owned(), id.to_uppercase(), id.replace("ab", "aB")] {
        mallory
            .post("/v2/images")
            .json(json!({ "id": id }))
            .await
            .is(409);
    }
}
