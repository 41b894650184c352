//! `glance-direct`: what was staged.

use serde_json::json;

use super::{ended, glance_direct, import, imported, lists, several, staged, with};
use crate::glance::{Image, glance};

#[track_caller]
fn is_active(image: &Image, size: usize) {
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], size);
    assert_eq!(image["virtual_size"], size);
    assert_eq!(image["os_hash_algo"], "sha512");
    assert_eq!(image.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn staged_data_becomes_the_images() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = staged(&alice, "hello").await;

    let answer = import(&alice, &image, glance_direct()).await.is(202);

    assert_eq!(answer.body, "");
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    let task = ended(&alice, &image).await;
    let image = alice.see(&image).await;
    is_active(&image, 5);
    assert_eq!(image["checksum"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(lists(&image), ["", ""]);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "hello");
    assert_eq!(task["status"], "success");
    assert_eq!(task["message"], "Copied 0 MiB");
    assert_eq!(task["result"], json!({ "image_id": image.id }));
    assert_eq!(task["input"]["backend"], json!([null]));
    assert_eq!(task["input"]["import_req"], glance_direct());
}

#[tokio::test]
async fn data_goes_to_the_default_store() {
    let glance = several().await;
    let alice = glance.person("alice");
    let (image, task) = imported(&alice, &staged(&alice, "x").await, glance_direct()).await;
    is_active(&image, 1);
    assert_eq!(task["input"]["backend"], json!(["fast"]));
}

#[tokio::test]
async fn data_goes_to_the_stores_that_are_named() {
    let glance = several().await;
    let admin = glance.admin();
    for (field, value, stores) in [
        ("stores", json!(["cheap"]), json!(["cheap"])),
        ("stores", json!(["cheap", "fast"]), json!(["cheap", "fast"])),
        ("stores", json!(["fast", "fast"]), json!(["fast"])),
        ("stores", json!([]), json!(["fast"])),
        ("all_stores", json!(true), json!(["fast", "cheap"])),
    ] {
        let body = with(glance_direct(), field, value);
        let (image, task) = imported(&admin, &staged(&admin, "x").await, body).await;
        is_active(&image, 1);
        assert_eq!(task["input"]["backend"], stores);
        assert_eq!(lists(&image), ["", ""]);
    }
}

#[tokio::test]
async fn a_header_can_name_the_store_too() {
    let glance = several().await;
    let alice = glance.person("alice");
    let image = staged(&alice, "x").await;
    let request = alice.post(image.at("/import")).json(glance_direct());
    request.header("X-Image-Meta-Store", "cheap").await.is(202);
    let task = ended(&alice, &image).await;
    assert_eq!(task["input"]["backend"], json!(["cheap"]));
}

#[tokio::test]
async fn nothing_of_what_was_staged_is_left() {
    let home = tempfile::tempdir().unwrap();
    let glance = crate::glance::glance_with(|config| {
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
    })
    .await;
    let alice = glance.person("alice");
    let (image, _) = imported(&alice, &staged(&alice, "x").await, glance_direct()).await;
    let files = |of: &str| home.path().join(of).read_dir().unwrap().count();
    assert_eq!((files("staging"), files("images")), (0, 1));
    alice.delete(&image).await.is(204);
    assert_eq!(files("images"), 0);
}

#[tokio::test]
async fn further_fields_are_kept_in_the_task() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let body = with(glance_direct(), "x", 5);
    let (_, task) = imported(&alice, &staged(&alice, "x").await, body.clone()).await;
    assert_eq!(task["input"]["import_req"], body);
}
