//! The console's own calls: nothing of them is to be seen, and nothing happens to them.

use http::Method;
use lookalike::Expectation;
use serde_json::{Value, json};

use super::session;
use crate::glance::{Glance, Person, Request, glance, glance_with};

/// Makes a request one of the console's own.
fn own(request: Request, token: &str) -> Request {
    request.header("X-Lookalike-Console", token)
}

#[tokio::test]
async fn they_are_not_in_the_journal() {
    let glance = glance().await;
    let token = session(&glance).await;
    let alice = glance.person("alice");
    own(alice.get("/v2/images"), &token).await.is(200);
    own(alice.get("/identity/v3"), &token).await.is(200);
    alice.get("/v2/images?limit=1").await.is(200);
    let requests = glance.requests().await;
    let [request] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(request.query, "limit=1");
    let expected = json!({ "match": { "path": "/v2/images" }, "exactly": 1 });
    let expected: Expectation = serde_json::from_value(expected).unwrap();
    assert!(glance.verify(&expected).await.unwrap().holds);
}

#[tokio::test]
async fn they_meet_no_faults_and_use_none_up() {
    let glance = glance().await;
    let token = session(&glance).await;
    let alice = glance.person("alice");
    let fault =
        json!({ "match": { "path": "/v2/images" }, "fault": { "status": 503 }, "times": 1 });
    glance.fault(fault).await.unwrap();
    own(alice.get("/v2/images"), &token).await.is(200);
    alice.get("/v2/images").await.is(503);
    let faults = glance.control().get("/faults").await.is(200);
    assert_eq!(faults["faults"][0]["seen"], 1);
}

#[tokio::test]
async fn they_meet_no_pace_and_count_as_no_poll() {
    let glance = glance().await;
    let token = session(&glance).await;
    let alice = glance.person("alice");
    glance
        .pace(json!({ "saving": { "polls": 1 } }))
        .await
        .unwrap();
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields.clone()).await;
    alice.upload(&image, "data").await.is(204);
    for _ in 0..3 {
        let seen = own(alice.get(&image), &token).await.is(200);
        assert_eq!(seen["status"], "saving");
    }
    assert_eq!(alice.see(&image).await["status"], "saving");
    assert_eq!(alice.see(&image).await["status"], "active");
    let other = alice.create(fields).await;
    own(alice.upload(&other, "data"), &token).await.is(204);
    assert_eq!(alice.see(&other).await["status"], "active");
}

/// A log-in, an image, and what else draws ids.
async fn story(glance: &Glance, mut between: impl AsyncFnMut(&Glance)) -> Vec<Value> {
    let alice = glance.person("alice");
    let mut told = Vec::new();
    for number in 0..3 {
        between(glance).await;
        let created = alice
            .post("/v2/images")
            .json(json!({ "name": format!("image {number}") }));
        let created = created.await.is(201);
        told.push(created.json().clone());
        told.push(created.header("x-openstack-request-id").into());
        between(glance).await;
        let listed = alice.get("/v2/images").await.is(200);
        told.push(listed.header("x-openstack-request-id").into());
        told.push(listed.header("date").into());
        told.push(log_in(&glance.nobody(), None).await.into());
    }
    told
}

async fn log_in(person: &Person, console: Option<&str>) -> String {
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "demo", "domain": { "id": "default" }, "password": "secret" } } },
        "scope": { "project": { "name": "demo", "domain": { "id": "default" } } },
    } });
    let request = person.request(Method::POST, "/identity/v3/auth/tokens");
    let request = request
        .header("Content-Type", "application/json")
        .json(login);
    let request = match console {
        Some(token) => own(request, token),
        None => request,
    };
    request.await.is(201).header("x-subject-token").to_owned()
}

#[tokio::test]
async fn they_take_nothing_from_a_seed() {
    let seeded = || {
        glance_with(|it| {
            it.determinism.deterministic = Some("seed".into());
            it.determinism.clock = Some("2030-01-01T00:00:00Z".parse().unwrap());
            it.determinism.clock_frozen = true;
        })
    };
    let (one, other) = (seeded().await, seeded().await);
    let plain = story(&one, async |_| {}).await;
    let token = session(&other).await;
    let mut logins = Vec::new();
    let watched = story(&other, async |glance| {
        let login = log_in(&glance.nobody(), Some(&token)).await;
        let console = glance.bearer(&login);
        logins.push(login);
        own(console.get("/v2/images"), &token).await.is(200);
        own(console.post("/v2/images"), &token)
            .json(json!({}))
            .await
            .is(201);
        let control = glance.control();
        own(control.get("/status"), &token).await.is(200);
        let fault = json!({ "match": { "path": "/nothing" }, "fault": { "status": 503 } });
        own(control.post("/faults"), &token)
            .json(fault)
            .await
            .is(201);
    })
    .await;
    let hidden = |told: Vec<Value>, host: String| {
        told.into_iter()
            .map(|it| it.to_string().replace(&host, "HOST"))
            .collect::<Vec<_>>()
    };
    assert_eq!(hidden(plain, one.url()), hidden(watched, other.url()));
    logins.dedup();
    assert_eq!(logins.len(), 6);
}
