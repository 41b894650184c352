//! Images are the same, whichever kind of store has their bytes.

use std::future::IntoFuture;

use md5::{Digest, Md5};
use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Glance, Image, Person, database, glance_with, store};
use crate::noise::noise;
use crate::s3::S3;
use crate::wire::until;

/// More than a part of an upload to S3, and than several chunks in the database.
const LARGE: usize = (9 << 20) + 5;

/// A server with a store of each kind, each under the name of its kind.
struct Site {
    glance: Glance,
    s3: S3,
    home: TempDir,
}

const KINDS: [&str; 4] = ["file", "memory", "database", "s3"];

impl Site {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let s3 = S3::start().await;
        let stores = [
            format!("file=file://{}", home.path().display()),
            "memory=memory:".to_owned(),
            "database=database:".to_owned(),
            format!("s3={}", s3.url("a/b")),
        ];
        let glance = glance_with(|it| {
            it.images.image_size_cap = 10 << 20;
            it.stores.store = stores.iter().map(|it| store(it)).collect();
        })
        .await;
        Self { glance, s3, home }
    }
}

async fn of_format(person: &Person, format: &str) -> Image {
    let fields = json!({ "disk_format": format, "container_format": "bare" });
    person.create(fields).await
}

#[tokio::test]
async fn what_is_uploaded_is_what_is_downloaded() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    for kind in KINDS {
        for size in [0, 5, LARGE] {
            let data = noise(size);
            let image = of_format(&alice, "raw").await;
            let upload = alice.upload(&image, data.clone());
            upload.header("X-Image-Meta-Store", kind).await.is(204);
            let image = alice.see(&image).await;
            assert_eq!(image["stores"], kind);
            assert_eq!(image["size"], size);
            let md5 = u128::from_be_bytes(Md5::digest(&data).into());
            assert_eq!(image["checksum"], format!("{md5:032x}"));
            let answer = alice.get(image.at("/file")).await.is(200);
            assert!(answer.body == data, "{kind} {size}");
        }
    }
}

#[tokio::test]
async fn any_part_can_be_downloaded() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let data = noise(LARGE);
    for kind in KINDS {
        let image = of_format(&alice, "raw").await;
        let upload = alice.upload(&image, data.clone());
        upload.header("X-Image-Meta-Store", kind).await.is(204);
        for (start, end) in [(0, 0), (1_048_575, 1_048_576), (4_194_303, LARGE - 1)] {
            let part = alice.get(image.at("/file"));
            let part = part.header("Range", &format!("bytes={start}-{end}"));
            assert!(part.await.is(206).body == data[start..=end], "{kind}");
        }
    }
}

#[tokio::test]
async fn a_refused_upload_leaves_nothing_and_another_may_follow() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let before = site.s3.files();
    for kind in KINDS {
        let image = of_format(&alice, "qcow2").await;
        for (data, size, status) in [
            (noise(LARGE), LARGE, 415),
            (noise(9), 9, 415),
            (noise(LARGE), LARGE + 1, 400),
            (noise(11 << 20), 11 << 20, 413),
        ] {
            let upload = alice
                .upload(&image, data)
                .header("X-Image-Meta-Store", kind);
            let upload = upload.header("X-OpenStack-Image-Size", &size.to_string());
            upload.await.is(status);
            let image = alice.see(&image).await;
            assert_eq!(
                (&image["status"], image.get("stores")),
                (&json!("queued"), None)
            );
            alice.get(image.at("/file")).await.is(204);
        }
        alice.set(&image, "disk_format", "raw").await.is(200);
        let upload = alice.upload(&image, noise(LARGE));
        upload.header("X-Image-Meta-Store", kind).await.is(204);
        let answer = alice.get(image.at("/file")).await.is(200);
        assert!(answer.body == noise(LARGE), "{kind}");
        alice.delete(&image).await.is(204);
    }
    assert_eq!(site.s3.files(), before);
    let left = site
        .home
        .path()
        .read_dir()
        .unwrap()
        .map(|it| it.unwrap().file_name());
    let left: Vec<_> = left.filter(|it| it.len() == 36).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn many_uploads_at_once_do_not_wait_for_each_other() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let uploads = (0..12).map(async |number| {
        let image = of_format(&alice, "raw").await;
        let data = noise((1 << 20) * (number % 3) + number);
        let upload = alice.upload(&image, data.clone());
        let upload = upload.header("X-Image-Meta-Store", KINDS[number % 4]);
        upload.await.is(204);
        assert!(alice.get(image.at("/file")).await.is(200).body == data);
    });
    futures_util::future::join_all(uploads).await;
}

#[tokio::test]
async fn servers_that_share_nothing_but_a_database_share_images() {
    let Some(url) = database().await else {
        // One in memory is no other server's.
        return;
    };
    let server = async || {
        let url = Some(url.clone());
        glance_with(|it| {
            it.database_url = url;
            it.stores.store = vec![store("database:")];
        })
        .await
    };
    let (one, other) = (server().await, server().await);
    let alice = one.person("alice");
    let image = of_format(&alice, "raw").await;
    alice.upload(&image, noise(LARGE)).await.is(204);
    let there = other.person("alice");
    let there_image = until(&there, &image, "active").await;
    let answer = there.get(there_image.at("/file")).await.is(200);
    assert!(answer.body == noise(LARGE));
    there.delete(&image).await.is(204);
    alice.get(&image).await.is(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_while_an_object_is_on_its_way_to_a_bucket_leaves_nothing() {
    let site = Site::new().await;
    let alice = site.glance.person("alice");
    let before = site.s3.files();
    let image = of_format(&alice, "raw").await;
    site.s3.gate().close();
    let upload = alice.upload(&image, "late");
    let upload = tokio::spawn(upload.header("X-Image-Meta-Store", "s3").into_future());
    site.s3.gate().reached().await;
    alice.delete(image.at("")).await.is(204);
    site.s3.gate().open();
    assert_eq!(upload.await.unwrap().status, 410);
    assert_eq!(site.s3.files(), before);
}
