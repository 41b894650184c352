//! A message broker that does not answer: `scripts/check-amqp` has one that does.

use std::time::Duration;

use lookalike::Config;
use lookalike::config::AmqpUrl;
use serde_json::json;
use tokio::net::TcpListener;

use crate::glance::{Glance, glance_with};

/// Publishes notifications to a broker at this address, which has so long for each.
fn publish_to(config: &mut Config, address: &str, patience: Duration) {
    let url = AmqpUrl::read(&format!("amqp://user:hidden@{address}/vhost"));
    config.amqp.notification_amqp_url = Some(url.unwrap());
    config.webhooks.notification_webhook_timeout = patience;
    config.webhooks.notification_webhook_queue = 2;
    config.metrics.metrics = true;
}

async fn wait_for_metric(glance: &Glance, line: &str) {
    let line = format!("\n{line}\n");
    while !glance.nobody().get("/metrics").await.text().contains(&line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn requests_do_not_wait_for_a_broker_that_is_away_and_the_oldest_are_dropped() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap().to_string();
    drop(nobody);
    let patience = Duration::from_mins(5);
    let glance = glance_with(|config| publish_to(config, &address, patience)).await;
    let alice = glance.person("alice");
    for name in ["a", "b", "c", "d", "e"] {
        alice.create(json!({ "name": name })).await;
    }
    wait_for_metric(&glance, "lookalike_notifications_dropped_total 3").await;
    let delivered = "\nlookalike_notifications_delivered_total 0\n";
    let metrics = glance.nobody().get("/metrics").await;
    assert!(metrics.text().contains(delivered));
}

#[tokio::test]
async fn a_broker_that_says_nothing_is_left_and_tried_again() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let patience = Duration::from_millis(100);
    let glance = glance_with(|config| publish_to(config, &address, patience)).await;
    glance.person("alice").create(json!({})).await;
    let (first, _) = silent.accept().await.unwrap();
    let (second, _) = silent.accept().await.unwrap();
    drop((first, second));
}

#[tokio::test]
async fn the_settings_show_a_broker_without_its_password() {
    let glance =
        glance_with(|config| publish_to(config, "127.0.0.1:1", Duration::from_secs(1))).await;
    let shown = glance.control().get("/config").await;
    assert!(!shown.text().contains("hidden"), "{}", shown.text());
    assert_eq!(
        shown.json()["notification_amqp_url"],
        "amqp://127.0.0.1:1/vhost"
    );
}
