//! The limit on the rate of requests: 11 §6 and 12 C1, "too many".

use lookalike::dialect::{PCD, RACKSPACE};
use serde_json::{Value, json};

use crate::glance::{Answer, Glance, Person, glance_with};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A cloud whose clock stands still, and whose users may send two requests a minute.
async fn limited() -> Glance {
    let glance = glance_with(|config| {
        config.dialect.dialect = &RACKSPACE;
        config.rates.rackspace_rate_limit = Some("2/min".parse().unwrap());
    })
    .await;
    let now = json!({ "now": "2030-01-01T00:00:00Z", "frozen": true });
    glance.control().put("/clock").json(now).await.is(200);
    glance
}

async fn log_in(glance: &Glance, user: &str, key: &str) -> Answer {
    let credentials = json!({ "username": user, "apiKey": key });
    let request = glance.nobody().post("/v2.0/tokens");
    let request = request.header("Content-Type", "application/json");
    request
        .json(json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": credentials } }))
        .await
}

/// A user who has logged in; this is one of the requests that count.
async fn enter(glance: &Glance, user: &str, key: &str) -> Person {
    let answer = log_in(glance, user, key).await.is(200);
    glance.bearer(answer["access"]["token"]["id"].as_str().unwrap())
}

async fn advance(glance: &Glance, seconds: u32) {
    let clock = glance.control().post("/clock/advance");
    clock.json(json!({ "seconds": seconds })).await.is(200);
}

#[track_caller]
fn is_over(answer: &Answer, seconds: &str, until: &str) {
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), seconds);
    assert_eq!(answer.header("content-type"), "application/json");
    let expected = json!({ "overLimit": {
        "code": 413,
        "message": "OverLimit Retry...",
        "details": "Only 2 requests are allowed every minute.",
        "retryAfter": until,
    }});
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body, expected);
}

#[tokio::test]
async fn too_many_log_ins_are_over_the_limit_until_the_minute_is_over() {
    let glance = limited().await;
    log_in(&glance, "rackspace", KEY).await.is(200);
    advance(&glance, 20).await;
    log_in(&glance, "rackspace", "wrong").await.is(401);
    let answer = log_in(&glance, "rackspace", KEY).await;
    is_over(&answer, "40", "2030-01-01T00:01:00Z");
    advance(&glance, 40).await;
    log_in(&glance, "rackspace", KEY).await.is(200);
}

#[tokio::test]
async fn the_images_api_and_the_rest_of_the_identity_count_by_themselves() {
    let glance = limited().await;
    let person = enter(&glance, "rackspace", KEY).await;
    for path in ["/v2/images", "/v2.0/tenants"] {
        for _ in 0..2 {
            person.get(path).await.is(200);
        }
        let answer = person.get(path).header("Accept", "text/html").await;
        is_over(&answer, "60", "2030-01-01T00:01:00Z");
    }
    person.get("/identity/v3/auth/catalog").await.is(200);
}

#[tokio::test]
async fn a_user_with_two_tokens_is_one_caller_and_another_user_is_another() {
    let glance = limited().await;
    let first = enter(&glance, "rackspace", KEY).await;
    let second = enter(&glance, "rackspace", KEY).await;
    let other = enter(
        &glance,
        "rackspace-creator",
        "1123456789abcdef0123456789abcdef",
    )
    .await;
    first.get("/v2/images").await.is(200);
    second.get("/v2/929418/images").await.is(200);
    first.get("/v2/images").await.is(413);
    second.get("/v2/tasks").await.is(413);
    other.get("/v2/images").await.is(200);
}

#[tokio::test]
async fn a_reset_forgets_what_was_counted() {
    let glance = limited().await;
    for status in [200, 200, 413] {
        log_in(&glance, "rackspace", KEY).await.is(status);
    }
    glance.control().post("/reset").await.is(204);
    log_in(&glance, "rackspace", KEY).await.is(200);
}

#[tokio::test]
async fn the_limit_changes_while_the_server_runs() {
    let glance = limited().await;
    let limit = |text: &str| {
        let changes = json!({ "rackspace_rate_limit": text });
        glance.control().patch("/config", changes)
    };
    limit("1/min").await.is(200);
    for status in [200, 413] {
        log_in(&glance, "rackspace", KEY).await.is(status);
    }
    limit("3/min").await.is(200);
    log_in(&glance, "rackspace", KEY).await.is(200);
    let answer = limit("0/min").await.is(400);
    assert!(
        answer.text().contains("such as 60/min"),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn other_clouds_have_no_such_limit() {
    let glance = glance_with(|config| {
        config.dialect.dialect = &PCD;
        config.rates.rackspace_rate_limit = Some("1/min".parse().unwrap());
    })
    .await;
    for _ in 0..3 {
        glance.person("alice").get("/v2/images").await.is(200);
    }
}
