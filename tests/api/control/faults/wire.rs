//! Faults on the wire: what a client gets instead of the answer.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{fault, fault_at, get, image};
use crate::glance::glance;

#[tokio::test]
async fn an_error_comes_twice_and_then_it_works_again() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let id = fault(
        &glance,
        json!({ "times": 2, "fault": { "status": 503, "retry_after": 7 } }),
    )
    .await;
    for _ in 0..2 {
        let answer = alice.get("/v2/images").await.is(503);
        assert_eq!(answer.header("x-lookalike-fault"), id);
        assert_eq!(answer.header("retry-after"), "7");
        let answer =
            answer.says("The server is currently unavailable. Please try again at a later time.");
        assert_eq!(answer["code"], "503 Service Unavailable");
    }
    assert!(
        !alice
            .get("/v2/images")
            .await
            .is(200)
            .has("x-lookalike-fault")
    );
}

#[tokio::test]
async fn an_error_has_the_form_that_is_asked_for_and_the_words_that_are_given() {
    let glance = glance().await;
    let alice = glance.person("alice");
    fault(
        &glance,
        json!({ "fault": { "status": 409, "message": "Too <early>" } }),
    )
    .await;
    alice.get("/v2/images").await.is(409).says("Too <early>");
    let page = alice
        .get("/v2/images")
        .header("accept", "text/html")
        .await
        .is(409);
    assert_eq!(page.header("content-type"), "text/html; charset=UTF-8");
    assert!(page.text().contains("Too &lt;early&gt;"), "{}", page.text());
}

#[tokio::test]
async fn an_answer_can_be_given_word_by_word() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let made_up =
        json!({ "status": 200, "body": { "images": [] }, "headers": { "X-Proxy": "yes" } });
    fault_at(&glance, "/v2/images", made_up).await;
    let text =
        json!({ "status": 502, "body": "bad gateway", "headers": { "Content-Type": "text/html" } });
    fault_at(&glance, "/v2/schemas/*", text).await;
    let answer = alice.get("/v2/images").await.is(200);
    assert_eq!(answer.json(), &json!({ "images": [] }));
    assert_eq!(answer.header("x-proxy"), "yes");
    let answer = alice.get("/v2/schemas/image").await.is(502);
    assert_eq!(
        (answer.text(), answer.header("content-type")),
        ("bad gateway", "text/html")
    );
}

#[tokio::test]
async fn an_error_can_hide_that_the_request_was_carried_out() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (carry_out, images) in [(false, 0), (true, 1)] {
        let effect = json!({ "status": 504, "carry_out": carry_out });
        let rule = json!({ "match": { "method": "POST" }, "times": 1, "fault": effect });
        fault(&glance, rule).await;
        alice
            .post("/v2/images")
            .json(json!({ "name": "x" }))
            .await
            .is(504);
        assert_eq!(alice.names("").await.len(), images);
    }
}

#[tokio::test]
async fn delays_add_up() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let one = fault(&glance, json!({ "fault": { "delay_ms": 30 } })).await;
    let other = fault(
        &glance,
        json!({ "fault": { "delay_ms": { "min": 20, "max": 40 } } }),
    )
    .await;
    let start = Instant::now();
    let answer = alice.get("/v2/images").await.is(200);
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(answer.header("x-lookalike-fault"), format!("{one},{other}"));
}

#[tokio::test]
async fn a_connection_is_reset_before_anything_is_said() {
    let glance = glance().await;
    fault(
        &glance,
        json!({ "times": 1, "fault": { "reset": "before_headers" } }),
    )
    .await;
    let (bytes, end) = get(&glance, "/v2/images").await.all().await;
    assert_eq!(String::from_utf8_lossy(&bytes), "");
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    glance.person("alice").get("/v2/images").await.is(200);
}

#[tokio::test]
async fn a_connection_is_reset_after_the_request_was_carried_out() {
    let glance = glance().await;
    let rule = json!({ "match": { "method": "DELETE" }, "fault": { "reset": "before_headers", "carry_out": true } });
    fault(&glance, rule).await;
    let image = image(&glance).await;
    let mut wire = crate::wire::Wire::open(&glance).await;
    let path = image.at("");
    wire.send(format!(
        "DELETE {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: alice:alice-project:member\r\n\r\n"
    ))
    .await;
    assert_eq!(
        wire.all().await,
        (Vec::new(), Some(ErrorKind::ConnectionReset))
    );
    glance.person("alice").get(&image).await.is(404);
}

#[tokio::test]
async fn a_connection_is_reset_after_the_head_or_in_the_body() {
    let glance = glance().await;
    let image = image(&glance).await;
    for (reset, sent) in [
        (json!("after_headers"), ""),
        (json!(0), ""),
        (json!(3), "012"),
    ] {
        glance.control().delete("/faults").await.is(204);
        let id = fault(&glance, json!({ "fault": { "reset": reset } })).await;
        let (bytes, end) = get(&glance, &image.at("/file")).await.all().await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("Content-Length: 10"), "{head}");
        assert!(head.contains(&format!("X-Lookalike-Fault: {id}")), "{head}");
        assert_eq!((body, end), (sent, Some(ErrorKind::ConnectionReset)));
    }
}

#[tokio::test]
async fn a_body_ends_before_its_end() {
    let glance = glance().await;
    let image = image(&glance).await;
    for (after, sent) in [(4, "0123"), (0, "")] {
        glance.control().delete("/faults").await.is(204);
        fault_at(
            &glance,
            "/v2/images/*/file",
            json!({ "truncate_after": after }),
        )
        .await;
        let (bytes, end) = get(&glance, &image.at("/file")).await.all().await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Content-Length: 10"), "{head}");
        assert_eq!((body, end), (sent, None));
    }
}

#[tokio::test]
async fn a_document_ends_before_its_end_too() {
    let glance = glance().await;
    fault_at(&glance, "/v2/images", json!({ "truncate_after": 5 })).await;
    let (bytes, _) = get(&glance, "/v2/images").await.all().await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-length: "), "{head}");
    assert_eq!(body, "{\"ima");
}

#[tokio::test]
async fn a_large_body_ends_where_it_is_to_end() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, vec![7; 3 << 20]).await.is(204);
    fault_at(
        &glance,
        "/v2/images/*/file",
        json!({ "truncate_after": 2_000_000 }),
    )
    .await;
    let (bytes, end) = get(&glance, &image.at("/file")).await.all().await;
    let body = String::from_utf8_lossy(&bytes).matches('\u{7}').count();
    assert_eq!((body, end), (2_000_000, None));
}

#[tokio::test]
async fn what_is_short_of_the_place_comes_whole() {
    let glance = glance().await;
    let image = image(&glance).await;
    fault(&glance, json!({ "fault": { "truncate_after": 10_000 } })).await;
    let answer = glance.person("alice").get(image.at("/file")).await.is(200);
    assert_eq!(answer.text(), "0123456789");
}

#[tokio::test]
async fn a_byte_is_another() {
    let glance = glance().await;
    let image = image(&glance).await;
    fault_at(&glance, "/v2/images/*/file", json!({ "corrupt_at": 1 })).await;
    let answer = glance.person("alice").get(image.at("/file")).await.is(200);
    assert_eq!(&answer.body[..], b"0\xce23456789");
    assert_eq!(
        answer.header("content-md5"),
        "781e5e245d69b566979b86e28d23f2c7"
    );
}

#[tokio::test]
async fn a_body_comes_slowly() {
    let glance = glance().await;
    let image = image(&glance).await;
    fault_at(&glance, "/v2/images/*/file", json!({ "bytes_per_s": 200 })).await;
    let start = Instant::now();
    let answer = glance.person("alice").get(image.at("/file")).await.is(200);
    assert_eq!(answer.text(), "0123456789");
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn an_answer_is_held_up_for_a_while() {
    let glance = glance().await;
    let image = image(&glance).await;
    fault(
        &glance,
        json!({ "fault": { "stall": { "after_bytes": 3, "ms": 40 } } }),
    )
    .await;
    let start = Instant::now();
    let answer = glance.person("alice").get(image.at("/file")).await.is(200);
    assert_eq!(answer.text(), "0123456789");
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn what_is_held_up_for_ever_breaks_off_when_the_fault_goes() {
    let glance = glance().await;
    let image = image(&glance).await;
    for (stall, sent) in [(json!("forever"), 0), (json!({ "after_bytes": 3 }), 3)] {
        let id = fault(&glance, json!({ "fault": { "stall": stall } })).await;
        let wire = get(&glance, &image.at("/file")).await;
        while super::listed(&glance, &id).await["matched"] != 1 {}
        glance
            .control()
            .delete(format!("/faults/{id}"))
            .await
            .is(204);
        let (bytes, end) = wire.all().await;
        let text = String::from_utf8(bytes).unwrap();
        let body = text.split_once("\r\n\r\n").map_or("", |it| it.1);
        assert_eq!((body.len(), end), (sent, None));
    }
}

#[tokio::test]
async fn a_server_stops_though_answers_are_held_up_for_ever() {
    let glance = glance().await;
    let id = fault(&glance, json!({ "fault": { "stall": "forever" } })).await;
    let wire = get(&glance, "/v2/images").await;
    while super::listed(&glance, &id).await["matched"] != 1 {}
    let start = Instant::now();
    glance.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5));
    wire.all().await;
}

#[tokio::test]
async fn the_journal_knows_what_broke_a_connection() {
    let glance = glance().await;
    let id = fault(&glance, json!({ "fault": { "reset": "before_headers" } })).await;
    get(&glance, "/v2/images").await.all().await;
    let requests = glance.control().get("/requests").await.is(200);
    let request = &requests["requests"][0];
    assert_eq!(
        (&request["fault"], &request["aborted"]),
        (&json!(id), &json!(true))
    );
}

#[tokio::test]
async fn the_journal_knows_what_failed_underneath_a_request_that_got_no_answer() {
    let glance = glance().await;
    let torn = json!({ "reset": "before_headers", "carry_out": true });
    let torn = fault(&glance, json!({ "fault": torn })).await;
    let away = fault(&glance, json!({ "fault": { "database": "away" } })).await;
    get(&glance, "/v2/images").await.all().await;
    let requests = glance.control().get("/requests").await.is(200);
    let both = format!("{torn},{away}");
    assert_eq!(requests["requests"][0]["fault"], json!(both));
}

#[tokio::test]
async fn a_connection_that_would_go_on_is_reset_after_a_head_without_a_body() {
    let glance = glance().await;
    let image = image(&glance).await;
    let rule = json!({ "match": { "method": "DELETE" }, "fault": { "reset": "after_headers" } });
    let id = fault(&glance, rule).await;
    let mut wire = crate::wire::Wire::open(&glance).await;
    let token = "X-Auth-Token: alice:alice-project:member,reader";
    for path in ["/v2/images/none".to_owned(), image.at("")] {
        // The first has a body, the second has none.
        let method = if path.ends_with("none") {
            "GET"
        } else {
            "DELETE"
        };
        let head = format!("{method} {path} HTTP/1.1\r\nHost: h\r\n{token}\r\n\r\n");
        wire.send(head).await;
    }
    let (bytes, end) = wire.all().await;
    let text = String::from_utf8(bytes).unwrap();
    let (_, last) = text.split_once("HTTP/1.1 204 No Content\r\n").unwrap();
    assert!(last.contains(&format!("X-Lookalike-Fault: {id}")), "{last}");
    assert!(last.ends_with("\r\n\r\n"), "{last}");
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    glance.person("alice").get(&image).await.is(404);
}
