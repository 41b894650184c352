//! Who may patch what.

use serde_json::{Value, json};

use crate::glance::glance;

#[tokio::test]
async fn nobody_patches_what_is_not_there_or_not_visible() {
    let glance = glance().await;
    let image = glance
        .person("alice")
        .create(json!({ "visibility": "private" }))
        .await;
    let bob = glance.person("bob");
    for operations in [
        json!([]),
        json!([{ "op": "add", "path": "/name", "value": "x" }]),
    ] {
        let answer = bob.patch(&image, operations.clone()).await.is(404);
        answer.says("No image found with ID {id}");
        let answer = bob.patch("/v2/images/nothing", operations).await.is(404);
        answer.says("No image found with ID {id}");
    }
}

#[tokio::test]
async fn another_ones_image_is_only_for_admins_to_patch() {
    let glance = glance().await;
    let (bob, admin) = (glance.person("bob"), glance.admin());
    for visibility in ["public", "community"] {
        let fields = json!({ "visibility": visibility, "owner": "alice-project", "p": "x" });
        let image = admin.create(fields).await;
        for operation in [
            json!({ "op": "add", "path": "/name", "value": "x" }),
            json!({ "op": "replace", "path": "/p", "value": "x" }),
            json!({ "op": "replace", "path": "/missing", "value": "x" }),
            json!({ "op": "remove", "path": "/missing" }),
            json!({ "op": "remove", "path": "/name" }),
            json!({ "op": "add", "path": "/tags", "value": [] }),
        ] {
            let answer = bob.patch(&image, json!([operation])).await.is(403);
            answer.says("You are not authorized to complete modify_image action.");
        }
        admin.set(&image, "name", "x").await.is(200);
    }
}

#[tokio::test]
async fn who_cannot_see_what_it_may_not_change_hears_nothing_of_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    let answer = alice
        .with_roles("reader")
        .set(&image, "name", "x")
        .await
        .is(403);
    answer.says("You are not authorized to complete modify_image action.");
    for roles in ["other", "service", ""] {
        alice
            .with_roles(roles)
            .set(&image, "name", "x")
            .await
            .tells_nothing();
    }
    alice
        .with_roles("member")
        .set(&image, "name", "x")
        .await
        .is(200);
}

#[tokio::test]
async fn only_admins_make_an_image_public() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({})).await;
    for op in ["add", "replace"] {
        let operations = json!([{ "op": op, "path": "/visibility", "value": "public" }]);
        let answer = alice.patch(&image, operations).await.is(403);
        answer.says("You are not authorized to complete publicize_image action.");
    }
    glance
        .admin()
        .set(&image, "visibility", "public")
        .await
        .is(200);
    alice.set(&image, "visibility", "private").await.is(200);
}

#[tokio::test]
async fn only_admins_give_an_image_away() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    let image = alice.create(json!({})).await;
    for op in ["add", "replace"] {
        let operations = |owner: Value| json!([{ "op": op, "path": "/owner", "value": owner }]);
        let answer = alice
            .patch(&image, operations("bob-project".into()))
            .await
            .is(403);
        answer.details("Owner can't be updated by non admin.");
        assert_eq!(
            alice.see(&image).await["owner"],
            "alice-project",
            "nor is it done in secret"
        );
        for (owner, kept) in [
            (json!("bob-project"), json!("bob-project")),
            (json!(""), json!(null)),
            (json!(null), json!(null)),
            (json!("alice-project"), json!("alice-project")),
        ] {
            let answer = admin.patch(&image, operations(owner)).await.is(200);
            assert_eq!(answer["owner"], kept);
        }
    }
}

#[tokio::test]
async fn the_owner_is_guarded_before_it_is_asked_who_may_change_the_image() {
    let glance = glance().await;
    let image = glance
        .admin()
        .create(json!({ "visibility": "public" }))
        .await;
    let operations = json!([{ "op": "replace", "path": "/owner", "value": "x" }]);
    let answer = glance.person("bob").patch(&image, operations).await.is(403);
    answer.details("Owner can't be updated by non admin.");
}
