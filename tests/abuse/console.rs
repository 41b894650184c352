//! Web pages, and whoever finds an old link, that want to use the console.

use http::Method;
use serde_json::json;

use lookalike::config::Secret;

use crate::glance::{Glance, Request, glance, glance_with};

fn session(glance: &Glance) -> Request {
    glance.control().post("/ui/session").json(json!({}))
}

async fn token(glance: &Glance) -> String {
    let answer = session(glance).await.is(200);
    answer["token"].as_str().unwrap().to_owned()
}

/// The headers of pages that are not the server's own.
const FOREIGN: [(&str, &str); 6] = [
    ("Origin", "http://evil.example"),
    ("Origin", "null"),
    ("Origin", "http://127.0.0.1:1"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Site", "same-site"),
    ("Host", "evil.example"),
];

#[tokio::test]
async fn a_foreign_page_gets_no_session() {
    let glance = glance().await;
    for (name, value) in FOREIGN {
        let answer = session(&glance).header(name, value).await.is(403);
        assert!(!answer.has("access-control-allow-origin"));
    }
    // Its name led here, so that it is of one origin with the server, for the browser.
    let rebound = session(&glance).header("Host", "evil.example");
    let rebound = rebound.header("Origin", "http://evil.example");
    rebound
        .header("Sec-Fetch-Site", "same-origin")
        .await
        .is(403);
}

#[tokio::test]
async fn a_page_whose_origin_may_use_the_images_api_gets_no_session() {
    let glance = glance_with(|config| {
        config.cors.allowed_origin = vec!["http://page.example".into()];
    })
    .await;
    let page = session(&glance).header("Origin", "http://page.example");
    page.await.is(403);
}

#[tokio::test]
async fn the_page_of_the_server_gets_one() {
    let glance = glance().await;
    let page = session(&glance).header("Origin", &glance.url());
    page.header("Sec-Fetch-Site", "same-origin").await.is(200);
}

#[tokio::test]
async fn a_foreign_page_uses_no_session_not_even_to_follow_the_requests() {
    let glance = glance().await;
    let token = token(&glance).await;
    let control = glance.control();
    for (name, value) in FOREIGN {
        for path in ["/status", "/requests", "/requests/stream"] {
            let request = control.get(path).header("X-Lookalike-Console", &token);
            request.header(name, value).await.is(403);
        }
        let reset = control.post("/reset").header("X-Lookalike-Console", &token);
        reset.header(name, value).await.is(403);
    }
    let reset = control.post("/reset").header("X-Lookalike-Console", &token);
    reset.header("Origin", &glance.url()).await.is(204);
}

#[tokio::test]
async fn a_page_of_the_server_controls_nothing_without_a_session() {
    let glance = glance().await;
    let reset = glance.control().post("/reset");
    reset.header("Origin", &glance.url()).await.is(403);
}

#[tokio::test]
async fn a_key_counts_once_even_for_many_at_a_time() {
    let glance = glance_with(|it| it.control.control_token = Some(Secret::new("sesame"))).await;
    let link = glance.console_url().unwrap().unwrap();
    let key = link.split_once("#key=").unwrap().1;
    let ask = async || {
        let request = glance.control().post("/ui/session");
        request.json(json!({ "key": key })).await.status
    };
    let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
    assert_eq!(answers.iter().filter(|it| **it == 200).count(), 1);
    assert_eq!(answers.iter().filter(|it| **it == 401).count(), 19);
}

#[tokio::test]
async fn a_proxy_on_the_machine_gives_its_clients_no_session_without_a_key() {
    let glance = glance().await;
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    session(&glance)
        .header(forwarded.0, forwarded.1)
        .await
        .is(403);
    let link = glance.console_url().unwrap().unwrap();
    let key = link.split_once("#key=").unwrap().1;
    let request = glance.control().post("/ui/session");
    let request = request.json(json!({ "key": key }));
    request.header(forwarded.0, forwarded.1).await.is(200);
}

#[tokio::test]
async fn the_pages_are_in_no_frame_and_for_no_foreign_host() {
    let glance = glance().await;
    let page = || glance.control().get("/ui/");
    let answer = page().await.is(200);
    assert_eq!(answer.header("x-frame-options"), "DENY");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"));
    page().header("Host", "evil.example").await.is(403);
    let root = glance.nobody().get("/").header("Accept", "text/html");
    root.header("Host", "evil.example").await.is(300);
}

#[tokio::test]
async fn nothing_of_a_session_is_in_an_answer_to_somebody_else() {
    let glance = glance().await;
    let token = token(&glance).await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(200);
    for path in [
        "/requests",
        "/config",
        "/requests.har",
        "/openapi.json",
        "/",
    ] {
        let answer = glance.control().get(path).await.is(200);
        assert!(!answer.text().contains(&token), "{path}");
    }
    let options = glance.control().request(Method::OPTIONS, "/ui/session");
    let options = options.header("Origin", "http://evil.example").await;
    assert!(!options.has("access-control-allow-origin"));
}
