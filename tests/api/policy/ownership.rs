//! Below the policy: only admins and the owner change an image, however loose the rules are.

use std::fs;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::glance::{Answer, Glance, Image, Person, glance_with, store};

/// Rules that let everybody pass.
const RULES: [&str; 15] = [
    "add_image",
    "add_image_location",
    "communitize_image",
    "copy_image",
    "deactivate",
    "delete_image",
    "delete_image_location",
    "get_image",
    "get_image_location",
    "modify_image",
    "publicize_image",
    "reactivate",
    "set_image_location",
    "tasks_api_access",
    "upload_image",
];

const NOT_YOURS: &str = "You do not own this image";

async fn lax() -> (Glance, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    let lines: Vec<_> = RULES.iter().map(|rule| format!("{rule}: ''")).collect();
    fs::write(file.path(), lines.join("\n")).unwrap();
    let path = file.path().to_owned();
    let glance = glance_with(|config| {
        config.images.policy_file = Some(path);
        config.images.show_multiple_locations = true;
        config.stores.store = ["one=memory:", "two=memory:", "web=http:"]
            .map(store)
            .into();
        config.filter.import_allow_loopback = true;
    });
    (glance.await, file)
}

/// Alice's active image, which everybody may see.
async fn active(glance: &Glance) -> Image {
    let fields = json!({ "visibility": "community", "tags": ["old"] });
    glance.person("alice").create_active(fields).await
}

/// Alice's image without data, which everybody may see.
async fn queued(glance: &Glance) -> Image {
    let fields = json!({
        "visibility": "community", "disk_format": "raw", "container_format": "bare"
    });
    glance.person("alice").create(fields).await
}

/// The only task of an image, when it has ended.
async fn task(person: &Person, image: &Image) -> Answer {
    loop {
        let answer = person.get(image.at("/tasks")).await.is(200);
        let status = answer["tasks"][0]["status"].clone();
        if status == "success" || status == "failure" {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stranger_changes_no_image_by_a_rule_that_lets_everybody_pass() {
    let (glance, _file) = lax().await;
    let image = active(&glance).await;
    let before = glance.admin().see(&image).await;
    let bob = glance.person("bob");
    bob.set(&image, "name", "x").await.is(403).says(NOT_YOURS);
    bob.set(&image, "visibility", "public")
        .await
        .is(403)
        .says(NOT_YOURS);
    bob.post(image.at("/actions/deactivate"))
        .await
        .is(403)
        .says(NOT_YOURS);
    let tag = bob.put(image.at("/tags/new")).await.is(403);
    tag.says("Not allowed to update tags for image {id}.");
    let tag = bob.delete(image.at("/tags/old")).await.is(403);
    tag.says("Not allowed to delete tags for image {id}.");
    assert_eq!(glance.admin().see(&image).await, before);
    // Nothing is written here, so nothing is refused.
    bob.patch(&image, json!([])).await.is(200);
    bob.post(image.at("/actions/reactivate")).await.is(204);
    // The owner and admins pass.
    glance.person("alice").set(&image, "a", "x").await.is(200);
    glance.admin().set(&image, "b", "x").await.is(200);
}

#[tokio::test]
async fn a_stranger_deletes_no_image_by_a_rule_that_lets_everybody_pass() {
    let (glance, _file) = lax().await;
    let image = active(&glance).await;
    let answer = glance.person("bob").delete(&image).await.is(404);
    answer.says("Failed to find image {id} to delete");
    let kept = glance.person("alice").get(image.at("/file")).await.is(200);
    assert_eq!(kept.text(), "data");
    glance.person("alice").delete(&image).await.is(204);
}

#[tokio::test]
async fn a_stranger_reactivates_no_image_by_a_rule_that_lets_everybody_pass() {
    let (glance, _file) = lax().await;
    let image = active(&glance).await;
    let alice = glance.person("alice");
    alice.post(image.at("/actions/deactivate")).await.is(204);
    let bob = glance.person("bob");
    bob.post(image.at("/actions/deactivate")).await.is(204);
    let answer = bob.post(image.at("/actions/reactivate")).await.is(403);
    answer.says(NOT_YOURS);
}

#[tokio::test]
async fn a_stranger_gives_an_image_no_data_by_a_rule_that_lets_everybody_pass() {
    let (glance, _file) = lax().await;
    let image = queued(&glance).await;
    let bob = glance.person("bob");
    let answer = bob.upload(&image, "data").await.is(403);
    answer.says("Not allowed to upload image data for image {id}");
    bob.stage(&image, "data").await.is(403).says(NOT_YOURS);
    assert_eq!(glance.admin().see(&image).await["status"], "queued");
}

#[tokio::test]
async fn a_task_of_a_stranger_fails_and_leaves_the_image_to_others() {
    let (glance, _file) = lax().await;
    let (bob, alice) = (glance.person("bob"), glance.person("alice"));
    let import = json!({ "method": { "name": "web-download", "uri": "http://127.0.0.1/x" } });
    let location = json!({ "url": "http://127.0.0.1/x" });
    for (path, body) in [("/import", import), ("/locations", location)] {
        let image = queued(&glance).await;
        bob.post(image.at(path)).json(body).await.is(202);
        let answer = task(&glance.admin(), &image).await;
        let task = &answer["tasks"][0];
        assert_eq!(task["status"], "failure");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        assert_eq!(task["owner"], "bob-project");
        let after = alice.see(&image).await;
        assert_eq!(after["status"], "queued");
        assert_eq!(after.get("os_glance_import_task"), None);
    }
}

#[tokio::test]
async fn a_stranger_copies_an_image_where_the_rule_lets_everybody_pass() {
    let (glance, _file) = lax().await;
    let image = active(&glance).await;
    let copy = json!({ "method": { "name": "copy-image" }, "stores": ["two"] });
    let bob = glance.person("bob");
    bob.post(image.at("/import")).json(copy).await.is(202);
    let answer = task(&glance.admin(), &image).await;
    assert_eq!(answer["tasks"][0]["status"], "success");
    let answer = bob.delete(format!("/v2/stores/two/{}", image.id)).await;
    answer.is(403).says(NOT_YOURS);
    let after = bob.see(&image).await;
    assert_eq!(after["locations"].as_array().map(Vec::len), Some(2));
    let remove = json!([{ "op": "remove", "path": "/locations/1" }]);
    bob.patch(&image, remove).await.is(403).says(NOT_YOURS);
}

#[tokio::test]
async fn an_image_that_its_creator_could_not_see_is_not_created() {
    let (glance, _file) = lax().await;
    let (bob, admin) = (glance.person("bob"), glance.admin());
    let of_another = |visibility: &str| -> Value {
        json!({ "owner": "alice-project", "visibility": visibility, "name": "x" })
    };
    for visibility in ["private", "shared"] {
        let answer = bob.post("/v2/images").json(of_another(visibility)).await;
        answer.is(403).begins("Forbidding request, image ");
    }
    assert!(admin.names("").await.is_empty());
    for visibility in ["community", "public"] {
        let image = bob.create(of_another(visibility)).await;
        assert_eq!(image["owner"], "alice-project");
    }
}
