//! Tasks, one at a time.

use chrono::TimeDelta;

use super::{ended, hopeless};
use crate::glance::glance;

#[tokio::test]
async fn a_task_that_ended_expires() {
    let glance = glance().await;
    let admin = glance.admin();
    let task = hopeless(&admin).await.is(201);
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    let task = ended(&admin, task["id"].as_str().unwrap()).await;
    assert!(task["expires_at"].is_string());

    glance.advance(TimeDelta::hours(47)).await.unwrap();
    admin.get("/v2/tasks").await.is(200);
    admin.get(&path).await.is(200);
    // Nobody looks for it before somebody of the project lists tasks.
    glance.advance(TimeDelta::hours(2)).await.unwrap();
    admin.get(&path).await.is(200);
    let other = glance.bearer("root:other-project:admin");
    other.get("/v2/tasks").await.is(200);
    admin.get(&path).await.is(200);
    admin.get("/v2/tasks").await.is(200);
    admin.get(&path).await.is(404);
}

#[tokio::test]
async fn an_unknown_task_is_named() {
    let glance = glance().await;
    let answer = glance.admin().get("/v2/tasks/x").await.is(404);
    answer.says("Could not find task x");
}

#[tokio::test]
async fn a_task_cannot_be_deleted() {
    let glance = glance().await;
    let admin = glance.admin();
    let words = "This operation is currently not permitted on Glance Tasks. They are auto deleted \
                 after reaching the time based on their expires_at property.";
    let answer = admin.delete("/v2/tasks/x").await.is(405);
    assert_eq!(answer["message"], words);
    assert_eq!(answer.header("allow"), "GET");
    let answer = admin.delete("/v2/tasks/x").body("{}").await.is(400);
    answer.says("A body is not expected with this request.");
    let answer = admin.put("/v2/tasks/x").await.is(405);
    assert_eq!(answer.header("allow"), "GET, DELETE");
}

#[tokio::test]
async fn the_tasks_of_an_image_are_seen_by_those_who_see_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(serde_json::json!({})).await;
    let answer = alice.get(image.at("/tasks")).await.is(200);
    assert_eq!(answer.text(), r#"{"tasks": []}"#);
    let bob = glance.person("bob");
    bob.get(image.at("/tasks")).await.tells_nothing();
    let reader = alice.with_roles("");
    reader.get(image.at("/tasks")).await.is(404);
    let answer = alice.post(image.at("/tasks")).await;
    answer.tells_nothing();
}
