//! Bodies that stop half-way, with the times that the server gives by default: the test moves the clock of the
//! runtime, which the server shares.

use std::time::Duration;

use futures_util::FutureExt;
use serde_json::json;

use crate::glance::{Glance, glance};
use crate::wire::{Wire, until};

const TOKEN: &str = "X-Auth-Token: root:admin:admin\r\n";

/// Lets time pass for the server, without waiting.
async fn pass(time: Duration) {
    // The bytes that were sent must have been read before, or the time of their arrival would be later.
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Sends half of a JSON document, and returns the connection.
async fn half(glance: &Glance, target: &str, media_type: &str) -> Wire {
    let mut wire = Wire::open(glance).await;
    let head = format!(
        "{target} HTTP/1.1\r\nHost: localhost\r\n{TOKEN}Content-Type: {media_type}\r\nContent-Length: 20\r\n\r\n"
    );
    wire.send(head + "{\"name\": ").await;
    wire
}

/// Asserts that nothing came so far.
async fn is_unanswered(wire: &mut Wire) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(wire.next_answer().now_or_never(), None);
}

#[tokio::test]
async fn a_document_has_a_minute_to_arrive() {
    let glance = glance().await;
    let image = glance.person("alice").create(json!({})).await;
    let patch = format!("PATCH {}", image.at(""));
    let members = format!("POST {}", image.at("/members"));
    let import = format!("POST {}", image.at("/import"));
    let json = "application/json";
    let documents = [
        ("POST /v2/images", json),
        (&patch, "application/openstack-images-v2.1-json-patch"),
        (&members, json),
        (&import, json),
        ("POST /v2/tasks", json),
        ("POST /v2/metadefs/namespaces", json),
        ("POST /identity/v3/auth/tokens", json),
        ("POST /_lookalike/faults", json),
    ];
    let mut wires = Vec::new();
    for (target, media_type) in documents {
        wires.push((target, half(&glance, target, media_type).await));
    }
    pass(Duration::from_secs(59)).await;
    for (_, wire) in &mut wires {
        is_unanswered(wire).await;
    }
    pass(Duration::from_secs(2)).await;
    for (target, wire) in wires {
        let (status, text) = wire.answer().await;
        assert_eq!(status, 408, "{target}: {text}");
    }
}

#[tokio::test]
async fn a_document_that_comes_byte_by_byte_has_no_more_time_than_another() {
    let glance = glance().await;
    let mut wire = half(&glance, "POST /v2/images", "application/json").await;
    for _ in 0..2 {
        pass(Duration::from_secs(25)).await;
        wire.send(" ").await;
    }
    is_unanswered(&mut wire).await;
    pass(Duration::from_secs(12)).await;
    assert_eq!(wire.answer().await.0, 408);
}

#[tokio::test]
async fn data_may_take_any_time_if_some_comes_each_minute() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let mut upload = Wire::upload_half(&glance, &image, b"abcdef").await;
    for byte in ["d", "e", "f"] {
        pass(Duration::from_secs(55)).await;
        upload.send(byte).await;
    }
    assert_eq!(upload.answer().await.0, 204);
    until(&alice, &image, "active").await;
}

#[tokio::test]
async fn data_that_stops_half_way_is_given_up_after_a_minute() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let mut upload = Wire::upload_half(&glance, &image, b"abcdef").await;
    pass(Duration::from_secs(55)).await;
    is_unanswered(&mut upload).await;
    assert_eq!(alice.see(&image).await["status"], "saving");
    pass(Duration::from_secs(6)).await;
    assert_eq!(upload.answer().await.0, 408);
    until(&alice, &image, "queued").await;
    alice.upload(&image, "whole").await.is(204);
}
