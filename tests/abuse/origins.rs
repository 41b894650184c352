//! Web pages that send requests to a server of the machine that their reader sits at.

use serde_json::json;

use lookalike::config::AuthMode;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let glance = glance_with(|config| config.access.auth = vec![AuthMode::None]).await;
    let nobody = glance.nobody();
    let page = ("Origin", "http://evil.example");
    let cross = ("Sec-Fetch-Site", "cross-site");
    for header in [
        page,
        cross,
        ("Origin", "null"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        let create = nobody.post("/v2/images").json(json!({}));
        create.header(header.0, header.1).await.is(403);
    }
    let list = nobody.get("/v2/images").header(page.0, page.1);
    assert!(list.await.is(200)["images"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_page_whose_name_was_led_here_does_not_log_in() {
    let glance = glance().await;
    let login = || glance.nobody().post("/identity/v3/auth/tokens");
    let rebound = login().header("Host", "evil.example");
    rebound
        .header("Origin", "http://evil.example")
        .json(json!({}))
        .await
        .is(403);
    let own = login().header("Host", "localhost:9292");
    let own = own.header("Origin", "http://localhost:9292");
    own.header("Content-Type", "application/json")
        .json(json!({}))
        .await
        .is(400);
}

#[tokio::test]
async fn pages_of_allowed_origins_and_accepted_hosts_are_not_refused() {
    let glance = glance_with(|config| {
        config.cors.allowed_origin = vec!["http://page.example".into()];
        config.connections.accept_host = vec!["cloud.example".into()];
    })
    .await;
    let alice = glance.person("alice");
    let create = || alice.post("/v2/images").json(json!({}));
    let page = create().header("Origin", "http://page.example");
    page.await.is(201);
    let own = create().header("Origin", "http://cloud.example:80");
    own.header("Host", "cloud.example:80").await.is(201);
    let control = glance.control().get("/status");
    control.header("Host", "cloud.example").await.is(200);
}

#[tokio::test]
async fn a_proxy_on_the_machine_does_not_open_the_control_to_its_clients() {
    let glance = glance().await;
    for (name, value) in [
        ("X-Forwarded-For", "203.0.113.9"),
        ("Forwarded", "for=203.0.113.9"),
        ("X-Real-IP", "203.0.113.9"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Host", "evil.example"),
    ] {
        let reset = glance.control().post("/reset");
        reset.header(name, value).await.is(403);
    }
}
