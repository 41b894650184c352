//! Imports: data from elsewhere, brought into the stores of an image by a task.

mod changes;
mod checks;
mod copy;
mod direct;
mod download;
mod failures;
mod lock;
mod plugins;
mod remote;
mod stage;

use lookalike::Config;
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image, Person, glance_with, store};

/// How often a test looks for the end of a task. Each look takes its time; a task does not take so
/// much.
const LOOKS: usize = 20_000;

/// A server with two stores, and one that nothing can be added to; it may fetch from this machine.
async fn several() -> Glance {
    glance_with(with_stores).await
}

fn with_stores(config: &mut Config) {
    from_here(config);
    let stores = [
        "fast=memory:?weight=10",
        "cheap=memory:",
        "web=memory:?read_only=true",
    ];
    config.stores.store = stores.map(store).into();
}

/// Lets imports come from this machine.
pub(crate) fn from_here(config: &mut Config) {
    config.filter.import_allow_loopback = true;
    config.filter.allowed_ports.clear();
}

/// An image that data can be imported to.
pub(crate) async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

/// An image that has these bytes staged.
async fn staged(person: &Person, data: &'static str) -> Image {
    let image = raw(person).await;
    person.stage(&image, data).await.is(204);
    image
}

/// Asks for an import.
pub(crate) async fn import(person: &Person, image: &Image, body: Value) -> Answer {
    person.post(image.at("/import")).json(body).await
}

pub(crate) fn web_download(uri: &str) -> Value {
    json!({ "method": { "name": "web-download", "uri": uri } })
}

fn glance_direct() -> Value {
    json!({ "method": { "name": "glance-direct" } })
}

fn copy_image() -> Value {
    json!({ "method": { "name": "copy-image" } })
}

/// The same, with another field.
fn with(mut body: Value, field: &str, value: impl Into<Value>) -> Value {
    body[field] = value.into();
    body
}

/// The last task of an image, once it has ended.
pub(crate) async fn ended(person: &Person, image: &Image) -> Value {
    for _ in 0..LOOKS {
        let answer = person.get(image.at("/tasks")).await.is(200);
        let last = answer["tasks"].as_array().unwrap().last().cloned();
        if let Some(task) = last
            && (task["status"] == "success" || task["status"] == "failure")
        {
            return task;
        }
    }
    panic!("no task of {} ends", image.id);
}

/// Imports, waits for the end, and gives the image as it is then.
async fn imported(person: &Person, image: &Image, body: Value) -> (Image, Value) {
    import(person, image, body).await.is(202);
    let task = ended(person, image).await;
    (person.see(image).await, task)
}

/// What is left of the two lists of stores.
#[track_caller]
fn lists(image: &Image) -> [&str; 2] {
    let list = |name| image[name].as_str().unwrap();
    [
        list("os_glance_importing_to_stores"),
        list("os_glance_failed_import"),
    ]
}

/// It is as it was before data came.
#[track_caller]
fn is_queued_again(image: &Image) {
    assert_eq!(image["status"], "queued");
    for field in ["size", "virtual_size", "checksum", "os_hash_value"] {
        assert!(image[field].is_null(), "{field}");
    }
    assert_eq!(image.get("os_glance_import_task"), None);
}
