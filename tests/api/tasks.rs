//! Tasks: work that goes on after its request was answered, and that admins can look at.

mod create;
mod legacy;
mod list;
mod show;

use serde_json::{Value, json};

use crate::glance::{Person, Request};

/// How often a test looks for the end of a task.
const LOOKS: usize = 20_000;

/// A task that fails as soon as somebody looks at it.
fn hopeless(person: &Person) -> Request {
    let body = json!({ "type": "location_import", "input": {} });
    person.post("/v2/tasks").json(body)
}

/// The task of this id, once it has ended.
pub(crate) async fn ended(admin: &Person, id: &str) -> Value {
    for _ in 0..LOOKS {
        let task = admin.get(format!("/v2/tasks/{id}")).await.is(200);
        if task["status"] == "success" || task["status"] == "failure" {
            return task.json().clone();
        }
    }
    panic!("task {id} does not end");
}

/// Asks for a task and waits for its end.
async fn done(admin: &Person, body: Value) -> Value {
    let task = admin.post("/v2/tasks").json(body).await.is(201);
    ended(admin, task["id"].as_str().unwrap()).await
}
