//! Images whose bytes lie on another server.

mod add;
mod patch;
mod tasks;
mod web;

use std::ops::Index;

use lookalike::Config;
use serde_json::{Value, json};

use crate::files::Files;
use crate::glance::{Answer, Glance, Image, Person, Request, glance_with, store};

/// A server that may fetch from this machine, and shows where images are.
async fn site() -> (Glance, Files) {
    site_with(|_| {}).await
}

async fn site_with(change: impl FnOnce(&mut Config)) -> (Glance, Files) {
    let glance = glance_with(|config| {
        config.stores.store = vec![store("here=memory:?weight=1"), store("web=http:")];
        config.images.show_multiple_locations = true;
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports = vec![];
        change(config);
    })
    .await;
    (glance, Files::serve().await)
}

/// An image that waits for its bytes.
async fn queued(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

fn location(url: &str) -> Value {
    json!({ "url": url, "metadata": {} })
}

/// A PATCH of one operation on locations.
#[expect(
    clippy::needless_pass_by_value,
    reason = "values are written where they are sent"
)]
fn change(person: &Person, image: &Image, op: &str, at: &str, value: Value) -> Request {
    let path = format!("/locations{at}");
    person.patch(image, json!([{ "op": op, "path": path, "value": value }]))
}

fn add(person: &Person, image: &Image, url: &str) -> Request {
    change(person, image, "add", "/-", location(url))
}

/// The URLs of an image's locations.
fn urls(image: &impl Index<&'static str, Output = Value>) -> Vec<&str> {
    let locations = image["locations"].as_array().unwrap().iter();
    locations.map(|it| it["url"].as_str().unwrap()).collect()
}

/// `POST …/locations`
fn locate(person: &Person, image: &Image, body: Value) -> Request {
    person.post(image.at("/locations")).json(body)
}

/// Asks again until something is so.
async fn until(person: &Person, image: &Image, so: impl Fn(&Answer) -> bool) -> Answer {
    for _ in 0..10_000 {
        let answer = person.get(image).await.is(200);
        if so(&answer) {
            return answer;
        }
    }
    panic!("it never came to be so");
}
