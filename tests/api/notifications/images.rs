//! Events of images, their data and their members.

use serde_json::json;

use super::listen;
use crate::glance::glance;

#[tokio::test]
async fn the_payload_of_an_image_is_that_of_glance() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut events = listen(&glance).await;
    let fields = json!({
        "name": "cirros", "tags": ["a"], "min_disk": 2, "disk_format": "raw", "container_format": "bare",
        "visibility": "private", "os_distro": "x",
    });
    let image = alice.create(fields).await;

    let event = events.next().await.unwrap();
    assert_eq!(event.name, "notification");
    let members: Vec<_> = event.data.as_object().unwrap().keys().collect();
    let expected = [
        "message_id",
        "publisher_id",
        "event_type",
        "priority",
        "payload",
        "timestamp",
    ];
    assert_eq!(members, expected);
    assert_eq!(event.data["event_type"], "image.create");
    assert_eq!(event.data["priority"], "INFO");
    assert_eq!(event.data["publisher_id"], "image.localhost");
    let payload = json!({
        "id": image.id, "name": "cirros", "status": "queued",
        "created_at": image["created_at"], "updated_at": image["updated_at"],
        "min_disk": 2, "min_ram": 0, "protected": false, "checksum": null, "owner": "alice-project",
        "disk_format": "raw", "container_format": "bare", "size": null, "virtual_size": null,
        "is_public": false, "visibility": "private", "properties": { "os_distro": "x" }, "tags": ["a"],
        "deleted": false, "deleted_at": null,
    });
    assert_eq!(event.data["payload"], payload);
}

#[tokio::test]
async fn an_upload_is_prepared_stored_and_makes_the_image_active() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut events = listen(&glance).await;
    let image = alice.create_active(json!({})).await;

    assert_eq!(events.types(1).await, ["image.create"]);
    let saving = events.next().await.unwrap().data;
    assert_eq!(saving["event_type"], "image.update");
    assert_eq!(saving["payload"]["status"], "saving");
    let prepare = events.next().await.unwrap().data;
    assert_eq!(prepare["event_type"], "image.prepare");
    assert_eq!(
        prepare["payload"]["os_glance_importing_to_stores"],
        json!([])
    );
    let upload = events.next().await.unwrap().data;
    assert_eq!(upload["event_type"], "image.upload");
    assert_eq!(upload["payload"]["id"], image["id"]);
    assert_eq!(upload["payload"]["size"], 4);
    assert_eq!(
        upload["payload"]["checksum"],
        alice.see(&image).await["checksum"]
    );
    assert_eq!(events.types(2).await, ["image.activate", "image.update"]);
}

#[tokio::test]
async fn a_failed_upload_is_an_error_with_a_text() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "qcow2", "container_format": "bare" });
    let image = alice.create(fields).await;
    let mut events = listen(&glance).await;
    alice.upload(&image, "no qcow2").await.is(415);

    let upload = events.of_type("image.upload").await;
    assert_eq!(upload["priority"], "ERROR");
    let text = upload["payload"].as_str().unwrap();
    assert!(text.contains(&image.id), "{text}");
    let update = events.of_type("image.update").await;
    assert_eq!(update["payload"]["status"], "queued");
}

#[tokio::test]
async fn changes_tags_and_actions_are_updates() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create_active(json!({})).await;
    let mut events = listen(&glance).await;
    alice.set(&image, "name", "new").await.is(200);
    let changed = events.of_type("image.update").await;
    assert_eq!(changed["payload"]["name"], "new");
    alice.put(image.at("/tags/t")).await.is(204);
    let tagged = events.of_type("image.update").await;
    assert_eq!(tagged["payload"]["tags"], json!(["t"]));
    alice.delete(image.at("/tags/t")).await.is(204);
    let bare = events.of_type("image.update").await;
    assert_eq!(bare["payload"]["tags"], json!([]));
    admin.post(image.at("/actions/deactivate")).await.is(204);
    let withheld = events.of_type("image.update").await;
    assert_eq!(withheld["payload"]["status"], "deactivated");
}

#[tokio::test]
async fn a_refused_change_is_no_event() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "protected": true })).await;
    let mut events = listen(&glance).await;
    alice.delete(&image).await.is(403);
    alice.set(&image, "status", "active").await.is(403);
    alice.create(json!({})).await;
    assert_eq!(events.types(1).await, ["image.create"]);
}

#[tokio::test]
async fn a_deletion_tells_when() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let mut events = listen(&glance).await;
    alice.delete(&image).await.is(204);
    let payload = events.of_type("image.delete").await["payload"].clone();
    assert_eq!(payload["id"], image["id"]);
    assert_eq!(payload["status"], "deleted");
    assert_eq!(payload["deleted"], true);
    assert!(payload["deleted_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_download_tells_who_got_how_much() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    let mut events = listen(&glance).await;
    alice.get(image.at("/file")).await.is(200);
    let part = alice.get(image.at("/file"));
    part.header("Range", "bytes=1-2").await.is(206);
    let sent = |bytes: u64| {
        json!({
            "bytes_sent": bytes, "image_id": image.id, "owner_id": "alice-project",
            "receiver_tenant_id": "alice-project", "receiver_user_id": "alice",
        })
    };
    assert_eq!(events.of_type("image.send").await["payload"], sent(4));
    assert_eq!(events.of_type("image.send").await["payload"], sent(2));
}

#[tokio::test]
async fn members_have_events_of_their_own() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let image = alice.create(json!({})).await;
    let mut events = listen(&glance).await;
    let add = alice.post(image.at("/members"));
    let member = add
        .json(json!({ "member": "bob-project" }))
        .await
        .is(200)
        .json()
        .clone();
    let at = image.at("/members/bob-project");
    let accept = bob.put(&at).json(json!({ "status": "accepted" }));
    accept.await.is(200);
    alice.delete(&at).await.is(204);

    let created = events.of_type("image.member.create").await;
    let payload = json!({
        "image_id": image.id, "member_id": "bob-project", "status": "pending",
        "created_at": member["created_at"], "updated_at": member["updated_at"],
        "deleted": false, "deleted_at": null,
    });
    assert_eq!(created["payload"], payload);
    let updated = events.of_type("image.member.update").await;
    assert_eq!(updated["payload"]["status"], "accepted");
    let deleted = events.of_type("image.member.delete").await;
    assert_eq!(deleted["payload"]["deleted"], true);
}
