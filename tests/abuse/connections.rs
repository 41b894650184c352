//! Clients that take up connections, and requests that a proxy may read in another way.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::glance::{Glance, glance, glance_with};
use crate::wire::Wire;

async fn wire(glance: &Glance, text: &str) -> Wire {
    let mut wire = Wire::open(glance).await;
    wire.send(text).await;
    wire
}

#[tokio::test]
async fn clients_that_send_nothing_do_not_shut_others_out() {
    let glance = glance_with(|config| config.connections.max_connections = Some(8)).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(glance.address()).await.unwrap();
        let head =
            "POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.ok();
        idle.push(stream);
    }
    let answer = glance.nobody().get("/versions");
    let answer = tokio::time::timeout(Duration::from_secs(1), answer.into_future());
    answer.await.unwrap().is(200);
}

#[tokio::test]
async fn a_flood_of_connections_does_not_end_an_answer_under_way() {
    let glance = glance_with(|config| config.connections.max_connections = Some(8)).await;
    let alice = glance.person("alice");
    let rule = json!({ "match": { "path": "/v2/images" }, "fault": { "delay_ms": 1000 } });
    glance.control().post("/faults").json(rule).await.is(201);
    let list = tokio::spawn(alice.get("/v2/images").into_future());
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut others = Vec::new();
    for _ in 0..40 {
        others.push(wire(&glance, "GET /versions HTTP/1.1\r\nHost: h\r\nX: ").await);
    }
    list.await.unwrap().is(200);
}

#[tokio::test]
async fn data_that_does_not_come_is_not_waited_for_without_end() {
    let glance = glance_with(|config| config.bodies.body_timeout = Duration::from_millis(50)).await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let upload = Wire::upload(&glance, &image, "Content-Length: 5\r\n").await;
    let (status, text) = upload.answer().await;
    assert_eq!(status, 408, "{text}");
    assert_eq!(alice.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for_without_end() {
    let glance =
        glance_with(|config| config.connections.header_timeout = Duration::from_millis(50)).await;
    let wire = wire(&glance, "GET / HTTP/1.1\r\nHost: h\r\nX: ").await;
    let ended = tokio::time::timeout(Duration::from_secs(5), wire.all());
    ended.await.unwrap();
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_not_waited_for_without_end() {
    let glance =
        glance_with(|config| config.connections.send_timeout = Duration::from_millis(50)).await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, vec![0; 32 << 20]).await.is(204);
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: alice:alice-project:member,reader\r\n\r\n",
        image.at("/file")
    );
    let wire = wire(&glance, &head).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (all, _) = wire.all().await;
    assert!(all.len() < 32 << 20, "{}", all.len());
}

#[tokio::test]
async fn a_request_without_one_host_is_refused() {
    let glance = glance().await;
    for head in [
        "GET /versions HTTP/1.1\r\n",
        "GET /versions HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
        "GET /versions HTTP/1.1\r\nHost: a b\r\n",
        "GET /versions HTTP/1.1\r\nHost: user@a\r\n",
    ] {
        let wire = wire(&glance, &format!("{head}\r\n")).await;
        let (status, text) = wire.answer().await;
        assert_eq!(status, 400, "{head}{text}");
    }
    let wire = wire(&glance, "GET /healthcheck HTTP/1.0\r\n\r\n").await;
    assert_eq!(wire.answer().await.0, 200);
}

#[tokio::test]
async fn a_body_in_an_unknown_coding_is_refused() {
    let glance = glance().await;
    for coding in ["gzip, chunked", "chunked\r\nTransfer-Encoding: chunked"] {
        let head = format!(
            "POST /v2/images HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: {coding}\r\n\r\n0\r\n\r\n"
        );
        let (status, text) = wire(&glance, &head).await.answer().await;
        assert_eq!(status, 400, "{coding}: {text}");
    }
}
