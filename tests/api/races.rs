//! Many at once: somebody wins, everybody hears the truth, and nothing is lost.

use std::collections::BTreeSet;
use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::json;

use crate::glance::{Image, Request, glance, glance_with};
use crate::wire::{Wire, until};

/// The statuses of requests that are sent at once, in order.
async fn at_once(requests: impl IntoIterator<Item = Request>) -> Vec<u16> {
    let tasks = requests
        .into_iter()
        .map(|it| tokio::spawn(it.into_future()));
    let tasks: Vec<_> = tasks.collect();
    let answers = join_all(tasks).await;
    let mut statuses: Vec<_> = answers.into_iter().map(|it| it.unwrap().status).collect();
    statuses.sort_unstable();
    statuses
}

fn raw() -> serde_json::Value {
    json!({ "disk_format": "raw", "container_format": "bare" })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_uploads_one_is_taken() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for _ in 0..10 {
        let image = alice.create(raw()).await;
        let both = ["one", "two"].map(|it| alice.upload(&image, it));
        assert_eq!(at_once(both).await, [204, 409]);
        let (seen, answer) = (alice.see(&image).await, alice.get(image.at("/file")).await);
        assert_eq!(answer.header("content-md5"), seen["checksum"]);
        assert!(answer.body == "one" || answer.body == "two");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_who_want_an_id_one_gets_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = "11111111-2222-4333-8444-555555555555";
    let twenty = (0..20).map(|_| alice.post("/v2/images").json(json!({ "id": id })));
    let statuses = at_once(twenty).await;
    assert_eq!(statuses[0], 201);
    assert_eq!(statuses[1..], [409; 19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ids_that_differ_only_in_case_one_is_given() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = "abcdefab-2222-4333-8444-555555555555";
    let letters = id
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_lowercase());
    let spelled = letters.map(|(at, _)| {
        let (before, after) = id.split_at(at);
        format!("{before}{}{}", after[..1].to_uppercase(), &after[1..])
    });
    let all = spelled.map(|id| alice.post("/v2/images").json(json!({ "id": id })));
    let statuses = at_once(all).await;
    assert_eq!(statuses[0], 201);
    assert_eq!(statuses[1..], [409; 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_added_once() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let member = json!({ "member": "bob-project" });
    let eight = (0..8).map(|_| alice.post(image.at("/members")).json(member.clone()));
    let statuses = at_once(eight).await;
    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[1..], [409; 7]);
    let members = alice.get(image.at("/members")).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_added_at_once_stay_within_their_quota() {
    let glance = glance_with(|it| it.images.image_member_quota = 3).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let eight = (0..8).map(|it| {
        alice
            .post(image.at("/members"))
            .json(json!({ "member": format!("p{it}") }))
    });
    assert_eq!(
        at_once(eight).await,
        [200, 200, 200, 413, 413, 413, 413, 413]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_at_once_fill_the_storage_quota_to_the_byte() {
    let glance = glance_with(|it| it.images.user_storage_quota = 50).await;
    let alice = glance.person("alice");
    let mut images = Vec::new();
    for _ in 0..12 {
        images.push(alice.create(raw()).await);
    }
    let statuses = at_once(images.iter().map(|it| alice.upload(it, "0123456789"))).await;
    assert_eq!(statuses[..5], [204; 5]);
    assert_eq!(statuses[5..], [413; 7]);
    let mut held = 0;
    for image in &images {
        held += alice.see(image).await["size"].as_i64().unwrap_or(0);
    }
    assert_eq!(held, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_added_at_once_are_all_kept() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let names: Vec<_> = (0..20).map(|it| format!("tag{it}")).collect();
    let all = names
        .iter()
        .map(|it| alice.put(image.at(&format!("/tags/{it}"))));
    assert_eq!(at_once(all).await, [204; 20]);
    let names: BTreeSet<_> = names.iter().map(String::as_str).collect();
    assert_eq!(alice.see(&image).await.tags(), names);
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_set_at_once_are_all_kept() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let all = (0..20).map(|it| alice.set(&image, &format!("p{it}"), "x"));
    assert_eq!(at_once(all).await, [200; 20]);
    let image = alice.see(&image).await;
    assert!((0..20).all(|it| image[&*format!("p{it}")] == "x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_delete_an_image_one_did() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let statuses = at_once((0..8).map(|_| alice.delete(&image))).await;
    assert_eq!(statuses[0], 204);
    assert_eq!(statuses[1..], [404; 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_against_a_deletion_ends_with_no_image() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        config.ephemeral = false;
        config.data = home.path().to_owned();
    })
    .await;
    let alice = glance.person("alice");
    for _ in 0..20 {
        let image = alice.create(raw()).await;
        let (upload, delete) = tokio::join!(
            tokio::spawn(alice.upload(&image, "data").into_future()),
            tokio::spawn(alice.delete(&image).into_future()),
        );
        assert_eq!(delete.unwrap().status, 204);
        let upload = upload.unwrap();
        assert!(
            [204, 404, 410].contains(&upload.status),
            "{}",
            upload.text()
        );
        alice.get(&image).await.is(404);
        assert_eq!(home.path().join("images").read_dir().unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_gets_all_its_bytes_though_the_image_is_deleted() {
    const SIZE: usize = 32 << 20;
    let home = tempfile::tempdir().unwrap();
    let on_disk = glance_with(|config| {
        config.ephemeral = false;
        config.data = home.path().to_owned();
    })
    .await;
    for glance in [on_disk, glance().await] {
        let alice = glance.person("alice");
        let image: Image = alice.create(raw()).await;
        alice.upload(&image, vec![7; SIZE]).await.is(204);
        let url = format!("{}{}", glance.url(), image.at("/file"));
        let request = reqwest::Client::new().get(url);
        let request = request.header("X-Auth-Token", "alice:alice-project:member,reader");
        // The head has come; the body is larger than what fits into sockets.
        let mut answer = request.send().await.unwrap();

        alice.delete(&image).await.is(204);

        alice.get(image.at("/file")).await.is(404);
        let mut read = 0;
        while let Some(chunk) = answer.chunk().await.unwrap() {
            assert!(chunk.iter().all(|it| *it == 7));
            read += chunk.len();
        }
        assert_eq!(read, SIZE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_a_broken_upload_is_not_disturbed_by_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(raw()).await;
    for _ in 0..5 {
        drop(Wire::upload_half(&glance, &image, &vec![7; 1 << 20]).await);
        until(&alice, &image, "queued").await;
    }
    alice.upload(&image, "data").await.is(204);
    assert_eq!(alice.get(image.at("/file")).await.body, "data");
}
