//! Uploads that succeed, and what is refused before any data is read.

use bytes::Bytes;
use futures_util::stream;
use lookalike::config::Algorithm;
use md5::{Digest, Md5};
use serde_json::json;
use sha2::{Sha256, Sha512};

use super::{data_file, is_415, kept, on_disk, raw};
use crate::glance::{glance, glance_storing, glance_with, store};
use crate::wire::{Wire, until};

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, it| {
        write!(text, "{it:02x}").unwrap();
        text
    })
}

fn noise(size: usize) -> Bytes {
    crate::noise::noise(size).into()
}

/// A body whose length is not told, in chunks of this size.
fn chunked(data: &Bytes, size: usize) -> reqwest::Body {
    let chunks: Vec<_> = data
        .chunks(size)
        .map(|it| Ok::<_, std::io::Error>(data.slice_ref(it)))
        .collect();
    reqwest::Body::wrap_stream(stream::iter(chunks))
}

#[tokio::test]
async fn an_upload_makes_an_image_active_and_tells_what_came() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;

    let answer = alice.upload(&image, "0123456789").await.is(204);

    assert!(answer.body.is_empty());
    // As Glance has it, though there is nothing to be of a type.
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    let image = alice.see(&image).await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], 10);
    assert_eq!(image["virtual_size"], 10);
    assert_eq!(image["checksum"], "781e5e245d69b566979b86e28d23f2c7");
    assert_eq!(image["os_hash_algo"], "sha512");
    assert_eq!(image["os_hash_value"], hex(&Sha512::digest("0123456789")));
}

#[tokio::test]
async fn data_of_every_length_is_kept_and_hashed_whole() {
    const BATCH: usize = 256 << 10;
    let (glance, home) = on_disk().await;
    let alice = glance.person("alice");
    for size in [
        0,
        1,
        BATCH - 1,
        BATCH,
        BATCH + 1,
        2 * BATCH - 1,
        2 * BATCH,
        2 * BATCH + 1,
        5 << 20,
    ] {
        let data = noise(size);
        let (md5, sha512) = (hex(&Md5::digest(&data)), hex(&Sha512::digest(&data)));
        for body in [data.clone().into(), chunked(&data, 100_003)] {
            let image = raw(&alice).await;

            alice.upload(&image, body).await.is(204);

            let seen = alice.see(&image).await;
            assert_eq!(seen["size"], size);
            assert_eq!(seen["checksum"], md5, "{size}");
            assert_eq!(seen["os_hash_value"], sha512, "{size}");
            let got = alice.get(image.at("/file")).await.is(200);
            assert!(got.body == data, "{size}");
            assert_eq!(std::fs::read(data_file(&home, &image)).unwrap(), data);
        }
    }
    assert_eq!(kept(&home).len(), 18);
}

#[tokio::test]
async fn an_empty_body_is_an_image_of_no_size() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;

    alice.upload(&image, "").await.is(204);

    let image = alice.see(&image).await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], 0);
    assert!(image["virtual_size"].is_null());
    assert_eq!(image["checksum"], hex(&Md5::digest("")));
    assert_eq!(image["os_hash_value"], hex(&Sha512::digest("")));
    let answer = alice.get(image.at("/file")).await.is(200);
    assert_eq!(answer.header("content-length"), "0");
}

#[tokio::test]
async fn the_hash_is_the_one_that_the_option_names() {
    for (algorithm, word, hash) in [
        (Algorithm::Md5, "md5", hex(&Md5::digest("data"))),
        (
            Algorithm::Sha1,
            "sha1",
            "a17c9aaa61e80a1bf71d0d850af4e5baa9800bbd".into(),
        ),
        (Algorithm::Sha256, "sha256", hex(&Sha256::digest("data"))),
    ] {
        let glance = glance_with(|it| it.images.hashing_algorithm = algorithm).await;
        let alice = glance.person("alice");
        let image = alice.create_active(json!({})).await;
        let image = alice.see(&image).await;
        assert_eq!(image["os_hash_algo"], word);
        assert_eq!(image["os_hash_value"], hash);
        assert_eq!(image["checksum"], hex(&Md5::digest("data")));
    }
}

#[tokio::test]
async fn the_checks_of_an_upload_come_in_their_order() {
    let glance = glance_storing(&["fast=memory:"]).await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let active = alice.create_active(json!({})).await;
    let bare = alice.create(json!({})).await;
    let bad_size = ("X-OpenStack-Image-Size", "many");
    let bad_store = ("X-Image-Meta-Store", "cheap");

    let refused = bob
        .put(bare.at("/file"))
        .body("data")
        .header("Content-Type", "text/plain");
    let refused = refused
        .header(bad_size.0, bad_size.1)
        .header(bad_store.0, bad_store.1);
    is_415(&refused.await, "Invalid content type text/plain");
    let refused = bob.upload(&bare, "data").header(bad_size.0, bad_size.1);
    refused
        .header(bad_store.0, bad_store.1)
        .await
        .is(400)
        .says("Invalid or missing image size in request headers.");
    let refused = bob.upload(&bare, "data").header(bad_store.0, bad_store.1);
    refused
        .await
        .is(400)
        .says("Store for identifier cheap not found");
    bob.upload(&bare, "data")
        .await
        .is(404)
        .says("No image found with ID {id}");
    let reader = alice.with_roles("reader");
    let refused = reader.upload(&active, "data").await.is(403);
    refused.says("You are not authorized to complete upload_image action.");
    let refused = alice.upload(&active, "data").await.is(409);
    refused.says("Image status transition from active to saving is not allowed");
    let refused = alice.upload(&bare, "data").await.is(400);
    refused.says("Properties disk_format, container_format must be set prior to saving data.");
    assert_eq!(alice.see(&bare).await["status"], "queued");
}

#[tokio::test]
async fn one_missing_format_is_named() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (given, missing) in [
        ("disk_format", "container_format"),
        ("container_format", "disk_format"),
    ] {
        let word = if given == "disk_format" {
            "raw"
        } else {
            "bare"
        };
        let image = alice.create(json!({ given: word })).await;
        let words = format!("Property {missing} must be set prior to saving data.");
        alice.upload(&image, "data").await.is(400).says(&words);
    }
}

#[tokio::test]
async fn the_media_type_may_have_parameters_but_must_be_there() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let untyped = alice.put(image.at("/file")).body(Bytes::from("data")).await;
    is_415(&untyped, "Invalid content type None");
    let typed = alice.put(image.at("/file")).body(Bytes::from("data"));
    typed
        .header("Content-Type", "application/octet-stream; charset=x")
        .await
        .is(204);
}

#[tokio::test]
async fn a_size_that_is_no_number_is_refused() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for size in ["many", "", "1.5", "0x4"] {
        let answer = alice
            .upload(&image, "data")
            .header("X-OpenStack-Image-Size", size)
            .await;
        answer
            .is(400)
            .says("Invalid or missing image size in request headers.");
    }
}

#[tokio::test]
async fn the_size_that_was_got_does_not_depend_on_how_the_bytes_came() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for (announced, sent, got) in [
        ("3", 200_000, 65_536),
        ("-1", 200_000, 65_536),
        ("65536", 200_000, 131_072),
        ("100000", 120_000, 120_000),
        ("3", 9, 9),
    ] {
        for chunk in [sent, 1000, 7] {
            let chunks: Vec<_> = (0..sent)
                .step_by(chunk)
                .map(|from| Ok::<_, std::io::Error>(vec![1; chunk.min(sent - from)]))
                .collect();
            let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
            let upload = alice.upload(&image, body);
            let answer = upload.header("X-OpenStack-Image-Size", announced).await;
            let words = format!("Size exceeds: expected {announced} bytes, got {got} bytes");
            answer.is(400).says(&words);
        }
    }
    let upload = alice.upload(&image, "");
    let answer = upload.header("X-OpenStack-Image-Size", "-1").await.is(400);
    answer.says("Size mismatch: expected -1 bytes, got 0 bytes");
}

#[tokio::test]
async fn the_announced_size_is_taken_at_its_word() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for (size, words) in [
        ("50", "Size mismatch: expected 50 bytes, got 5 bytes"),
        ("2", "Size exceeds: expected 2 bytes, got 5 bytes"),
        ("-1", "Size exceeds: expected -1 bytes, got 5 bytes"),
    ] {
        let answer = alice
            .upload(&image, "12345")
            .header("X-OpenStack-Image-Size", size)
            .await;
        answer.is(400).says(words);
        super::is_queued_again(&alice.see(&image).await);
    }
    alice
        .upload(&image, "12345")
        .header("X-OpenStack-Image-Size", "5")
        .await
        .is(204);
}

#[tokio::test]
async fn a_server_with_one_store_does_not_look_for_another() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let request = alice
        .upload(&image, "data")
        .header("X-Image-Meta-Store", "cheap");
    request.await.is(204);
    assert_eq!(alice.see(&image).await.get("stores"), None);
}

#[tokio::test]
async fn a_store_that_there_is_not_is_refused_before_the_image_is_looked_for() {
    let glance = glance_storing(&["fast=memory:"]).await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    for store in ["cheap", "", "os_glance_staging_store"] {
        let words = format!("Store for identifier {store} not found");
        for path in [image.at("/file"), "/v2/images/nope/file".into()] {
            let request = alice
                .put(path)
                .body("data")
                .header("X-Image-Meta-Store", store);
            let answer = request
                .header("Content-Type", "application/octet-stream")
                .await
                .is(400);
            assert_eq!(answer.message().0, words.trim());
        }
    }
}

#[tokio::test]
async fn who_may_only_read_is_told_so_before_the_store_is_looked_at() {
    let glance = glance_with(|it| {
        it.images.allow_anonymous_access = true;
        it.stores.store = vec![store("fast=memory:")];
    })
    .await;
    let image = raw(&glance.person("alice")).await;
    let request = glance
        .nobody()
        .upload(&image, "data")
        .header("X-Image-Meta-Store", "cheap");
    request.await.is(403).details("Read-only access");
}

#[tokio::test]
async fn a_protected_image_takes_data() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice.create_active(json!({ "protected": true })).await;
}

#[tokio::test]
async fn an_admin_fills_the_images_of_others() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    glance.admin().upload(&image, "data").await.is(204);
    assert_eq!(alice.see(&image).await["status"], "active");
}

#[tokio::test]
async fn an_image_takes_data_once() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    alice.upload(&image, "other").await.is(409);
    glance
        .admin()
        .post(image.at("/actions/deactivate"))
        .await
        .is(204);
    let answer = alice.upload(&image, "other").await.is(409);
    answer.says("Image status transition from deactivated to saving is not allowed");
    glance
        .admin()
        .post(image.at("/actions/reactivate"))
        .await
        .is(204);
    assert_eq!(alice.get(image.at("/file")).await.body, "data");
    alice.delete(&image).await.is(204);
    alice.upload(&image, "other").await.is(404);
}

#[tokio::test]
async fn an_image_that_is_being_filled_says_so_and_takes_nothing_else() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let mut upload = Wire::upload_half(&glance, &image, b"0123456789").await;

    let answer = alice.upload(&image, "other").await.is(409);
    answer.says("Image status transition from saving to saving is not allowed");
    alice.get(image.at("/file")).await.is(204);
    alice.set(&image, "disk_format", "qcow2").await.is(403);
    glance
        .admin()
        .post(image.at("/actions/deactivate"))
        .await
        .is(403);
    let seen = alice.see(&image).await;
    assert!(seen["size"].is_null() && seen["checksum"].is_null());

    upload.send("56789").await;
    assert_eq!(upload.answer().await.0, 204);
    assert_eq!(alice.get(image.at("/file")).await.body, "0123456789");
}

#[tokio::test]
async fn changes_made_during_an_upload_are_kept() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let mut upload = Wire::upload_half(&glance, &image, b"0123456789").await;

    alice.set(&image, "name", "later").await.is(200);
    alice.set(&image, "colour", "blue").await.is(200);
    alice.put(image.at("/tags/new")).await.is(204);
    upload.send("56789").await;
    assert_eq!(upload.answer().await.0, 204);

    let image = until(&alice, &image, "active").await;
    assert_eq!(image["name"], "later");
    assert_eq!(image["colour"], "blue");
    assert_eq!(image.tags(), ["new"].into());
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_sends_everything_first() {
    let glance = glance_with(|it| {
        it.images.image_size_cap = 1 << 20;
        it.stores.store = vec![store("fast=memory:")];
    })
    .await;
    let alice = glance.person("alice");
    let big = vec![7; 8 << 20];
    let active = alice.create_active(json!({})).await;
    let queued = raw(&alice).await;
    let bare = alice.create(json!({})).await;
    let length = format!("Content-Length: {}\r\n", big.len());
    for (image, header, status) in [
        (&active, "", 409),
        (&queued, "", 413),
        (&queued, "X-OpenStack-Image-Size: 5\r\n", 400),
        (&queued, "X-OpenStack-Image-Size: x\r\n", 400),
        (&queued, "X-Image-Meta-Store: x\r\n", 400),
        (&bare, "", 400),
    ] {
        let mut wire = Wire::upload(&glance, image, &format!("{length}{header}")).await;
        wire.send(&big).await;
        let (got, text) = wire.answer().await;
        assert_eq!(got, status, "{text}");
    }
    super::is_queued_again(&alice.see(&queued).await);
}

#[tokio::test]
async fn nothing_but_put_and_get_is_known_of_data() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    for method in ["HEAD", "DELETE", "POST", "PATCH"] {
        let answer = alice
            .request(method.parse().unwrap(), image.at("/file"))
            .await;
        assert_eq!(answer.is(405).header("allow"), "GET, PUT", "{method}");
    }
}
