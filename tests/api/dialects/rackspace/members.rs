//! A4: members.

use serde_json::json;

use super::{message, rackspace};
use crate::glance::{Glance, Image, Person};

/// Ann's image, which she shares with Bob.
async fn shared(glance: &Glance) -> (Person, Person, Image) {
    let (ann, bob) = (glance.person("ann"), glance.person("bob"));
    let image = ann.create(json!({ "name": "shared" })).await;
    let body = json!({ "member": bob.project() });
    ann.post(image.at("/members")).json(body).await.is(200);
    (ann, bob, image)
}

#[tokio::test]
async fn a4_a_blank_image_is_405_and_a_blank_member_400() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let member = json!({ "member": "bob" });
    ann.post("/v2/images//members").json(member).await.is(405);
    let image = ann.create(json!({})).await;
    let blank = json!({ "member": "" });
    ann.post(image.at("/members")).json(blank).await.is(400);
}

#[tokio::test]
async fn a4_a_stranger_finds_no_image_to_share() {
    let glance = rackspace().await;
    let image = glance.person("ann").create(json!({})).await;
    let eve = glance.person("eve");
    let body = json!({ "member": eve.project() });
    eve.post(image.at("/members")).json(body).await.is(404);
}

#[tokio::test]
async fn a4_a_deactivated_image_is_shared_like_others() {
    let glance = rackspace().await;
    let ann = glance.person("ann");
    let image = ann.create_active(json!({})).await;
    let path = image.at("/actions/deactivate");
    glance.admin().post(path).await.is(204);
    let body = json!({ "member": "bob-project" });
    ann.post(image.at("/members")).json(body).await.is(200);
}

#[tokio::test]
async fn a4_a_pending_image_is_seen_by_its_id_and_listed_once_it_is_accepted() {
    let glance = rackspace().await;
    let (_, bob, image) = shared(&glance).await;
    bob.get(&image).await.is(200);
    assert!(bob.names("?visibility=shared").await.is_empty());
    let path = image.at("/members/bob-project");
    bob.put(&path)
        .json(json!({ "status": "accepted" }))
        .await
        .is(200);
    assert_eq!(bob.names("?visibility=shared").await, ["shared"]);
    bob.put(&path)
        .json(json!({ "status": "rejected" }))
        .await
        .is(200);
    assert!(bob.names("?visibility=shared").await.is_empty());
    bob.get(&image).await.is(200);
}

#[tokio::test]
async fn a4_a_shared_image_is_not_the_members_to_change() {
    let glance = rackspace().await;
    let (ann, bob, image) = shared(&glance).await;
    let eve = glance.person("eve");
    bob.set(&image, "name", "mine").await.is(403);
    bob.delete(&image).await.is(403);
    eve.set(&image, "name", "mine").await.is(404);
    eve.delete(&image).await.is(404);
    assert_eq!(ann.see(&image).await["name"], "shared");
}

#[tokio::test]
async fn a4_the_owner_does_not_set_a_members_status() {
    let glance = rackspace().await;
    let (ann, _, image) = shared(&glance).await;
    let path = image.at("/members/bob-project");
    let answer = ann
        .put(path)
        .json(json!({ "status": "accepted" }))
        .await
        .is(403);
    let text = "You are not permitted to modify 'status' on this image.";
    assert!(message(&answer).contains(text), "{}", answer.text());
}

#[tokio::test]
async fn a4_a_member_does_not_set_anothers_status() {
    let glance = rackspace().await;
    let (_, bob, image) = shared(&glance).await;
    let path = image.at("/members/nobody");
    bob.put(path)
        .json(json!({ "status": "accepted" }))
        .await
        .is(403);
}
