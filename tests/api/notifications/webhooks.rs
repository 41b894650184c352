//! Webhooks: in order, at least once, signed, and bounded.

use std::path::Path;
use std::time::Duration;

use lookalike::Config;
use lookalike::config::{Secret, WebhookUrl};
use serde_json::json;

use super::receiver::Receiver;
use crate::glance::{Glance, glance_with};

/// Sends notifications to these servers.
fn send_to(config: &mut Config, webhooks: &[&Receiver]) {
    let urls = webhooks
        .iter()
        .map(|webhook| WebhookUrl::read(&webhook.url));
    config.webhooks.notification_webhook = urls.map(Result::unwrap).collect();
}

async fn telling(webhook: &Receiver) -> Glance {
    glance_with(|config| send_to(config, &[webhook])).await
}

#[tokio::test]
async fn each_webhook_gets_each_notification_in_order() {
    let (mut one, mut other) = (Receiver::new().await, Receiver::new().await);
    let glance = glance_with(|config| send_to(config, &[&one, &other])).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({ "name": "a" })).await;
    alice.delete(&image).await.is(204);
    let expected = [
        "image.create",
        "image.update",
        "image.prepare",
        "image.upload",
        "image.activate",
        "image.update",
        "image.delete",
    ];
    for event_type in expected {
        let received = one.next().await;
        assert_eq!(received.event_type(), event_type);
        assert_eq!(received.headers["content-type"], "application/json");
        assert!(!received.headers.contains_key("x-lookalike-signature"));
        assert_eq!(other.next().await.body, received.body);
    }
}

#[tokio::test]
async fn what_is_refused_is_sent_again_before_anything_else() {
    let mut webhook = Receiver::new().await;
    let glance = telling(&webhook).await;
    webhook.refuse(2);
    let alice = glance.person("alice");
    for name in ["first", "second"] {
        alice.create(json!({ "name": name })).await;
    }
    let first = webhook.next().await;
    for _ in 0..2 {
        assert_eq!(webhook.next().await.body, first.body);
    }
    assert_eq!(first.name(), "first");
    assert_eq!(webhook.next().await.name(), "second");
}

#[tokio::test]
async fn a_body_is_signed() {
    let mut webhook = Receiver::new().await;
    let glance = glance_with(|config| {
        send_to(config, &[&webhook]);
        config.webhooks.notification_webhook_secret = Some(Secret::new("key"));
    })
    .await;
    glance.person("alice").create(json!({})).await;
    let received = webhook.next().await;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"key");
    let signature = received.headers["x-lookalike-signature"].to_str().unwrap();
    let signature = signature.strip_prefix("sha256=").unwrap();
    let bytes: Vec<u8> = (0..signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap())
        .collect();
    aws_lc_rs::hmac::verify(&key, received.body.as_bytes(), &bytes).unwrap();
}

#[tokio::test]
async fn a_webhook_that_hangs_is_given_up_and_asked_again() {
    let mut webhook = Receiver::new().await;
    let glance = glance_with(|config| {
        send_to(config, &[&webhook]);
        config.webhooks.notification_webhook_timeout = Duration::from_millis(200);
    })
    .await;
    webhook.be_silent(1);
    glance.person("alice").create(json!({ "name": "a" })).await;
    let first = webhook.next().await;
    assert_eq!(webhook.next().await.body, first.body);
}

#[tokio::test]
async fn requests_do_not_wait_for_a_webhook_and_the_oldest_are_dropped() {
    let mut webhook = Receiver::new().await;
    let glance = glance_with(|config| {
        send_to(config, &[&webhook]);
        config.webhooks.notification_webhook_queue = 2;
        config.webhooks.notification_webhook_timeout = Duration::from_secs(2);
        config.metrics.metrics = true;
    })
    .await;
    webhook.be_silent(1);
    let alice = glance.person("alice");
    alice.create(json!({ "name": "a" })).await;
    assert_eq!(webhook.next().await.name(), "a");
    for name in ["b", "c", "d", "e"] {
        alice.create(json!({ "name": name })).await;
    }
    let dropped = "\nlookalike_notifications_dropped_total 3\n";
    while !glance
        .nobody()
        .get("/metrics")
        .await
        .text()
        .contains(dropped)
    {
        tokio::task::yield_now().await;
    }
    assert!(webhook.is_idle());
    assert_eq!(webhook.next().await.name(), "d");
    assert_eq!(webhook.next().await.name(), "e");
}

#[tokio::test]
async fn a_download_and_a_failed_upload_are_told_too() {
    let mut webhook = Receiver::new().await;
    let glance = telling(&webhook).await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    alice.get(image.at("/file")).await.is(200);
    while webhook.next().await.event_type() != "image.send" {}
    let fields = json!({ "disk_format": "qcow2", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, "no qcow2").await.is(415);
    let upload = loop {
        let received = webhook.next().await;
        if received.event_type() == "image.upload" {
            break received.envelope();
        }
    };
    assert_eq!(upload["priority"], "ERROR");
    assert_eq!(webhook.next().await.event_type(), "image.update");
}

#[tokio::test]
async fn a_sandbox_says_that_it_is_one() {
    let mut webhook = Receiver::new().await;
    let glance = telling(&webhook).await;
    let sandbox = glance.sandbox().await.unwrap();
    let inside = glance.at(&sandbox.url(), "alice:alice-project:member,reader");
    inside.create(json!({ "name": "inside" })).await;
    let received = webhook.next().await;
    assert_eq!(received.name(), "inside");
    let path = received.headers["x-lookalike-sandbox"].to_str().unwrap();
    assert_eq!(format!("{}{path}", glance.url()), sandbox.url());
}

/// A server whose data stays in this directory.
async fn kept(directory: &Path, webhook: &str) -> Glance {
    let url = WebhookUrl::read(webhook).unwrap();
    glance_with(|config| {
        config.ephemeral = false;
        config.database_url = None;
        directory.clone_into(&mut config.data);
        config.webhooks.notification_webhook = vec![url];
    })
    .await
}

#[tokio::test]
async fn what_is_queued_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (url, address) = nobody_there().await;
    let glance = kept(directory.path(), &url).await;
    for name in ["a", "b"] {
        glance.person("alice").create(json!({ "name": name })).await;
    }
    glance.stop().await;
    let mut webhook = Receiver::at(&address).await;
    let _glance = kept(directory.path(), &url).await;
    assert_eq!(webhook.next().await.name(), "a");
    assert_eq!(webhook.next().await.name(), "b");
}

#[tokio::test]
async fn a_reset_forgets_what_is_queued_and_a_snapshot_has_none_of_it() {
    let (url, address) = nobody_there().await;
    let url = WebhookUrl::read(&url).unwrap();
    let glance = glance_with(|config| config.webhooks.notification_webhook = vec![url]).await;
    let (alice, control) = (glance.person("alice"), glance.control());
    alice.create(json!({ "name": "a" })).await;
    control.put("/snapshots/one").await.is(201);
    alice.create(json!({ "name": "b" })).await;
    control.post("/snapshots/one/load").await.is(204);
    alice.create(json!({ "name": "c" })).await;
    control.post("/reset").await.is(204);
    alice.create(json!({ "name": "d" })).await;
    let mut webhook = Receiver::at(&address).await;
    assert_eq!(webhook.next().await.name(), "d");
}

/// The URL of a webhook that nobody answers at, and its address.
async fn nobody_there() -> (String, String) {
    let webhook = Receiver::new().await;
    let url = webhook.url.clone();
    let address = url["http://".len()..url.find("/hook").unwrap()].to_owned();
    drop(webhook);
    tokio::task::yield_now().await;
    (url, address)
}
