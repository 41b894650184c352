//! With `enforce_new_defaults` off, roles hardly matter, and it does whose an image is.

use serde_json::json;

use crate::glance::{Glance, Image, glance_with};

async fn older() -> Glance {
    glance_with(|config| config.images.enforce_new_defaults = false).await
}

/// Alice's image, shared with Bob.
async fn image(glance: &Glance) -> Image {
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "tags": ["old"] })).await;
    let member = json!({ "member": "bob-project" });
    alice.post(image.at("/members")).json(member).await.is(200);
    image
}

#[tokio::test]
async fn a_token_of_the_owner_may_do_all_but_publish_whatever_its_role() {
    let glance = older().await;
    let alice = glance.person("alice").with_roles("whatever");
    let image = image(&glance).await;
    alice.get(&image).await.is(200);
    alice.get("/v2/images").await.is(200);
    alice.set(&image, "name", "y").await.is(200);
    alice.put(image.at("/tags/new")).await.is(204);
    alice.get(image.at("/file")).await.is(200);
    alice.post(image.at("/actions/deactivate")).await.is(204);
    alice.delete(image.at("/members/bob-project")).await.is(204);
    alice.set(&image, "visibility", "community").await.is(200);
    let answer = alice.set(&image, "visibility", "public").await.is(403);
    answer.says("You are not authorized to complete publicize_image action.");
    alice.delete(&image).await.is(204);
}

#[tokio::test]
async fn others_hear_that_it_is_not_theirs() {
    let glance = older().await;
    let image = image(&glance).await;
    let bob = glance.person("bob");
    let not_yours = "You do not own this image";
    for (request, said) in [
        (bob.set(&image, "name", "y"), not_yours),
        (bob.delete(&image), not_yours),
        (bob.post(image.at("/actions/deactivate")), not_yours),
        (bob.post(image.at("/actions/reactivate")), not_yours),
        (
            bob.patch(&image, json!([{ "op": "remove", "path": "/locations/0" }])),
            not_yours,
        ),
        (
            bob.put(image.at("/tags/new")),
            "Not allowed to update tags for image {id}.",
        ),
        (
            bob.delete(image.at("/tags/old")),
            "Not allowed to delete tags for image {id}.",
        ),
        (
            bob.upload(&image, "more"),
            "Not allowed to upload image data for image {id}",
        ),
        (
            bob.post(image.at("/members"))
                .json(json!({ "member": "x" })),
            "Not allowed to create members for image {id}.",
        ),
        (
            bob.delete(image.at("/members/bob-project")),
            "Not allowed to delete members for image {id}.",
        ),
    ] {
        request.await.is(403).says(said);
    }
    glance.admin().set(&image, "name", "y").await.is(200);
}

#[tokio::test]
async fn a_member_accepts_an_image_and_its_owner_does_not() {
    let glance = older().await;
    let image = image(&glance).await;
    let member = image.at("/members/bob-project");
    let accept = || json!({ "status": "accepted" });
    let alice = glance.person("alice");
    for member in [&member, &image.at("/members/missing")] {
        let answer = alice.put(member).json(accept()).await.is(403);
        answer.says("Not allowed to update members for image {id}.");
    }
    let bob = glance.person("bob").with_roles("whatever");
    bob.put(&member).json(accept()).await.is(200);
}

#[tokio::test]
async fn nobody_makes_images_for_others() {
    let glance = older().await;
    let fields = json!({ "owner": "bob-project" });
    let alice = glance.person("alice");
    let answer = alice.post("/v2/images").json(fields.clone()).await.is(403);
    answer.says("You are not permitted to create images owned by 'bob-project'.");
    glance.admin().create(fields).await;
}

#[tokio::test]
async fn an_image_of_nobody_is_for_admins_to_change() {
    let glance = older().await;
    let fields = json!({ "owner": null, "visibility": "public" });
    let image = glance.admin().create(fields).await;
    let answer = glance.person("alice").set(&image, "name", "y").await;
    answer.is(403).says("You do not own this image");
    glance.admin().set(&image, "name", "y").await.is(200);
}
