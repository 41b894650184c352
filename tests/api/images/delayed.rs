//! Delayed deletion: `delayed_delete`, `scrub_time`, and what becomes of the data. The answers are those of Glance 33.

use chrono::TimeDelta;
use serde_json::json;

use crate::glance::{Glance, Image, Person, glance_with};

/// A server that keeps the data of deleted images for this many seconds at least.
async fn keeping(seconds: u32) -> Glance {
    glance_with(|config| {
        config.deletion.delayed_delete = true;
        config.deletion.scrub_time = seconds;
        // Nothing is scrubbed but by the test.
        config.stores.sweep = 0;
    })
    .await
}

async fn image(person: &Person) -> Image {
    let fields = json!({ "name": "cirros", "tags": ["a"], "os_distro": "x" });
    person.create_active(fields).await
}

/// Adds a member, and returns the path of the members.
async fn shared_with_bob(alice: &Person, image: &Image) -> String {
    let members = image.at("/members");
    let member = json!({ "member": "bob-project" });
    alice.post(&members).json(member).await.is(200);
    members
}

/// The deletions that are pending.
async fn pending(glance: &Glance) -> serde_json::Value {
    let answer = glance.control().get("/deletions").await.is(200);
    answer["deletions"].clone()
}

async fn scrubbed(glance: &Glance) -> serde_json::Value {
    let answer = glance.control().post("/deletions/scrub").await.is(200);
    answer["scrubbed"].clone()
}

#[tokio::test]
async fn nobody_sees_an_image_whose_deletion_is_pending() {
    let glance = keeping(60).await;
    let alice = glance.person("alice");
    let image = image(&alice).await;
    let members = shared_with_bob(&alice, &image).await;
    alice.delete(&image).await.is(204);
    for caller in [&alice, &glance.person("bob"), &glance.admin()] {
        for query in ["", "?status=pending_delete", "?status=deleted"] {
            assert!(caller.names(query).await.is_empty());
        }
        caller.get(&image).await.is(404);
        caller.get(image.at("/file")).await.is(404);
        caller.get(&members).await.is(404);
        caller.set(&image, "name", "y").await.is(404);
        caller.post(image.at("/actions/deactivate")).await.is(404);
        caller.put(image.at("/tags/u")).await.is(404);
        let again = caller.delete(&image).await.is(404);
        again.says("Failed to find image {id} to delete");
        let same = json!({ "id": image.id });
        caller.post("/v2/images").json(same).await.is(409);
    }
}

#[tokio::test]
async fn an_image_without_data_is_deleted_at_once() {
    let glance = keeping(60).await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    alice.delete(&image).await.is(204);
    assert_eq!(pending(&glance).await, json!([]));
}

#[tokio::test]
async fn an_admin_cannot_delete_a_deactivated_image_and_its_owner_does_so_at_once() {
    let glance = keeping(60).await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = image(&alice).await;
    admin.post(image.at("/actions/deactivate")).await.is(204);
    let refused = admin.delete(&image).await.is(400);
    refused.says("Image status transition from deactivated to pending_delete is not allowed");
    alice.delete(&image).await.is(204);
    assert_eq!(pending(&glance).await, json!([]));
}

#[tokio::test]
async fn data_is_scrubbed_when_the_clock_of_the_cloud_says_so_and_not_before() {
    let glance = keeping(3600).await;
    let alice = glance.person("alice");
    let image = image(&alice).await;
    alice.delete(&image).await.is(204);
    assert_eq!(scrubbed(&glance).await, json!([]));
    let pending = &pending(&glance).await[0];
    assert_eq!(pending["id"], image["id"]);
    assert_eq!(pending["name"], "cirros");
    assert_eq!(pending["owner"], "alice-project");

    glance.advance(TimeDelta::seconds(3601)).await.unwrap();
    assert_eq!(scrubbed(&glance).await, json!([image.id]));

    let path = format!("/deletions/{}/restore", image.id);
    let refused = glance.control().post(path).await.is(409);
    let words =
        "cannot restore the image from deleted to active (wanted from_state=pending_delete)";
    assert_eq!(refused["error"]["message"], words);
    assert_eq!(scrubbed(&glance).await, json!([]));
}

#[tokio::test]
async fn the_sweep_scrubs() {
    let glance = glance_with(|config| {
        config.deletion.delayed_delete = true;
        config.stores.sweep = 3600;
    })
    .await;
    let alice = glance.person("alice");
    let image = image(&alice).await;
    alice.delete(&image).await.is(204);
    glance.advance(TimeDelta::seconds(3601)).await.unwrap();
    while pending(&glance).await != json!([]) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_restored_image_has_all_that_it_had() {
    let glance = keeping(0).await;
    let alice = glance.person("alice");
    let image = image(&alice).await;
    shared_with_bob(&alice, &image).await;
    let before = alice.see(&image).await;
    alice.delete(&image).await.is(204);

    glance.restore_image(&image.id).await.unwrap();

    let mut after = alice.see(&image).await;
    after.document["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before);
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    glance.person("bob").get(&image).await.is(200);
    assert_eq!(scrubbed(&glance).await, json!([]));
    let refused = glance.restore_image(&image.id).await.unwrap_err();
    assert!(
        refused.to_string().contains("from active to active"),
        "{refused}"
    );
    let unknown = glance
        .control()
        .post("/deletions/none/restore")
        .await
        .is(404);
    assert_eq!(unknown["error"]["message"], "No image found with ID none");
}

#[tokio::test]
async fn what_is_pending_counts_in_no_quota() {
    let glance = glance_with(|config| {
        config.deletion.delayed_delete = true;
        config.images.user_storage_quota = 6;
    })
    .await;
    let alice = glance.person("alice");
    let first = image(&alice).await;
    alice.delete(&first).await.is(204);
    image(&alice).await;
}

#[tokio::test]
async fn a_pending_deletion_survives_snapshots_and_ends_with_a_reset() {
    let glance = keeping(0).await;
    let (alice, control) = (glance.person("alice"), glance.control());
    let image = image(&alice).await;
    alice.delete(&image).await.is(204);
    control.put("/snapshots/pending").await.is(201);
    assert_eq!(scrubbed(&glance).await, json!([image.id]));

    control.post("/snapshots/pending/load").await.is(204);
    glance.restore_image(&image.id).await.unwrap();
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");

    alice.delete(&image).await.is(204);
    control.post("/reset").await.is(204);
    assert_eq!(pending(&glance).await, json!([]));
}

#[tokio::test]
async fn a_pending_deletion_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let start = async || {
        glance_with(|config| {
            config.ephemeral = false;
            config.database_url = None;
            config.data = directory.path().to_owned();
            config.deletion.delayed_delete = true;
        })
        .await
    };
    let glance = start().await;
    let image = image(&glance.person("alice")).await;
    glance.person("alice").delete(&image).await.is(204);
    glance.stop().await;

    let glance = start().await;
    glance.restore_image(&image.id).await.unwrap();
    let alice = glance.person("alice");
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}
