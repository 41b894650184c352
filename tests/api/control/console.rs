//! The console: its pages, its sessions, and its own calls, of which nothing is to be seen.

mod calls;

use lookalike::config::Secret;
use serde_json::json;

use crate::glance::{Glance, Person, Request, glance, glance_with};

/// The `Accept` of a browser that goes somewhere.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The token of a session of this machine.
async fn session(glance: &Glance) -> String {
    let answer = glance.control().post("/ui/session").json(json!({}));
    let answer = answer.await.is(200);
    answer["token"].as_str().unwrap().to_owned()
}

fn browse(person: &Person, path: &str) -> Request {
    person.get(path).header("Accept", BROWSER)
}

#[tokio::test]
async fn the_first_page_is_html_and_safe_from_other_pages() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    for url in [glance.url(), sandbox.url()] {
        let answer = glance.at(&url, "").get("/_lookalike/ui/").await.is(200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.text().contains("<title>"));
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let glance = glance().await;
    let page = || glance.control().get("/ui/index.html");
    let first = page().await.is(200);
    let tag = first.header("etag");
    let again = page().header("If-None-Match", tag).await.is(304);
    assert_eq!((again.header("etag"), again.body.len()), (tag, 0));
    page().header("If-None-Match", "\"other\"").await.is(200);
    let head = glance.control().request(http::Method::HEAD, "/ui/");
    let head = head.await.is(200);
    assert_eq!((head.header("etag"), head.body.len()), (tag, 0));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let glance = glance().await;
    for path in ["/ui/nothing.js", "/ui/..%2fmod.rs"] {
        let answer = glance.control().get(path).await.is(404);
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
    glance.control().post("/ui/").await.is(405);
}

#[tokio::test]
async fn a_browser_at_the_root_is_led_to_the_pages() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    for url in [glance.url(), sandbox.url()] {
        let person = glance.at(&url, "");
        let answer = browse(&person, "/").await.is(302);
        let pages = format!("{url}/_lookalike/ui/");
        assert_eq!(answer.header("location"), pages);
        let answer = person.get("/_lookalike/ui").await.is(302);
        assert_eq!(answer.header("location"), pages);
    }
}

#[tokio::test]
async fn every_other_client_at_the_root_gets_the_versions() {
    let glance = glance().await;
    for accept in ["*/*", "application/json", "application/json, text/html"] {
        let answer = glance.nobody().get("/").header("Accept", accept).await;
        assert!(answer.is(300)["versions"].is_array());
    }
    let java = "text/html, image/gif, image/jpeg, */*; q=0.2";
    let answer = glance.nobody().get("/").header("Accept", java).await;
    answer.is(300);
    browse(&glance.nobody(), "/versions").await.is(200);
}

#[tokio::test]
async fn a_browser_is_led_to_the_public_url() {
    let public = "https://cloud.example/image";
    let glance = glance_with(|it| it.access.public_url = Some(public.into())).await;
    let answer = browse(&glance.nobody(), "/").await.is(302);
    let pages = format!("{public}/_lookalike/ui/");
    assert_eq!(answer.header("location"), pages);
    let link = glance.console_url().unwrap().unwrap();
    assert!(link.starts_with(&format!("{pages}#key=")), "{link}");
}

#[tokio::test]
async fn a_server_without_a_console_has_nothing_of_it() {
    for (no_console, no_control) in [(true, false), (false, true)] {
        let glance = glance_with(|it| {
            it.control.no_console = no_console;
            it.control.no_control = no_control;
        })
        .await;
        let other = glance.control().get("/nothing").await.status;
        assert_eq!(glance.control().get("/ui/").await.status, other);
        let session = glance.control().post("/ui/session").await;
        assert_eq!(
            session.status,
            glance.control().post("/nothing").await.status
        );
        browse(&glance.nobody(), "/").await.is(300);
        assert_eq!(glance.console_url().unwrap(), None);
        let images = glance.person("alice").get("/v2/images");
        images
            .header("X-Lookalike-Console", "anything")
            .await
            .is(200);
    }
}

#[tokio::test]
async fn where_others_reach_the_server_there_is_a_console_only_with_a_token() {
    let glance = glance_with(|it| it.listen = "0.0.0.0:0".parse().unwrap()).await;
    glance.control().get("/ui/").await.is(403);
    browse(&glance.nobody(), "/").await.is(300);
    assert_eq!(glance.console_url().unwrap(), None);
}

#[tokio::test]
async fn a_token_of_the_control_opens_a_session() {
    let glance = glance_with(|it| {
        it.listen = "0.0.0.0:0".parse().unwrap();
        it.control.control_token = Some(Secret::new("sesame"));
    })
    .await;
    let control = glance.control();
    control.get("/ui/").await.is(200);
    let session = || control.post("/ui/session").json(json!({}));
    session().await.is(401);
    session()
        .header("X-Lookalike-Token", "barley")
        .await
        .is(401);
    let answer = session().header("X-Lookalike-Token", "sesame").await;
    let token = answer.is(200)["token"].as_str().unwrap().to_owned();
    control.get("/status").await.is(401);
    let status = || control.get("/status").header("X-Lookalike-Console", &token);
    status().await.is(200);
    let end = control.delete("/ui/session");
    end.header("X-Lookalike-Console", &token).await.is(204);
    status().await.is(401);
}

#[tokio::test]
async fn a_link_opens_one_session() {
    let glance = glance_with(|it| it.control.control_token = Some(Secret::new("sesame"))).await;
    let control = glance.control();
    let made = control.post("/ui/key");
    let made = made.header("X-Lookalike-Token", "sesame").await.is(201);
    assert_eq!(made.header("cache-control"), "no-store");
    let links = [
        glance.console_url().unwrap().unwrap(),
        made["url"].as_str().unwrap().to_owned(),
    ];
    for link in links {
        let (pages, key) = link.split_once("#key=").unwrap();
        assert_eq!(pages, format!("{}/_lookalike/ui/", glance.url()));
        let session = || control.post("/ui/session").json(json!({ "key": key }));
        let token = session().await.is(200)["token"]
            .as_str()
            .unwrap()
            .to_owned();
        let status = control.get("/status");
        status.header("X-Lookalike-Console", &token).await.is(200);
        session().await.is(401);
    }
    control.post("/ui/key").await.is(401);
}

#[tokio::test]
async fn a_token_that_no_session_has_is_refused_everywhere() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for request in [
        alice.get("/v2/images"),
        alice.get("/identity/v3"),
        alice.get("/_lookalike/status"),
    ] {
        let answer = request.header("X-Lookalike-Console", "guess").await;
        let said = answer.is(401);
        assert!(said.text().contains("/_lookalike/ui/session"));
    }
    assert_eq!(glance.requests().await.len(), 0);
}
