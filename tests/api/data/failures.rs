//! Uploads that fail on the way: nothing of them is left, and another may follow.

use bytes::Bytes;
use futures_util::stream;

use super::{is_queued_again, kept, name_of, on_disk, raw};
use crate::glance::{glance, glance_with};
use crate::wire::{Wire, until};

const TOO_LARGE: &str = "The incoming image is too large: The provided image is too large.";

fn over_quota(size: &str, remaining: u64) -> String {
    format!(
        "Image exceeds the storage quota: The size of the data {size} will exceed the limit. \
         {remaining} bytes remaining."
    )
}

/// A body whose length is not told.
fn chunked(data: &'static str) -> reqwest::Body {
    let data = Ok::<_, std::io::Error>(Bytes::from(data));
    reqwest::Body::wrap_stream(stream::iter([data]))
}

#[tokio::test]
async fn data_larger_than_the_cap_is_refused() {
    let glance = glance_with(|it| it.images.image_size_cap = 10).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice
        .upload(&image, "12345678901")
        .await
        .is(413)
        .says(TOO_LARGE);
    alice
        .upload(&image, chunked("12345678901"))
        .await
        .is(413)
        .says(TOO_LARGE);
    is_queued_again(&alice.see(&image).await);
    alice.upload(&image, "1234567890").await.is(204);
}

#[tokio::test]
async fn the_storage_quota_counts_all_images_of_the_project() {
    let glance = glance_with(|it| it.images.user_storage_quota = 100).await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let (first, second) = (raw(&alice).await, raw(&alice).await);
    alice.upload(&first, "x".repeat(60)).await.is(204);

    let answer = alice.upload(&second, "x".repeat(41)).await.is(413);
    answer.says(&over_quota("41", 40));
    is_queued_again(&alice.see(&second).await);
    // Others have a quota of their own.
    bob.upload(&raw(&bob).await, "x".repeat(41)).await.is(204);
    // It fits exactly.
    alice.upload(&second, "x".repeat(40)).await.is(204);
    // What is deleted does not count.
    alice.delete(&first).await.is(204);
    alice
        .upload(&raw(&alice).await, "x".repeat(60))
        .await
        .is(204);
}

#[tokio::test]
async fn data_of_unknown_size_is_measured_when_it_has_come() {
    let glance = glance_with(|it| it.images.user_storage_quota = 10).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let answer = alice.upload(&image, chunked("12345678901")).await.is(413);
    answer.says(&over_quota("11", 10));
    is_queued_again(&alice.see(&image).await);
    alice.get(image.at("/file")).await.is(204);

    alice.upload(&image, chunked("1234567890")).await.is(204);
    let answer = alice.upload(&raw(&alice).await, chunked("1")).await.is(413);
    answer.says(&over_quota("None", 0));
}

#[tokio::test]
async fn the_announced_size_is_what_the_quota_is_asked_for() {
    let glance = glance_with(|it| it.images.user_storage_quota = 10).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let request = alice
        .upload(&image, "12345")
        .header("X-OpenStack-Image-Size", "450");
    request.await.is(413).says(&over_quota("450", 10));
    alice.upload(&image, "12345").await.is(204);
}

#[tokio::test]
async fn a_failed_upload_leaves_no_file() {
    const SIZE: usize = 3 << 20;
    let (glance, home) = on_disk().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for (data, announced, status) in [
        (5, "50", 400),
        (5, "2", 400),
        (SIZE, "2000000", 400),
        (SIZE, "4000000", 400),
    ] {
        let request = alice
            .upload(&image, vec![7; data])
            .header("X-OpenStack-Image-Size", announced);
        request.await.is(status);
        assert_eq!(kept(&home), [""; 0]);
    }
    let qcow2 = super::of_format(&alice, "qcow2").await;
    for size in [5, SIZE] {
        alice.upload(&qcow2, vec![7; size]).await.is(415);
        assert_eq!(kept(&home), [""; 0]);
    }
}

#[tokio::test]
async fn a_client_that_vanishes_leaves_the_image_as_it_was() {
    let (glance, home) = on_disk().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for size in [10, 4 << 20] {
        let upload = Wire::upload_half(&glance, &image, &vec![7; size]).await;
        drop(upload);

        is_queued_again(&until(&alice, &image, "queued").await);
        assert_eq!(kept(&home), [""; 0]);
        alice.get(image.at("/file")).await.is(204);
    }
    alice.upload(&image, "data").await.is(204);
    assert_eq!(kept(&home), [name_of(&home, &image)]);
}

#[tokio::test]
async fn a_chunked_body_that_breaks_off_is_no_image() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let mut upload = Wire::upload(&glance, &image, "Transfer-Encoding: chunked\r\n").await;
    upload.send("5\r\n12345\r\n").await;
    until(&alice, &image, "saving").await;
    drop(upload);
    is_queued_again(&until(&alice, &image, "queued").await);
}

#[tokio::test]
async fn an_image_deleted_while_it_is_filled_is_gone_with_its_bytes() {
    let (glance, home) = on_disk().await;
    let alice = glance.person("alice");
    for size in [10, 4 << 20] {
        let image = raw(&alice).await;
        let data = vec![7; size];
        let mut upload = Wire::upload_half(&glance, &image, &data).await;

        alice.delete(&image).await.is(204);
        upload.send(&data[size / 2..]).await;

        let (status, text) = upload.answer().await;
        assert_eq!(status, 410, "{text}");
        let words = format!(
            "Image {} could not be found after upload. The image may have been deleted during the \
             upload, cleaning up the chunks uploaded.",
            image.id
        );
        assert!(text.contains(&words), "{text}");
        assert_eq!(kept(&home), [""; 0]);
        alice.get(&image).await.is(404);
    }
}

#[tokio::test]
async fn a_deleted_image_leaves_no_file() {
    let (glance, home) = on_disk().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!(kept(&home), [name_of(&home, &image)]);
    alice.delete(&image).await.is(204);
    assert_eq!(kept(&home), [""; 0]);
}
