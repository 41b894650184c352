//! Faults on the way in: what becomes of an upload.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::fault_at;
use crate::glance::{Glance, Image, glance};
use crate::wire::Wire;

const FILE: &str = "/v2/images/*/file";

async fn queued(glance: &Glance) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    glance.person("alice").create(fields).await
}

/// What becomes of an upload of ten bytes under a fault: the answer, and how the connection ends.
async fn upload(glance: &Glance, image: &Image, effect: Value) -> (String, Option<ErrorKind>) {
    fault_at(glance, FILE, effect).await;
    let mut wire = Wire::upload(glance, image, "Content-Length: 10\r\n").await;
    wire.send("0123456789").await;
    let (bytes, end) = wire.all().await;
    (String::from_utf8(bytes).unwrap(), end)
}

#[tokio::test]
async fn an_upload_breaks_off_and_the_image_waits_for_another() {
    for (effect, end) in [
        (json!({ "truncate_after": 4 }), None),
        (json!({ "reset": 4 }), Some(ErrorKind::ConnectionReset)),
        (json!({ "reset": 0 }), Some(ErrorKind::ConnectionReset)),
    ] {
        let glance = glance().await;
        let (alice, image) = (glance.person("alice"), queued(&glance).await);
        assert_eq!(upload(&glance, &image, effect).await, (String::new(), end));
        assert_eq!(alice.see(&image).await["status"], "queued");
        glance.control().delete("/faults").await.is(204);
        alice.upload(&image, "0123456789").await.is(204);
        assert_eq!(alice.see(&image).await["status"], "active");
    }
}

#[tokio::test]
async fn an_upload_arrives_spoilt() {
    let glance = glance().await;
    let (alice, image) = (glance.person("alice"), queued(&glance).await);
    let id = fault_at(&glance, FILE, json!({ "corrupt_at": 0 })).await;
    let answer = alice.upload(&image, "0123456789").await.is(204);
    assert_eq!(answer.header("x-lookalike-fault"), id);
    glance.control().delete("/faults").await.is(204);
    let answer = alice.get(image.at("/file")).await.is(200);
    assert_eq!(&answer.body[..], b"\xcf123456789");
    assert_ne!(
        alice.see(&image).await["checksum"],
        "781e5e245d69b566979b86e28d23f2c7"
    );
}

#[tokio::test]
async fn an_upload_is_read_slowly() {
    let glance = glance().await;
    let (alice, image) = (glance.person("alice"), queued(&glance).await);
    fault_at(&glance, FILE, json!({ "bytes_per_s": 200 })).await;
    let start = Instant::now();
    alice.upload(&image, "0123456789").await.is(204);
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(alice.see(&image).await["size"], 10);
}

#[tokio::test]
async fn an_upload_that_is_held_up_is_seen_saving() {
    let glance = glance().await;
    let (alice, image) = (glance.person("alice"), queued(&glance).await);
    fault_at(&glance, FILE, json!({ "stall": { "after_bytes": 5 } })).await;
    let mut wire = Wire::upload(&glance, &image, "Content-Length: 10\r\n").await;
    wire.send("0123456789").await;
    crate::wire::until(&alice, &image, "saving").await;
    glance.control().delete("/faults").await.is(204);
    assert_eq!(wire.all().await, (Vec::new(), None));
    assert_eq!(alice.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn the_other_body_can_be_meant() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let effect = json!({ "truncate_after": 3, "of": "request" });
    fault_at(&glance, "/v2/images", effect).await;
    alice.get("/v2/images").await.is(200);
    let mut wire = Wire::open(&glance).await;
    let head = "POST /v2/images HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\
                X-Auth-Token: alice:alice-project:member,reader\r\n\r\n{\"name\":\"x\"}";
    wire.send(head).await;
    assert_eq!(wire.all().await, (Vec::new(), None));
    assert!(alice.names("").await.is_empty());
}

#[tokio::test]
async fn an_upload_can_be_refused_before_it_is_read() {
    let glance = glance().await;
    let (alice, image) = (glance.person("alice"), queued(&glance).await);
    fault_at(&glance, FILE, json!({ "status": 503 })).await;
    alice.upload(&image, vec![0; 1 << 20]).await.is(503);
    assert_eq!(alice.see(&image).await["status"], "queued");
}
