//! The task that gives an image a location.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{locate, queued, site, site_with, urls};
use crate::glance::{Glance, Image, Person};
use crate::imports::ended;
use crate::web::Web;

/// Of what a [`Web`] serves.
const SHA256: &str = "6d6c9cee1a1d7fba73a5aa45e98d42c2c38262fdc6d559dc753cdae0e00eed93";

fn with_hash(url: &str) -> Value {
    json!({ "url": url, "validation_data": { "os_hash_algo": "sha256", "os_hash_value": SHA256 } })
}

/// Asks for a location, waits for the end of its task, and gives the image as it is then.
async fn located(person: &Person, image: &Image, body: Value) -> (Image, Value) {
    locate(person, image, body).await.is(202);
    let task = ended(person, image).await;
    (person.see(image).await, task)
}

/// A server that does no tasks.
async fn idle() -> Glance {
    site_with(|it| it.tasks.max_workers = 0).await.0
}

/// It waits for its bytes, and no task has it.
#[track_caller]
fn is_queued_again(image: &Image) {
    assert_eq!(image["status"], "queued");
    assert_eq!(image["checksum"], Value::Null);
    assert_eq!(image["os_hash_value"], Value::Null);
    assert_eq!(image.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn it_says_what_was_asked_and_how_it_ended() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let url = files.url("/image");
    let accepted = locate(&alice, &image, json!({ "url": url })).await.is(202);
    let task = ended(&alice, &image).await;
    let input = json!({ "image_id": image.id, "loc_url": url, "validation_data": {} });
    assert_eq!(task["type"], "location_import");
    assert_eq!(task["status"], "success");
    assert_eq!(task["input"], input);
    assert_eq!(task["result"], json!({ "image_id": image.id }));
    assert_eq!(task["message"], "");
    assert_eq!(task["image_id"], image.id);
    assert_eq!(task["owner"], "alice-project");
    assert_eq!(task["user_id"], "alice");
    let request = accepted.header("x-openstack-request-id");
    assert_eq!(task["request_id"], request);
    assert_eq!(alice.see(&image).await.get("os_glance_import_task"), None);

    let admin = glance.admin();
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    let shown = admin.get(path).await.is(200);
    assert_eq!(shown["input"], input);
    let listed = admin.get("/v2/tasks").await.is(200);
    assert_eq!(listed["tasks"][0]["id"], task["id"]);
}

#[tokio::test]
async fn an_image_is_importing_and_locked_while_its_hash_is_checked() {
    let (glance, _files) = site().await;
    let (alice, web) = (glance.person("alice"), Web::new().await);
    let image = queued(&alice).await;
    let asked = with_hash(&web.held());
    locate(&alice, &image, asked.clone()).await.is(202);
    crate::wire::until(&alice, &image, "importing").await;
    let tasks = alice.get(image.at("/tasks")).await.is(200);
    assert_eq!(tasks["tasks"][0]["status"], "processing");
    let seen = alice.see(&image).await;
    assert_eq!(seen["os_glance_import_task"], tasks["tasks"][0]["id"]);
    let answer = locate(&alice, &image, asked).await.is(409);
    answer.says("It's not allowed to add locations if image status is importing.");
    // One for the question what there is, and one for the bytes.
    web.let_go();
    web.let_go();
    let task = ended(&alice, &image).await;
    assert_eq!(task["status"], "success");
    let seen = alice.see(&image).await;
    assert_eq!(seen["status"], "active");
    assert_eq!(seen["os_hash_value"], SHA256);
    assert_eq!(seen.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn it_fails_where_nothing_is() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    for path in ["/nothing", "/empty", "/away"] {
        let asked = json!({ "url": files.url(path) });
        let (seen, task) = located(&alice, &image, asked).await;
        assert_eq!(task["status"], "failure", "{path}");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        assert_eq!(task["result"], Value::Null);
        is_queued_again(&seen);
        assert_eq!(urls(&seen), [""; 0]);
    }
    // Then another location may be tried.
    let asked = json!({ "url": files.url("/image") });
    let (seen, task) = located(&alice, &image, asked).await;
    assert_eq!(
        (&task["status"], &seen["status"]),
        (&json!("success"), &json!("active"))
    );
}

#[tokio::test]
async fn it_fails_where_the_image_has_no_formats_or_another_hash() {
    let (glance, files) = site().await;
    let alice = glance.person("alice");
    let url = files.url("/image");
    let bare = alice.create(json!({})).await;
    for (image, asked) in [
        (bare, json!({ "url": url })),
        (queued(&alice).await, with_hash(&url)),
    ] {
        let (seen, task) = located(&alice, &image, asked).await;
        assert_eq!(task["status"], "failure");
        assert_eq!(task["message"], "Task failed due to Internal Error");
        is_queued_again(&seen);
        assert_eq!(urls(&seen), [&*url]);
    }
}

/// It was not given a location, as the task says.
#[track_caller]
fn was_refused(image: &Image, task: &Value, words: &str) {
    assert_eq!(task["status"], "failure");
    let said = task["message"].as_str().unwrap();
    assert!(said.starts_with(words), "{said}");
    is_queued_again(image);
    assert_eq!(urls(image), [""; 0]);
    assert_eq!(image["size"], Value::Null);
}

#[tokio::test]
async fn it_fails_where_the_quota_has_no_room_for_the_bytes() {
    let (glance, files) = site_with(|it| it.images.user_storage_quota = 10).await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let asked = |path: &str| json!({ "url": files.url(path) });
    let (seen, _) = located(&alice, &queued(&alice).await, asked("/image")).await;
    assert_eq!(
        (&seen["status"], &seen["size"]),
        (&json!("active"), &json!(6))
    );
    for body in [asked("/image1"), with_hash(&files.url("/image2"))] {
        let (seen, task) = located(&alice, &queued(&alice).await, body).await;
        was_refused(&seen, &task, "Image exceeds the storage quota");
    }
    let (seen, _) = located(&bob, &queued(&bob).await, asked("/image")).await;
    assert_eq!(seen["status"], "active");
}

#[tokio::test]
async fn it_fails_where_the_image_has_as_many_locations_as_it_may() {
    let (glance, files) = site_with(|it| it.images.image_location_quota = 0).await;
    let alice = glance.person("alice");
    let asked = json!({ "url": files.url("/image") });
    let (seen, task) = located(&alice, &queued(&alice).await, asked).await;
    was_refused(&seen, &task, "Task failed due to Internal Error");

    let (glance, files) = site_with(|it| it.images.image_location_quota = 1).await;
    let alice = glance.person("alice");
    let wrong = with_hash(&files.url("/image"));
    let (image, _) = located(&alice, &queued(&alice).await, wrong).await;
    assert_eq!(urls(&image).len(), 1);
    let another = json!({ "url": files.url("/image1") });
    let (seen, task) = located(&alice, &image, another).await;
    assert_eq!(task["status"], "failure");
    is_queued_again(&seen);
    assert_eq!(urls(&seen), [&*files.url("/image")]);
}

#[tokio::test]
async fn an_image_whose_bytes_cannot_be_hashed_is_active_without() {
    let (glance, _files) = site().await;
    let (alice, web) = (glance.person("alice"), Web::new().await);
    let image = queued(&alice).await;
    let asked = json!({ "url": web.at("short") });
    let (seen, task) = located(&alice, &image, asked).await;
    assert_eq!(task["status"], "success");
    assert_eq!(seen["status"], "active");
    assert_eq!(
        (&seen["checksum"], &seen["os_hash_algo"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(seen.get("os_glance_import_task"), None);
}

#[tokio::test]
async fn an_image_that_waits_for_its_task_is_locked() {
    let glance = idle().await;
    let alice = glance.person("alice");
    let image = queued(&alice).await;
    let asked = json!({ "url": "http://127.0.0.1:1/" });
    locate(&alice, &image, asked.clone()).await.is(202);
    let answer = locate(&alice, &image, asked.clone()).await.is(409);
    answer.says("Image has active task");
    let import = json!({ "method": { "name": "web-download", "uri": "http://127.0.0.1:1/" } });
    let answer = alice.post(image.at("/import")).json(import).await.is(409);
    answer.says("Image has active task");

    glance.advance(TimeDelta::minutes(121)).await.unwrap();
    locate(&alice, &image, asked).await.is(202);
    let tasks = alice.get(image.at("/tasks")).await.is(200);
    assert_eq!(tasks["tasks"][0]["message"], "Expired lock preempted");
    assert_eq!(tasks["tasks"][1]["status"], "pending");
    let seen = alice.see(&image).await;
    assert_eq!(seen["os_glance_import_task"], tasks["tasks"][1]["id"]);
}

#[tokio::test]
async fn of_two_who_ask_at_once_one_gets_the_image() {
    let glance = idle().await;
    let alice = glance.person("alice");
    for _ in 0..10 {
        let image = queued(&alice).await;
        let ask = || locate(&alice, &image, json!({ "url": "http://127.0.0.1:1/" })).into_future();
        let (one, other) = tokio::join!(ask(), ask());
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [202, 409]);
        let tasks = alice.get(image.at("/tasks")).await;
        assert_eq!(tasks["tasks"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_image_that_is_deleted_meanwhile_stays_deleted() {
    let (glance, _files) = site().await;
    let (alice, web) = (glance.person("alice"), Web::new().await);
    let image = queued(&alice).await;
    locate(&alice, &image, with_hash(&web.held())).await.is(202);
    crate::wire::until(&alice, &image, "importing").await;
    let tasks = alice.get(image.at("/tasks")).await;
    alice.delete(&image).await.is(204);
    web.let_go();
    web.let_go();
    let id = tasks["tasks"][0]["id"].as_str().unwrap();
    let task = crate::tasks::ended(&glance.admin(), id).await;
    assert_eq!(task["status"], "failure");
    alice.get(&image).await.is(404);
}

#[tokio::test]
async fn one_by_hand_does_not_touch_an_image_that_it_has_not_locked() {
    let (glance, files) = site().await;
    let admin = glance.admin();
    let image = queued(&admin).await;
    let input = json!({
        "image_id": image.id, "loc_url": files.url("/image"), "validation_data": {},
    });
    let asked = json!({ "type": "location_import", "input": input });
    let task = admin.post("/v2/tasks").json(asked).await.is(201);
    let task = crate::tasks::ended(&admin, task["id"].as_str().unwrap()).await;
    assert_eq!(task["status"], "failure");
    assert_eq!(task["message"], "Task failed due to Internal Error");
    assert_eq!(admin.see(&image).await, image);
}
