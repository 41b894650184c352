//! `DELETE /v2/images/{image}`

use serde_json::json;

use crate::glance::glance;

#[tokio::test]
async fn a_deleted_image_is_gone() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let answer = alice.delete(&image).await.is(204);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-type"), "text/html; charset=UTF-8");
    assert!(alice.names("").await.is_empty());
    for caller in [alice, glance.admin()] {
        caller
            .delete(&image)
            .await
            .is(404)
            .says("Failed to find image {id} to delete");
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_visible_cannot_be_deleted() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let words = "Failed to find image {id} to delete";
    glance
        .person("bob")
        .delete(&image)
        .await
        .is(404)
        .says(words);
    alice.delete("/v2/images/nothing").await.is(404).says(words);
}

#[tokio::test]
async fn a_protected_image_cannot_be_deleted() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice
        .create(json!({ "name": "cirros", "protected": true }))
        .await;
    for caller in [&alice, &glance.admin()] {
        let answer = caller.delete(&image).await.is(403);
        answer.says("Image {id} is protected and cannot be deleted.");
    }
    alice.set(&image, "protected", false).await.is(200);
    alice.delete(&image).await.is(204);
}

#[tokio::test]
async fn another_ones_public_image_cannot_be_deleted_protected_or_not() {
    let glance = glance().await;
    let fields = json!({ "visibility": "public", "protected": true });
    let image = glance.admin().create(fields).await;
    let answer = glance.person("bob").delete(&image).await.is(403);
    answer.says("You are not authorized to complete delete_image action.");
}

#[tokio::test]
async fn a_body_is_refused_before_anything_is_looked_at() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for path in [
        "/v2/images/nothing",
        "/v2/images/nothing/tags/x",
        "/v2/images/nothing/members/x",
    ] {
        let answer = alice.delete(path).json(json!({})).await.is(400);
        answer.says("A body is not expected with this request.");
    }
    alice
        .get("/v2/images/nothing")
        .json(json!({}))
        .await
        .is(400);
    alice.get("/v2/images").json(json!({})).await.is(200);
}
