//! The journal: what clients really sent, and tests of it that explain themselves.

mod archive;
mod policy;
mod secrets;

use lookalike::{Expectation, Filter};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::events::Events;
use crate::glance::{Glance, glance, glance_with};
use crate::wire::Wire;

/// The requests in the journal that a query finds.
async fn requests(glance: &Glance, query: &str) -> Vec<Value> {
    let answer = glance.control().get(format!("/requests{query}")).await;
    answer.is(200)["requests"].as_array().unwrap().clone()
}

/// Methods and paths of the requests that a query finds.
async fn asked(glance: &Glance, query: &str) -> Vec<String> {
    let found = requests(glance, query).await;
    let word = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    let line = |it: &Value| format!("{} {}", word(it, "method"), word(it, "path"));
    found.iter().map(line).collect()
}

#[tokio::test]
async fn a_request_is_in_the_journal_with_all_that_matters() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let fields = json!({ "name": "cirros" });
    let created = alice.post("/v2/images?a=b").json(fields).await.is(201);

    let [it] = &requests(&glance, "").await[..] else {
        panic!("one request was sent");
    };
    assert_eq!(it["method"], "POST");
    assert_eq!(it["path"], "/v2/images");
    assert_eq!(it["query"], "a=b");
    assert_eq!(it["status"], 201);
    assert_eq!(it["user"], "alice");
    assert_eq!(it["project"], "alice-project");
    assert_eq!(it["request_body"], json!({ "name": "cirros" }));
    assert_eq!(it["request_bytes"], r#"{"name":"cirros"}"#.len());
    assert_eq!(it["request_headers"]["accept"], "application/json");
    let id = created.header("x-openstack-request-id");
    assert_eq!(it["response_headers"]["x-openstack-request-id"], id);
    assert_eq!(it["response_bytes"], created.body.len());
    assert!(it["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(it["at"].as_str().unwrap().ends_with('Z'));
    assert!(it.get("aborted").is_none() && it.get("fault").is_none());

    let one = glance.control().get(format!("/requests/{}", it["id"]));
    assert_eq!(one.await.is(200).json(), it);
}

#[tokio::test]
async fn the_control_and_health_checks_are_not_in_the_journal() {
    let glance = glance().await;
    glance.nobody().get("/healthcheck").await.is(200);
    glance.control().get("/requests").await.is(200);
    assert!(requests(&glance, "").await.is_empty());
}

#[tokio::test]
async fn requests_are_found_by_method_path_status_and_who_asked() {
    let glance = glance().await;
    let (alice, bob) = (glance.person("alice"), glance.person("bob"));
    let image = alice.create(json!({ "name": "cirros" })).await;
    bob.get(&image).await.is(404);
    bob.get("/v2/images").await.is(200);
    let path = image.at("");

    assert_eq!(asked(&glance, "?method=post").await, ["POST /v2/images"]);
    let shown = [format!("GET {path}")];
    assert_eq!(asked(&glance, "?path=/v2/images/*").await, shown);
    assert_eq!(asked(&glance, "?status=4xx").await, shown);
    assert_eq!(asked(&glance, "?status=404").await, shown);
    assert_eq!(
        asked(&glance, "?user=bob&limit=1").await,
        ["GET /v2/images"]
    );
    assert_eq!(asked(&glance, "?project=bob-project").await.len(), 2);
    assert_eq!(asked(&glance, "?since=2000-01-01T00:00:00Z").await.len(), 3);
    assert!(
        asked(&glance, "?since=2999-01-01T00:00:00Z")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_by_name() {
    let glance = glance().await;
    for (query, named) in [
        ("color=red", "color"),
        ("status=9xx", "status"),
        ("since=yesterday", "since"),
        ("limit=-1", "limit"),
        ("path=/v2/[", "path"),
        ("user=a&user=b", "user"),
    ] {
        for route in ["requests", "requests.har", "requests/stream"] {
            let answer = glance.control().get(format!("/{route}?{query}")).await;
            let message = answer.is(400)["error"]["message"].to_string();
            assert!(message.contains(named), "{query}: {message}");
        }
    }
    let said = async |route: &str| {
        let answer = glance.control().get(format!("{route}?methd=GET")).await;
        answer.is(400)["error"]["message"].to_string()
    };
    assert!(
        said("/requests")
            .await
            .contains("user, project, region, interface, limit")
    );
    assert!(!said("/requests/stream").await.contains("limit"));
    let clear = glance.control().delete("/requests?user=a").await;
    clear.is(400);
}

#[tokio::test]
async fn the_journal_is_cleared() {
    let glance = glance().await;
    glance.person("alice").get("/v2/images").await.is(200);
    glance.control().delete("/requests").await.is(204);
    assert!(requests(&glance, "").await.is_empty());
    glance.control().get("/requests/1").await.is(404);
    glance.control().get("/requests/first").await.is(404);
}

#[tokio::test]
async fn only_the_last_requests_are_kept() {
    let glance = glance_with(|it| it.journal.journal_requests = 2).await;
    for path in ["/v2/images", "/v2/tasks", "/v2/info/stores"] {
        glance.person("alice").get(path).await;
    }
    let kept = ["GET /v2/tasks", "GET /v2/info/stores"];
    assert_eq!(asked(&glance, "").await, kept);
}

#[tokio::test]
async fn a_server_without_a_journal_works_as_well() {
    let glance = glance_with(|it| it.journal.journal_requests = 0).await;
    glance.person("alice").create_active(json!({})).await;
    assert!(requests(&glance, "").await.is_empty());
}

#[tokio::test]
async fn of_an_image_only_the_size_is_kept() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create_active(json!({})).await;
    alice.get(image.at("/file")).await.is(200);

    let upload = &requests(&glance, "?method=PUT").await[0];
    assert_eq!(upload["request_bytes"], 4);
    assert!(upload.get("request_body").is_none());
    let download = &requests(&glance, "?path=/**/file&method=GET").await[0];
    assert_eq!(download["response_bytes"], 4);
    assert!(download.get("aborted").is_none());
}

#[tokio::test]
async fn a_refused_request_is_kept_with_its_body() {
    let glance = glance().await;
    let create = glance.nobody().post("/v2/images");
    create.json(json!({ "name": "cirros" })).await.is(401);
    let it = &requests(&glance, "?status=401").await[0];
    assert_eq!(it["request_body"], json!({ "name": "cirros" }));
    assert_eq!(it["user"], Value::Null);
}

#[tokio::test]
async fn an_upload_that_broke_off_is_marked() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "disk_format": "raw", "container_format": "bare" }));
    let image = image.await;
    let wire = Wire::upload_half(&glance, &image, &[0; 1000]).await;
    drop(wire);
    let upload = loop {
        match &requests(&glance, "?method=PUT").await[..] {
            [upload] => break upload.clone(),
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!(upload["aborted"], true);
    assert_eq!(upload["request_bytes"], 500);
    assert_eq!(upload["user"], "alice");
}

#[tokio::test]
async fn a_download_that_broke_off_is_marked() {
    const SIZE: usize = 64 << 20;
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "disk_format": "raw", "container_format": "bare" }));
    let image = image.await;
    alice.upload(&image, vec![0; SIZE]).await.is(204);
    let mut stream = TcpStream::connect(glance.address()).await.unwrap();
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: alice:alice-project:member,reader\r\n\r\n",
        image.at("/file")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 1000]).await.unwrap();
    drop(stream);
    let download = loop {
        let found = requests(&glance, "?method=GET&path=/v2/images/*/file").await;
        match found.first() {
            Some(it) if it.get("aborted").is_some() => break it.clone(),
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!(download["status"], 200);
    assert!(download["response_bytes"].as_u64().unwrap() < SIZE as u64);
}

#[tokio::test]
async fn what_is_expected_is_verified() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "cirros" })).await;
    alice.set(&image, "name", "debian").await.is(200);
    let verify = async |expected: Value| {
        let answer = glance.control().post("/requests/verify").json(expected);
        answer.await
    };
    let patch = json!([{ "path": "/name", "value": "debian" }]);
    let renamed = json!({ "method": "PATCH", "path": "/v2/images/*", "body": patch });

    let answer = verify(json!({ "match": renamed, "exactly": 1 }))
        .await
        .is(200);
    assert_eq!(answer.json(), &json!({ "count": 1 }));
    verify(json!({ "match": renamed })).await.is(200);
    verify(json!({ "match": { "body_contains": "cirros" }, "at_most": 1 }))
        .await
        .is(200);
    verify(json!({ "match": { "status": "5xx" }, "exactly": 0 }))
        .await
        .is(200);
    verify(json!({})).await.is(200);
}

#[tokio::test]
async fn an_expectation_that_failed_shows_what_came_closest() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "cirros" })).await;
    alice.set(&image, "name", "debian").await.is(200);
    let patch = json!([{ "path": "/name", "value": "ubuntu" }]);
    let wanted = json!({ "method": "PATCH", "user": "alice", "body": patch });
    let expected = json!({ "match": wanted, "at_least": 1 });

    let answer = glance.control().post("/requests/verify").json(expected);
    let answer = answer.await.is(417);
    assert_eq!(answer["count"], 0);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("expected at least 1 PATCH by user alice with"));
    assert!(message.ends_with("found 0"));
    let closest = &answer["closest"][0];
    assert_eq!(closest["request"]["path"], image.at(""));
    assert_eq!(
        closest["differs"],
        json!([r#"body has nothing like {"path":"/name","value":"ubuntu"}"#])
    );
}

#[tokio::test]
async fn an_expectation_that_is_misspelt_is_refused_by_name() {
    let glance = glance().await;
    for (expected, named) in [
        (json!({ "atleast": 1 }), "atleast"),
        (json!({ "match": { "colour": 1 } }), "colour"),
        (json!({ "match": { "status": "abc" } }), "status"),
        (json!({ "at_least": -1 }), "-1"),
        (json!({ "exactly": 1, "at_most": 1 }), "exactly"),
        (json!({ "at_least": 3, "at_most": 1 }), "at_least"),
    ] {
        let answer = glance.control().post("/requests/verify").json(expected);
        let message = answer.await.is(400)["error"]["message"].to_string();
        assert!(message.contains(named), "{message}");
    }
}

/// Listens to the requests that a query finds.
async fn follow(glance: &Glance, query: &str) -> Events {
    let path = format!("/_lookalike/requests/stream{query}");
    Events::open(glance, &path, None).await
}

#[tokio::test]
async fn requests_are_followed_as_they_come() {
    let glance = glance().await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(200);
    let mut events = follow(&glance, "?method=POST").await;
    alice.get("/v2/images").await.is(200);
    alice.create(json!({ "name": "cirros" })).await;

    let event = events.next().await.unwrap();
    assert_eq!(event.name, "request");
    let data = event.data;
    assert_eq!((&data["method"], &data["id"]), (&json!("POST"), &json!(3)));
    assert_eq!(data["request_body"], json!({ "name": "cirros" }));
}

#[tokio::test]
async fn who_follows_is_let_go_when_the_server_stops() {
    let glance = glance().await;
    let mut events = follow(&glance, "").await;
    glance.stop().await;
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn who_follows_is_let_go_by_a_reset_and_the_journal_begins_anew() {
    let glance = glance().await;
    let mut events = follow(&glance, "").await;
    glance.person("alice").get("/v2/images").await.is(200);
    assert_eq!(events.next().await.unwrap().name, "request");
    glance.control().post("/reset").await.is(204);
    assert!(events.next().await.is_none());
    assert!(requests(&glance, "").await.is_empty());
}

#[tokio::test]
async fn each_sandbox_has_a_journal_of_its_own() {
    let glance = glance().await;
    let sandbox = glance.sandbox().await.unwrap();
    let alice = glance.at(&sandbox.url(), "alice:alice-project:member,reader");
    alice.get("/v2/images").await.is(200);

    assert!(requests(&glance, "").await.is_empty());
    let control = glance.at(&sandbox.url(), "");
    let answer = control.get("/_lookalike/requests").await.is(200);
    // Below the sandbox's own URL, a path is as on any other cloud.
    assert_eq!(answer["requests"][0]["path"], "/v2/images");
}

#[tokio::test]
async fn a_test_in_rust_asks_without_http() {
    let glance = glance().await;
    glance.person("alice").get("/v2/images").await.is(200);
    let [it] = &glance.requests().await[..] else {
        panic!("one request was sent");
    };
    assert_eq!((it.path.as_str(), it.status), ("/v2/images", Some(200)));
    let expected = Expectation {
        filter: Filter::default().method("GET").unwrap(),
        exactly: Some(2),
        ..Expectation::default()
    };
    let verdict = glance.verify(&expected).await.unwrap();
    assert_eq!(verdict.message, "expected exactly 2 GET, found 1");
    assert!(!verdict.holds);
}
