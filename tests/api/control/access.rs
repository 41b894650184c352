//! Who may control a server.

use lookalike::config::Secret;

use crate::glance::{glance, glance_with};

#[tokio::test]
async fn a_server_that_only_this_machine_reaches_is_open_to_it() {
    let glance = glance().await;
    let answer = glance.control().post("/reset").await;
    answer.is(204);
}

#[tokio::test]
async fn one_that_others_reach_needs_a_token_to_be_controlled_at_all() {
    let glance = glance_with(|it| it.listen = "0.0.0.0:0".parse().unwrap()).await;
    let answer = glance.control().post("/reset").await.is(403);
    assert!(answer.text().contains("--control-token"));
}

#[tokio::test]
async fn with_a_token_whoever_brings_it_is_let_in() {
    let glance = glance_with(|it| {
        it.listen = "0.0.0.0:0".parse().unwrap();
        it.control.control_token = Some(Secret::new("open-sesame"));
    })
    .await;
    let control = glance.control();
    control.post("/reset").await.is(401);
    let request = control.post("/reset");
    request
        .header("X-Lookalike-Token", "open-barley")
        .await
        .is(401);
    let request = control.post("/reset");
    request
        .header("X-Lookalike-Token", "open-sesame")
        .await
        .is(204);
}

#[tokio::test]
async fn how_the_server_is_may_be_asked_without_a_token() {
    let glance = glance_with(|it| it.control.control_token = Some(Secret::new("secret"))).await;
    let answer = glance.control().get("/health").await.is(200);
    assert_eq!(answer.json()["status"], "ok");
    assert_eq!(answer.json()["stores"][0]["type"], "memory");
}

#[tokio::test]
async fn web_pages_may_not_control_a_server() {
    let glance = glance().await;
    let request = glance.control().post("/reset");
    let answer = request.header("Origin", "http://example.org").await;
    let answer = answer.is(403);
    assert!(!answer.has("access-control-allow-origin"));
}

#[tokio::test]
async fn nor_a_page_whose_name_was_led_to_this_machine() {
    let glance = glance().await;
    let request = glance.control().get("/sandboxes");
    request.header("Host", "evil.example:9292").await.is(403);
    let request = glance.control().get("/sandboxes");
    request.header("Host", "localhost:9292").await.is(200);
}

#[tokio::test]
async fn no_control_leaves_nothing_of_it() {
    let glance = glance_with(|it| it.control.no_control = true).await;
    let answer = glance.control().get("/health").await;
    // What Glance says of any path that it does not know.
    let other = glance.nobody().get("/anything").await;
    assert_eq!(answer.status, other.status);
    assert_eq!(glance.control().post("/reset").await.status, other.status);
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_named() {
    let glance = glance().await;
    let answer = glance.control().get("/nothing").await.is(404);
    assert!(answer.text().contains("/_lookalike/nothing"));
    let answer = glance.control().get("/reset").await.is(405);
    assert!(answer.text().contains("takes no GET"));
}

#[tokio::test]
async fn the_description_of_the_control_is_served() {
    let glance = glance().await;
    let answer = glance.control().get("/openapi.json").await.is(200);
    assert!(answer.json()["paths"]["/reset"]["post"].is_object());
}
