//! Rows of what was deleted are purged, as `glance-manage db purge` and `purge_images_table` do.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image, Person, glance, glance_with};
use crate::tasks::ended;

/// A server that removes nothing by itself.
async fn keeping() -> Glance {
    glance_with(|config| config.stores.sweep = 0).await
}

async fn purge(glance: &Glance, command: &str, bounds: Value) -> Answer {
    let path = format!("/deletions/{command}");
    glance.control().post(path).json(bounds).await
}

/// Purges, and returns the number of rows that were removed from a table.
async fn purged(glance: &Glance, command: &str, table: &str, bounds: Value) -> u64 {
    let answer = purge(glance, command, bounds).await.is(200);
    answer["purged"][table].as_u64().unwrap()
}

async fn purged_images(glance: &Glance, bounds: Value) -> u64 {
    purged(glance, "purge_images_table", "images", bounds).await
}

async fn pass_days(glance: &Glance, days: i64) {
    glance.advance(TimeDelta::days(days)).await.unwrap();
}

async fn deleted(person: &Person) -> Image {
    let image = person.create_active(json!({})).await;
    person.delete(&image).await.is(204);
    image
}

/// Asks for an image with an id that was another's.
async fn create_again(person: &Person, image: &Image) -> Answer {
    let body = json!({ "id": image.id });
    person.post("/v2/images").json(body).await
}

#[tokio::test]
async fn the_id_of_a_deleted_image_is_free_once_its_row_is_purged() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let image = deleted(&alice).await;
    pass_days(&glance, 181).await;
    create_again(&alice, &image).await.is(409);
    assert_eq!(purged_images(&glance, json!({})).await, 1);
    create_again(&alice, &image).await.is(201);
}

#[tokio::test]
async fn an_image_that_was_deleted_less_than_180_days_ago_is_not_purged() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let image = deleted(&alice).await;
    pass_days(&glance, 179).await;
    assert_eq!(purged_images(&glance, json!({})).await, 0);
    create_again(&alice, &image).await.is(409);
    assert_eq!(
        purged_images(&glance, json!({ "age_in_days": 178 })).await,
        1
    );
}

#[tokio::test]
async fn an_image_that_was_not_deleted_is_not_purged() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "tags": ["a"] })).await;
    let before = alice.see(&image).await;
    pass_days(&glance, 1000).await;
    let all = json!({ "age_in_days": 0, "max_rows": -1 });
    assert_eq!(purged_images(&glance, all).await, 0);
    assert_eq!(alice.see(&image).await, before);
}

#[tokio::test]
async fn an_image_whose_data_is_still_there_is_not_purged() {
    let glance = glance_with(|config| {
        config.deletion.delayed_delete = true;
        config.stores.sweep = 0;
    })
    .await;
    let alice = glance.person("alice");
    let image = deleted(&alice).await;
    pass_days(&glance, 181).await;
    assert_eq!(purged_images(&glance, json!({})).await, 0);
    glance.restore_image(&image.id).await.unwrap();
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
}

#[tokio::test]
async fn the_purge_of_images_leaves_members_and_tasks() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    removed_member(&alice).await;
    pass_days(&glance, 181).await;
    let purged = purge(&glance, "purge_images_table", json!({}))
        .await
        .is(200);
    let none = json!({ "images": 0, "image_members": 0, "tasks": 0 });
    assert_eq!(purged["purged"], none);
}

#[tokio::test]
async fn no_more_rows_are_purged_than_were_asked_for_and_those_deleted_first_come_first() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let first = deleted(&alice).await;
    pass_days(&glance, 1).await;
    let second = deleted(&alice).await;
    pass_days(&glance, 181).await;
    assert_eq!(purged_images(&glance, json!({ "max_rows": 0 })).await, 0);
    assert_eq!(purged_images(&glance, json!({ "max_rows": 1 })).await, 1);
    create_again(&alice, &second).await.is(409);
    create_again(&alice, &first).await.is(201);
}

#[tokio::test]
async fn all_rows_are_purged_without_a_limit() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    for _ in 0..101 {
        let image = alice.create(json!({})).await;
        alice.delete(&image).await.is(204);
    }
    pass_days(&glance, 181).await;
    assert_eq!(purged_images(&glance, json!({})).await, 100);
    for _ in 0..2 {
        deleted(&alice).await;
    }
    pass_days(&glance, 181).await;
    let all = json!({ "max_rows": -1 });
    assert_eq!(purged_images(&glance, all).await, 3);
}

/// Removes a member from a new image, and returns the path of the members.
async fn removed_member(alice: &Person) -> String {
    let members = alice.create(json!({})).await.at("/members");
    add(alice, &members).await;
    alice.delete(format!("{members}/bob")).await.is(204);
    members
}

async fn add(alice: &Person, members: &str) -> Answer {
    let request = alice.post(members).json(json!({ "member": "bob" }));
    request.await.is(200)
}

#[tokio::test]
async fn a_member_that_was_removed_is_purged_after_30_days() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    removed_member(&alice).await;
    pass_days(&glance, 29).await;
    assert_eq!(
        purged(&glance, "purge", "image_members", json!({})).await,
        0
    );
    pass_days(&glance, 2).await;
    assert_eq!(
        purged(&glance, "purge", "image_members", json!({})).await,
        1
    );
}

#[tokio::test]
async fn a_member_that_was_purged_is_new_when_it_is_added_again() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let members = removed_member(&alice).await;
    pass_days(&glance, 31).await;
    purge(&glance, "purge", json!({})).await.is(200);
    let again = add(&alice, &members).await;
    assert_eq!(again["created_at"], again["updated_at"]);
}

#[tokio::test]
async fn a_member_that_was_not_removed_is_not_purged() {
    let glance = keeping().await;
    let alice = glance.person("alice");
    let members = alice.create(json!({})).await.at("/members");
    add(&alice, &members).await;
    pass_days(&glance, 31).await;
    assert_eq!(
        purged(&glance, "purge", "image_members", json!({})).await,
        0
    );
    alice.get(format!("{members}/bob")).await.is(200);
}

#[tokio::test]
async fn a_task_is_purged_30_days_after_it_expired() {
    let glance = keeping().await;
    let admin = glance.admin();
    let body = json!({ "type": "location_import", "input": {} });
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    let id = task["id"].as_str().unwrap();
    ended(&admin, id).await;
    pass_days(&glance, 31).await;
    assert_eq!(purged(&glance, "purge", "tasks", json!({})).await, 0);
    pass_days(&glance, 2).await;
    assert_eq!(purged(&glance, "purge", "tasks", json!({})).await, 1);
    admin.get(format!("/v2/tasks/{id}")).await.is(404);
}

#[tokio::test]
async fn a_bound_of_a_purge_that_is_out_of_its_range_is_refused() {
    let glance = glance().await;
    for command in ["purge", "purge_images_table"] {
        for (bounds, words) in [
            (
                json!({ "age_in_days": -1 }),
                "Must supply a non-negative value for age.",
            ),
            (
                json!({ "age_in_days": 1_000_000 }),
                "Maximal age is count of days since epoch.",
            ),
            (json!({ "max_rows": -2 }), "Minimal rows limit is -1."),
            (
                json!({ "max_rows": 2_147_483_648_i64 }),
                "'max_rows' value out of range, must not exceed 2147483647.",
            ),
        ] {
            let refused = purge(&glance, command, bounds).await.is(400);
            assert_eq!(refused["error"]["message"], words);
        }
    }
}
