//! Tasks of Rackspace's kind: exports of images to the object store, and imports from there (07 Part B, 14 A5).

mod codes;
mod create;
mod export;
mod import;
mod list;
mod refusals;
mod story;
mod vhd;

use lookalike::Config;
use lookalike::dialect::RACKSPACE;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image, Person, glance_with};

/// How often a test looks for the end of a task.
const LOOKS: usize = 20_000;

/// A Rackspace without images.
async fn rackspace() -> Glance {
    rackspace_with(|_| {}).await
}

async fn rackspace_with(change: impl FnOnce(&mut Config)) -> Glance {
    glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        change(config);
    })
    .await
}

/// A user of an account who may do everything in it.
fn customer(glance: &Glance, account: &str) -> Person {
    glance.bearer(format_args!("ann:{account}:member,reader"))
}

fn export_of(image: &str, container: &str) -> Value {
    json!({ "type": "export", "input": { "image_uuid": image, "receiving_swift_container": container } })
}

fn import_of(place: &str) -> Value {
    json!({ "type": "import", "input": { "image_properties": {}, "import_from": place } })
}

async fn create(person: &Person, body: Value) -> Answer {
    person.post("/v2/tasks").json(body).await.is(201)
}

/// Asks for a task and waits for its end.
async fn done(person: &Person, body: Value) -> Value {
    let task = create(person, body).await;
    ended(person, task["id"].as_str().unwrap()).await
}

async fn ended(person: &Person, id: &str) -> Value {
    for _ in 0..LOOKS {
        let task = person.get(format!("/v2/tasks/{id}")).await.is(200);
        if task["status"] == "success" || task["status"] == "failure" {
            return task.json().clone();
        }
    }
    panic!("task {id} does not end");
}

/// Asks for a task that fails with this message.
async fn fails(person: &Person, body: Value, message: &str) {
    let task = done(person, body).await;
    assert_eq!(task["message"], message);
    assert_eq!(task["status"], "failure");
    assert_eq!(task.get("result"), None);
}

/// The path of an account, container or object.
fn stored_at(person: &Person, rest: &str) -> String {
    format!("/v1/MossoCloudFS_{}{rest}", person.project())
}

async fn container(person: &Person, name: &str) {
    let path = stored_at(person, &format!("/{name}"));
    person.put(path).await.is(201);
}

async fn put(person: &Person, place: &str, bytes: Vec<u8>) {
    let path = stored_at(person, &format!("/{place}"));
    let length = bytes.len().to_string();
    let request = person.put(path).header("Content-Length", &length);
    request.body(bytes).await.is(201);
}

async fn fetch(person: &Person, place: &str) -> Vec<u8> {
    let path = stored_at(person, &format!("/{place}"));
    person.get(path).await.is(200).body.to_vec()
}

/// The names of the objects of a container.
async fn objects(person: &Person, container: &str) -> Vec<String> {
    let path = stored_at(person, &format!("/{container}?format=json"));
    let listed = person.get(path).await.is(200);
    let listed = listed.json().as_array().unwrap().iter();
    listed
        .map(|object| object["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The imported images of an account.
async fn images(person: &Person) -> Vec<Value> {
    let listed = person.get("/v2/images?image_type=import").await.is(200);
    listed["images"].as_array().unwrap().clone()
}

/// An image with this data.
async fn image(person: &Person, format: &str, data: Vec<u8>) -> Image {
    // What is in a container is not inspected: a fixed disk is known only by its end.
    let container = if format == "vhd" { "ovf" } else { "bare" };
    let fields = json!({ "disk_format": format, "container_format": container });
    let image = person.create(fields).await;
    person.upload(&image, data).await.is(204);
    image
}
