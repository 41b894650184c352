//! The bytes of images that were planted.

use md5::{Digest, Md5};
use serde_json::json;

use super::{named, seeded, seeded_with, written};
use crate::glance::{Image, Person, glance_with, store};
use crate::imports::ended;

fn md5(bytes: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::digest(bytes).into()))
}

/// What a part of an image is.
async fn part(person: &Person, image: &Image, range: &str) -> bytes::Bytes {
    let range = format!("bytes={range}");
    let answer = person.get(image.at("/file")).header("Range", &range).await;
    answer.is(206).body
}

#[tokio::test]
async fn they_may_come_from_a_file_a_text_or_base64() {
    let seed = written(
        "
images:
  - {name: file, disk_format: raw, container_format: bare, data: {file: below/x.img}}
  - {name: text, disk_format: raw, container_format: bare, data: {text: data}}
  - {name: base64, disk_format: raw, container_format: bare, data: {base64: ZGF0YQ==}}
",
    );
    std::fs::create_dir(seed.home.path().join("below")).unwrap();
    std::fs::write(seed.home.path().join("below/x.img"), "data").unwrap();
    let glance = glance_with(|it| it.seeds.seed = vec![seed.word.clone()]).await;
    let admin = glance.admin();
    for name in ["file", "text", "base64"] {
        let image = named(&admin, name).await;
        assert_eq!(
            image["checksum"], "8d777f385d3dfec8815d20f7496026dc",
            "{name}"
        );
        assert_eq!(admin.get(image.at("/file")).await.is(200).text(), "data");
    }
}

#[tokio::test]
async fn made_up_bytes_have_true_hashes() {
    let glance = seeded(
        "
images:
  - {name: z, disk_format: raw, container_format: bare, data: {size: 300000}}
  - {name: r, disk_format: raw, container_format: bare, data: {size: 300001, pattern: random(7)}}
  - {name: q, disk_format: qcow2, container_format: bare, virtual_size: 1GiB, data: {size: 300KiB}}
",
    )
    .await;
    let admin = glance.admin();
    for name in ["z", "r", "q"] {
        let image = named(&admin, name).await;
        let answer = admin.get(image.at("/file")).await.is(200);
        assert_eq!(image["size"], answer.body.len(), "{name}");
        assert_eq!(image["checksum"], md5(&answer.body), "{name}");
        assert_eq!(
            answer.header("content-md5"),
            image["checksum"].as_str().unwrap()
        );
        let some = part(&admin, &image, "1001-270003").await;
        assert_eq!(some, answer.body.slice(1001..270_004), "{name}");
    }
}

#[tokio::test]
async fn many_zeros_are_there_at_once_and_take_no_space() {
    let home = tempfile::tempdir().unwrap();
    let text = "
images:
  - {name: huge, disk_format: raw, container_format: bare, data: {size: 20GiB, pattern: zeros}}
";
    let glance = seeded_with(text, |config| {
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
    })
    .await;
    let admin = glance.admin();
    let image = named(&admin, "huge").await;
    assert_eq!(image["status"], "active");
    assert_eq!(image["size"], 20_u64 << 30);
    assert_eq!(image["checksum"], "24eeb2845cbfda238b78fa165c21607d");
    let last = part(&admin, &image, "-3").await;
    assert_eq!(last, &b"\0\0\0"[..]);
    let entries = home.path().join("images").read_dir().unwrap();
    assert!(entries.map(Result::unwrap).all(|it| !it.path().is_file()));
    admin.delete(&image).await.is(204);
    admin.get(image.at("/file")).await.is(404);
}

#[tokio::test]
async fn many_other_bytes_are_there_at_once_and_hashed_later() {
    let text = "
images:
  - {name: large, disk_format: raw, container_format: bare, data: {size: 65MiB, pattern: random}}
  - name: said
    disk_format: raw
    container_format: bare
    checksum: 0123456789abcdef0123456789abcdef
    os_hash_value: abcd
    data: {size: 900GiB, pattern: random(3)}
";
    let glance = seeded(text).await;
    let admin = glance.admin();
    let mut image = named(&admin, "large").await;
    assert_eq!(image["status"], "active");
    part(&admin, &image, "1-10").await;
    while image["checksum"].is_null() {
        image = admin.see(&image).await;
    }
    assert_eq!(image["os_hash_algo"], "sha512");
    assert_eq!(image["os_hash_value"].as_str().unwrap().len(), 128);
    assert_eq!(image["updated_at"], image["created_at"]);
    let image = named(&admin, "said").await;
    assert_eq!(image["checksum"], "0123456789abcdef0123456789abcdef");
    assert_eq!(image["os_hash_algo"], "sha512");
    assert_eq!(image["os_hash_value"], "abcd");
}

#[tokio::test]
async fn made_up_bytes_are_copied_like_any_others() {
    let text = "
images:
  - {name: x, disk_format: qcow2, container_format: bare, stores: [fast], data: {size: 300KiB}}
";
    let glance = seeded_with(text, |config| {
        config.stores.store = ["fast=memory:", "cheap=memory:"].map(store).into();
    })
    .await;
    let admin = glance.admin();
    let image = named(&admin, "x").await;
    assert_eq!(image["stores"], "fast");
    let body = json!({ "method": { "name": "copy-image" }, "stores": ["cheap"] });
    admin.post(image.at("/import")).json(body).await.is(202);
    assert_eq!(ended(&admin, &image).await["status"], "success");
    assert_eq!(admin.see(&image).await["stores"], "fast,cheap");
    let delete = format!("/v2/stores/fast/{}", image.id);
    admin.delete(delete).await.is(204);
    let answer = admin.get(image.at("/file")).await.is(200);
    assert_eq!(image["checksum"], md5(&answer.body));
}

#[tokio::test]
async fn what_is_said_of_bytes_counts_even_if_it_is_wrong() {
    let text = "
images:
  - name: broken
    disk_format: raw
    container_format: bare
    checksum: 00000000000000000000000000000000
    data: {text: data}
";
    let glance = seeded(text).await;
    let image = named(&glance.admin(), "broken").await;
    assert_eq!(image["checksum"], "0".repeat(32));
    assert_eq!(image["size"], 4);
}

#[tokio::test]
async fn an_active_image_without_data_has_none() {
    let text =
        "images: [{name: x, status: active, size: 5, disk_format: raw, container_format: bare}]";
    let glance = seeded(text).await;
    let admin = glance.admin();
    let image = named(&admin, "x").await;
    assert_eq!(image["size"], 5);
    admin.get(image.at("/file")).await.is(204);
}
