//! Data that is put aside for an import.

use bytes::Bytes;
use futures_util::stream;
use lookalike::Config;

use super::{glance_direct, imported, is_queued_again, raw, staged};
use crate::glance::{Image, Person, glance, glance_with};

#[tokio::test]
async fn staged_data_has_a_size_and_nothing_else() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;

    let answer = alice.stage(&image, "hello").await.is(204);

    assert_eq!(answer.body, "");
    let image = alice.see(&image).await;
    assert_eq!(image["status"], "uploading");
    assert_eq!(image["size"], 5);
    for field in ["checksum", "os_hash_algo", "os_hash_value", "virtual_size"] {
        assert!(image[field].is_null(), "{field}");
    }
    alice.get(image.at("/file")).await.is(204);
}

#[tokio::test]
async fn formats_need_not_be_known_when_data_is_staged() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(serde_json::json!({})).await;
    alice.stage(&image, "").await.is(204);
    assert_eq!(alice.see(&image).await["size"], 0);
    // But they have to be before it is imported, and then it is too late to say.
    let answer = alice.set(&image, "disk_format", "raw").await.is(403);
    answer.says("Attribute disk_format can be only replaced for a queued image.");
    let answer = super::import(&alice, &image, glance_direct()).await;
    answer
        .is(409)
        .says("'container_format' needs to be set before import");
}

#[tokio::test]
async fn data_is_staged_once() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = staged(&alice, "hello").await;
    let answer = alice.stage(&image, "again").await.is(409);
    answer.says("Image status transition from uploading to uploading is not allowed");
    let answer = alice.upload(&image, "again").await.is(409);
    answer.says("Image status transition from uploading to saving is not allowed");
}

#[tokio::test]
async fn only_the_owners_stage() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let words = "You are not authorized to complete modify_image action.";
    let reader = alice.with_roles("reader");
    reader.stage(&image, "x").await.is(403).says(words);
    glance.person("bob").stage(&image, "x").await.is(404);
    glance.admin().stage(&image, "x").await.is(204);
}

#[tokio::test]
async fn staged_data_is_bytes() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let request = alice.put(image.at("/stage")).body("{}");
    let answer = request.header("Content-Type", "application/json").await;
    assert_eq!(
        answer.is(415).message().1,
        "Invalid content type application/json"
    );
}

#[tokio::test]
async fn without_the_method_there_is_no_staging() {
    let web_download = |config: &mut Config| {
        let methods = &mut config.tasks.enabled_import_methods;
        methods.retain(|it| it.as_str() == "web-download");
    };
    let glance = glance_with(web_download).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let answer = alice.stage(&image, "x").await.is(404);
    answer.says("'glance-direct' method is not available at this site.");
}

async fn stage_sized(alice: &Person, image: &Image, size: &str) -> crate::glance::Answer {
    let request = alice.stage(image, "hello");
    request.header("X-OpenStack-Image-Size", size).await
}

#[tokio::test]
async fn data_of_another_size_than_announced_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for (size, words) in [
        ("9", "Size mismatch: expected 9 bytes, got 5 bytes"),
        ("2", "Size exceeds: expected 2 bytes, got 5 bytes"),
        ("x", "Invalid or missing image size in request headers."),
    ] {
        stage_sized(&alice, &image, size).await.is(400).says(words);
        is_queued_again(&alice.see(&image).await);
    }
    stage_sized(&alice, &image, "5").await.is(204);
}

#[tokio::test]
async fn data_larger_than_the_cap_is_not_staged() {
    let glance = glance_with(|it| it.images.image_size_cap = 4).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let words = "The incoming image is too large: The provided image is too large.";
    alice.stage(&image, "hello").await.is(413).says(words);
    is_queued_again(&alice.see(&image).await);
    alice.stage(&image, "four").await.is(204);
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_the_image_as_it_was() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let broken = [
        Ok(Bytes::from_static(b"some")),
        Err(std::io::Error::other("gone")),
    ];
    let body = reqwest::Body::wrap_stream(stream::iter(broken));
    let request = tokio::spawn(alice.stage(&image, body).into_future());
    assert!(request.await.is_err(), "a request that broke off");

    is_queued_again(&crate::wire::until(&alice, &image, "queued").await);
    alice.stage(&image, "hello").await.is(204);
    let (image, _) = imported(&alice, &image, glance_direct()).await;
    assert_eq!(image["size"], 5);
}

#[tokio::test]
async fn a_deleted_image_takes_its_staged_data_along() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
    })
    .await;
    let alice = glance.person("alice");
    let image = staged(&alice, "hello").await;
    let files = || home.path().join("staging").read_dir().unwrap().count();
    assert_eq!(files(), 1);
    alice.delete(&image).await.is(204);
    assert_eq!(files(), 0);
}
