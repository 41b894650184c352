//! Who may read the metrics, and where.

use lookalike::config::Secret;

use super::metered;
use crate::glance::{Glance, glance, glance_with};

/// A server that others can reach, with or without a token.
async fn exposed(token: Option<&str>) -> Glance {
    glance_with(|it| {
        it.listen = "0.0.0.0:0".parse().unwrap();
        it.metrics.metrics = true;
        it.control.control_token = token.map(Secret::new);
    })
    .await
}

#[tokio::test]
async fn unless_they_are_asked_for_the_path_is_glances_own() {
    let glance = glance().await;
    let nobody = glance.nobody();
    let metrics = nobody.get("/metrics").await.is(300);
    let other = nobody.get("/measurements").await.is(300);
    assert_eq!(metrics.text(), other.text());
}

#[tokio::test]
async fn a_program_on_this_machine_reads_them_without_a_token() {
    metered().await.nobody().get("/metrics").await.is(200);
}

#[tokio::test]
async fn a_web_page_does_not() {
    let glance = metered().await;
    let asked = glance.nobody().get("/metrics");
    asked.header("Origin", "http://example.org").await.is(403);
    let asked = glance.nobody().get("/metrics");
    asked.header("Host", "evil.example.org").await.is(403);
}

#[tokio::test]
async fn a_server_that_others_reach_shows_them_to_nobody_without_a_token() {
    let glance = exposed(None).await;
    let answer = glance.nobody().get("/metrics").await.is(403);
    assert!(
        answer.text().contains("--metrics-listen"),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains("lookalike_"), "{}", answer.text());
}

#[tokio::test]
async fn nor_does_one_that_others_reach_without_encryption_only() {
    let glance = glance_with(|it| {
        it.tls.listen_http = Some("0.0.0.0:0".parse().unwrap());
        it.metrics.metrics = true;
    })
    .await;
    glance.nobody().get("/metrics").await.is(403);
}

#[tokio::test]
async fn the_token_may_come_as_prometheus_sends_it_or_as_for_the_control_api() {
    let glance = exposed(Some("open-sesame")).await;
    let ask = || glance.nobody().get("/metrics");
    ask().await.is(401);
    for (name, wrong, right) in [
        ("Authorization", "Bearer open-barley", "Bearer open-sesame"),
        ("X-Lookalike-Token", "open-barley", "open-sesame"),
    ] {
        ask().header(name, wrong).await.is(401);
        ask().header(name, right).await.is(200);
    }
}

#[tokio::test]
async fn an_address_of_their_own_has_them_alone_and_without_a_token() {
    let glance = glance_with(|it| {
        it.metrics.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
        it.control.control_token = Some(Secret::new("open-sesame"));
    })
    .await;
    glance.nobody().get("/metrics").await.is(300);
    let address = glance.metrics_address().unwrap();
    let there = glance.at(&format!("http://{address}"), "");
    let answer = there.get("/metrics").await.is(200);
    assert!(answer.text().contains("lookalike_http_requests_total{"));
    there.get("/v2/images").await.is(404);
    there.get("/_lookalike/status").await.is(404);
}

#[tokio::test]
async fn they_are_read_and_not_written() {
    let glance = metered().await;
    let answer = glance.nobody().post("/metrics").await.is(405);
    assert_eq!(answer.header("allow"), "GET, HEAD");
}

#[tokio::test]
async fn sandboxes_are_measured_with_their_server_and_have_no_metrics_of_their_own() {
    let glance = metered().await;
    let sandbox = glance.sandbox().await.unwrap();
    let inside = glance.at(&sandbox.url(), "alice:p:member,reader");
    inside.get("/metrics").await.is(300);
    inside.get("/v2/images").await.is(200);
    let text = super::scrape(&glance).await;
    let series =
        "lookalike_http_requests_total{route=\"/v2/images\",method=\"GET\",status=\"200\"}";
    super::has(&text, series, 1.0);
    super::has(&text, "lookalike_sandboxes", 1.0);
}
