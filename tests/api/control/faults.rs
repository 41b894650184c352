//! Faults: what goes wrong because a test wants it to.

mod matrix;
mod shapes;
mod underneath;
mod uploads;
mod who;
mod wire;

use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Image};
use crate::wire::Wire;

/// Adds a fault.
async fn fault(glance: &Glance, rule: Value) -> String {
    let answer = glance.control().post("/faults").json(rule).await.is(201);
    answer["id"].as_str().unwrap().to_owned()
}

/// Adds a fault for requests with this path.
async fn fault_at(glance: &Glance, path: &str, effect: Value) -> String {
    fault(
        glance,
        json!({ "match": { "path": path }, "fault": effect }),
    )
    .await
}

/// What is said of a fault.
async fn listed(glance: &Glance, id: &str) -> Answer {
    glance.control().get(format!("/faults/{id}")).await.is(200)
}

/// Alice's request, written to a connection by hand.
async fn get(glance: &Glance, path: &str) -> Wire {
    let mut wire = Wire::open(glance).await;
    wire.send(format!(
        "GET {path} HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\
         X-Auth-Token: alice:alice-project:member,reader\r\n\r\n"
    ))
    .await;
    wire
}

/// Alice's image with the data `0123456789`.
async fn image(glance: &Glance) -> Image {
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, "0123456789").await.is(204);
    image
}
