//! Several requests on one connection: each is answered, in order, and no byte of one is read as another.

use serde_json::json;

use crate::glance::{Glance, Image, glance};
use crate::wire::Wire;

/// A request of alice's, with these headers beside her token and with this body.
fn request(line: &str, headers: &str, body: &str) -> String {
    format!(
        "{line} HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\
         X-Auth-Token: alice:alice-project:member,reader\r\n{headers}\r\n{body}"
    )
}

/// A request with a body of bytes.
fn upload(image: &Image, body: &str) -> String {
    let headers = format!(
        "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n",
        body.len()
    );
    request(&format!("PUT {}", image.at("/file")), &headers, body)
}

fn get(path: &str) -> String {
    request(&format!("GET {path}"), "", "")
}

async fn answers(glance: &Glance, requests: &[String]) -> Vec<(u16, String)> {
    let mut wire = Wire::open(glance).await;
    wire.send(requests.concat()).await;
    wire.answers(requests.len()).await
}

fn statuses(answers: &[(u16, String)]) -> Vec<u16> {
    answers.iter().map(|(status, _)| *status).collect()
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_order() {
    let glance = glance().await;
    let image = glance
        .person("alice")
        .create(json!({ "name": "x", "disk_format": "raw", "container_format": "bare" }))
        .await;
    let tag = request(
        &format!("PUT {}", image.at("/tags/one")),
        "Content-Length: 0\r\n",
        "",
    );
    let requests = [
        get(&image.at("")),
        upload(&image, "data"),
        get(&image.at("/file")),
        tag,
        get("/v2/images?tag=one"),
        get("/v2/nothing"),
        request(&format!("DELETE {}", image.at("")), "", ""),
        get(&image.at("")),
    ];
    let answers = answers(&glance, &requests).await;
    assert_eq!(statuses(&answers), [200, 204, 200, 204, 200, 404, 204, 404]);
    assert_eq!(answers[2].1, "data");
    assert!(answers[4].1.contains(&image.id), "{}", answers[4].1);
}

#[tokio::test]
async fn the_body_of_a_refused_upload_is_never_read_as_a_request() {
    let glance = glance().await;
    let theirs = glance.person("bob").create(json!({ "name": "x" })).await;
    let disguised = request("DELETE /v2/images/me", "", "");
    for upload in [
        upload(&theirs, &disguised),
        upload(&theirs, &disguised).replacen("alice:alice-project:member,reader", "", 1),
        upload(&theirs, &disguised).replacen("/file", "/nothing", 1),
        upload(&theirs, &disguised).replacen("octet-stream", "json", 1),
    ] {
        let answers = answers(&glance, &[upload, get("/v2/schemas/image")]).await;
        let [refused, next] = statuses(&answers)[..] else {
            panic!("{answers:?}");
        };
        assert!((400..500).contains(&refused), "{answers:?}");
        assert_eq!(next, 200, "{answers:?}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_that_the_next_one_could_begin_with() {
    let glance = glance().await;
    let requests = [
        request("HEAD /v2/images", "", ""),
        request("HEAD /v2/nothing", "", ""),
        get("/v2/images"),
    ];
    let mut wire = Wire::open(&glance).await;
    wire.send(requests.concat()).await;
    let close = request("GET /versions", "Connection: close\r\n", "");
    wire.send(close).await;
    let (all, _) = wire.all().await;
    let text = String::from_utf8(all).unwrap();
    let heads: Vec<&str> = text
        .split("\r\n\r\n")
        .filter(|part| part.starts_with("HTTP/1.1 "))
        .collect();
    let found: Vec<&str> = heads.iter().filter_map(|head| head.get(9..12)).collect();
    // The body of the list stands before the head of the last answer.
    assert_eq!(found.first(), Some(&"405"), "{text}");
    assert_eq!(found.get(1), Some(&"404"), "{text}");
    assert_eq!(found.get(2), Some(&"200"), "{text}");
    assert!(text.contains("\"images\""), "{text}");
    assert!(
        text.contains("HTTP/1.1 200 OK") && text.contains("\"versions\""),
        "{text}"
    );
}

#[tokio::test]
async fn a_refused_upload_that_waits_for_leave_is_answered_without_it() {
    let glance = glance().await;
    let image = glance.person("bob").create(json!({ "name": "x" })).await;
    let wire = Wire::upload(
        &glance,
        &image,
        "Content-Length: 1000000\r\nExpect: 100-continue\r\n",
    )
    .await;
    let (status, text) = wire.answer().await;
    assert_eq!(status, 404, "{text}");
}

#[tokio::test]
async fn an_upload_that_waits_for_leave_gets_it() {
    let glance = glance().await;
    let image = glance
        .person("alice")
        .create(json!({ "name": "x", "disk_format": "raw", "container_format": "bare" }))
        .await;
    let headers = "Content-Length: 4\r\nExpect: 100-continue\r\n";
    let mut wire = Wire::upload(&glance, &image, headers).await;
    assert_eq!(wire.next_answer().await.0, 100);
    wire.send("data").await;
    assert_eq!(wire.next_answer().await.0, 204);
}

#[tokio::test]
async fn a_connection_ends_when_the_client_says_so() {
    let glance = glance().await;
    for (version, headers) in [("HTTP/1.1", "Connection: close\r\n"), ("HTTP/1.0", "")] {
        let mut wire = Wire::open(&glance).await;
        let request = request("GET /v2/images", headers, "").replace("HTTP/1.1", version);
        wire.send(request).await;
        let (all, error) = wire.all().await;
        assert_eq!(error, None);
        assert!(all.starts_with(version.as_bytes()), "{version}");
    }
}

#[tokio::test]
async fn the_names_of_headers_have_capitals_as_those_of_glance() {
    let glance = glance().await;
    let mut wire = Wire::open(&glance).await;
    wire.send(get("/v2/schemas/image")).await;
    let (status, answer) = wire.answer().await;
    let (head, _) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(status, 200);
    for name in ["Content-Type", "Content-Length", "X-Openstack-Request-Id"] {
        assert!(head.contains(&format!("\r\n{name}: ")), "{head}");
    }
}
