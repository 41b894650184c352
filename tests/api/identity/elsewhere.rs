//! A Keystone elsewhere: a second lookalike stands for it, or, where it has to misbehave, a fake.

mod fake;

use chrono::TimeDelta;
use futures_util::future::join_all;
use http::Method;
use lookalike::Config;
use lookalike::config::{AuthMode, Secret};
use serde_json::{Value, json};

use super::{Cloud, cloud};
use crate::glance::{Glance, glance_with};
use fake::Fake;

/// The settings of a server whose tokens are checked by the Keystone at this URL.
fn checked_by(url: &str, config: &mut Config) {
    config.access.auth = vec![AuthMode::Keystone];
    let keystone = &mut config.keystone;
    keystone.keystone_url = Some(url.to_owned());
    keystone.keystone_username = "admin".into();
    keystone.keystone_password = Some(Secret::new("secret"));
    keystone.keystone_project_name = "admin".into();
    keystone.http_request_max_retries = 0;
}

/// A cloud with people, and a server that has its tokens checked there.
async fn two() -> (Cloud, Glance) {
    two_with(|_| {}).await
}

async fn two_with(change: impl FnOnce(&mut Config)) -> (Cloud, Glance) {
    let cloud = cloud().await;
    let url = cloud.link("");
    let glance = glance_with(|config| {
        checked_by(&url, config);
        change(config);
    });
    (cloud, glance.await)
}

/// A server that has its tokens checked by a fake.
async fn faked(change: impl FnOnce(&mut Config)) -> (Fake, Glance) {
    let fake = Fake::start().await;
    let url = fake.url();
    let glance = glance_with(|config| {
        checked_by(&url, config);
        change(config);
    });
    (fake, glance.await)
}

#[tokio::test]
async fn a_token_of_elsewhere_tells_project_and_roles() {
    let (cloud, glance) = two().await;
    let demo = glance.bearer(cloud.of("demo", "demo").await);
    let image = demo.create_active(json!({ "name": "x" })).await;
    let admin = cloud.admin().await;
    assert_eq!(image["owner"], cloud.id(&admin, "projects", "demo").await);
    let reader = glance.bearer(cloud.of("demo_reader", "demo").await);
    reader.get(&image).await.is(200);
    reader.set(&image, "name", "y").await.is(403);
    let alt = glance.bearer(cloud.of("alt", "alt").await);
    alt.get(&image).await.is(404);
    let admin = glance.bearer(admin);
    admin.set(&image, "visibility", "public").await.is(200);
    alt.get(&image).await.is(200);
}

#[tokio::test]
async fn who_has_no_valid_token_is_sent_to_that_keystone() {
    let (cloud, glance) = two().await;
    let challenge = format!("Keystone uri=\"{}\"", cloud.link(""));
    for person in [
        glance.nobody(),
        glance.bearer("nope"),
        glance.bearer("a:b:admin"),
    ] {
        let answer = person.get("/v2/images").await.is(401);
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
    let (_cloud, glance) = two_with(|config| {
        config.service_tokens.www_authenticate_uri = Some("https://public.example/v3".into());
    })
    .await;
    let answer = glance.nobody().get("/v2/images").await.is(401);
    let challenge = "Keystone uri=\"https://public.example/v3\"";
    assert_eq!(answer.header("www-authenticate"), challenge);
}

#[tokio::test]
async fn beside_a_keystone_elsewhere_there_is_none_embedded() {
    let (cloud, glance) = two().await;
    let admin = glance.bearer(cloud.admin().await);
    for path in [
        "/identity/v3",
        "/identity/v3/auth/tokens",
        "/v3",
        "/v3/auth/tokens",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.text(), admin.get("/nothing").await.text());
    }
}

#[tokio::test]
async fn the_tokens_of_a_system_and_of_a_domain_may_do_nothing_with_images() {
    let (cloud, glance) = two().await;
    let system = json!({ "system": { "all": true } });
    let token = cloud
        .token(super::password("admin", "secret"), Some(system))
        .await;
    let answer = glance.bearer(token).get("/v2/images").await.is(403);
    answer.says("You are not authorized to complete get_images action.");
    let unscoped = cloud.token(super::password("demo", "secret"), None).await;
    glance.bearer(unscoped).get("/v2/images").await.is(403);
}

#[tokio::test]
async fn a_token_that_is_revoked_works_as_long_as_it_is_remembered() {
    let (cloud, glance) = two().await;
    let token = cloud.of("demo", "demo").await;
    let demo = glance.bearer(&token);
    demo.get("/v2/images").await.is(200);
    let revoke = cloud.request(Method::DELETE, "/v3/auth/tokens", &token);
    cloud
        .send(revoke.header("X-Subject-Token", &token))
        .await
        .is(204);
    demo.get("/v2/images").await.is(200);
    glance.advance(TimeDelta::seconds(301)).await.unwrap();
    demo.get("/v2/images").await.is(401);
}

#[tokio::test]
async fn a_token_that_has_ended_is_nobodys_unless_a_service_sends_it() {
    let (cloud, glance) = two().await;
    let admin = cloud.admin().await;
    let token = cloud.of("demo", "demo").await;
    let demo = glance.bearer(&token);
    demo.get("/v2/images").await.is(200);
    cloud.person(&admin, "nova", "service", "admin").await;
    for server in [&cloud.server, &glance] {
        server.advance(TimeDelta::hours(2)).await.unwrap();
    }
    demo.get("/v2/images").await.is(401);
    let nova = cloud.of("nova", "admin").await;
    let late = |service: &str| demo.get("/v2/images").header("X-Service-Token", service);
    late(&nova).await.is(200);
    late(&cloud.of("alt", "alt").await).await.is(401);
    late("nope").await.is(401);
    // The embedded identity does the same.
    let demo = cloud.server.bearer(&token);
    demo.get("/v2/images").await.is(401);
    demo.get("/v2/images")
        .header("X-Service-Token", &nova)
        .await
        .is(200);
    for server in [&cloud.server, &glance] {
        server.advance(TimeDelta::hours(47)).await.unwrap();
    }
    let nova = cloud.of("nova", "admin").await;
    late(&nova).await.is(401);
}

#[tokio::test]
async fn an_invalid_service_token_does_not_harm_a_valid_one_of_a_user() {
    let (cloud, glance) = two().await;
    let demo = glance.bearer(cloud.of("demo", "demo").await);
    demo.get("/v2/images")
        .header("X-Service-Token", "nope")
        .await
        .is(200);
}

#[tokio::test]
async fn keystone_is_asked_once_while_its_answer_is_remembered() {
    let (fake, glance) = faked(|_| {}).await;
    fake.knows("t", json!({}));
    let person = glance.bearer("t");
    let all = (0..20).map(|_| async { person.get("/v2/images").await.status });
    assert!(join_all(all).await.iter().all(|it| *it == 200));
    assert_eq!((fake.sign_ins(), fake.checks()), (1, 1));
    glance.advance(TimeDelta::seconds(301)).await.unwrap();
    person.get("/v2/images").await.is(200);
    assert_eq!((fake.sign_ins(), fake.checks()), (1, 2));
}

#[tokio::test]
async fn what_is_invalid_is_not_remembered() {
    let (fake, glance) = faked(|_| {}).await;
    glance.bearer("t").get("/v2/images").await.is(401);
    fake.knows("t", json!({}));
    glance.bearer("t").get("/v2/images").await.is(200);
}

#[tokio::test]
async fn our_own_token_is_renewed_when_it_is_refused() {
    let (fake, glance) = faked(|_| {}).await;
    fake.knows("t", json!({}));
    fake.knows("u", json!({}));
    glance.bearer("t").get("/v2/images").await.is(200);
    fake.revokes_ours();
    glance.bearer("u").get("/v2/images").await.is(200);
    assert_eq!(fake.sign_ins(), 2);
}

#[tokio::test]
async fn while_keystone_is_away_the_answer_is_503() {
    const AWAY: &str = "The Keystone service is temporarily unavailable.";
    let (fake, glance) = faked(|_| {}).await;
    fake.knows("t", json!({}));
    glance.bearer("t").get("/v2/images").await.is(200);
    fake.fails();
    glance
        .bearer("u")
        .get("/v2/images")
        .await
        .is(503)
        .says(AWAY);
    // What is remembered still works, and what needs no token.
    glance.bearer("t").get("/v2/images").await.is(200);
    glance.nobody().get("/").await.is(300);
    glance.nobody().get("/v2/images").await.is(401);

    let nowhere = glance_with(|config| checked_by("http://127.0.0.1:1/v3", config)).await;
    let answer = nowhere.bearer("t").get("/v2/images").await.is(503);
    assert!(!answer.says(AWAY).has("www-authenticate"));

    let url = fake.url();
    let stranger = glance_with(|config| {
        checked_by(&url, config);
        config.keystone.keystone_password = Some(Secret::new("wrong"));
    })
    .await;
    stranger
        .bearer("t")
        .get("/v2/images")
        .await
        .is(503)
        .says(AWAY);
}

#[tokio::test]
async fn a_token_with_access_rules_is_good_for_what_they_say() {
    let rules = json!({ "application_credential": { "id": "c", "name": "c", "access_rules": [
        { "id": "r", "service": "image", "method": "GET", "path": "/v2/images" },
    ]}});
    let (fake, glance) =
        faked(|config| config.service_tokens.service_type = Some("image".into())).await;
    fake.knows("t", rules.clone());
    fake.knows("s", json!({ "roles": [{ "id": "s", "name": "service" }] }));
    let person = glance.bearer("t");
    person.get("/v2/images").await.is(200);
    person.get("/v2/schemas/image").await.is(401);
    person.post("/v2/images").json(json!({})).await.is(401);
    let by_service = person
        .get("/v2/schemas/image")
        .header("X-Service-Token", "s");
    by_service.await.is(200);
    let by_nobody = person
        .get("/v2/schemas/image")
        .header("X-Service-Token", "x");
    by_nobody.await.is(401);

    // A server that does not know what it is called cannot tell.
    let (fake, glance) = faked(|_| {}).await;
    fake.knows("t", rules);
    glance.bearer("t").get("/v2/images").await.is(401);
}

#[tokio::test]
async fn limits_come_from_that_keystone_too() {
    let (cloud, glance) = two_with(|config| config.limits.use_keystone_limits = true).await;
    let admin = cloud.admin().await;
    let demo = glance.bearer(cloud.of("demo", "demo").await);
    demo.post("/v2/images").json(json!({})).await.is(413);
    let answer = cloud.get(&admin, "/v3/services?type=image").await.is(200);
    let service = &answer.body["services"][0]["id"];
    let limit = json!({ "service_id": service, "region_id": "RegionOne",
        "resource_name": "image_count_total", "default_limit": 0 });
    let body = json!({ "registered_limits": [limit] });
    cloud
        .post(&admin, "/v3/registered_limits", body)
        .await
        .is(201);
    let project = cloud.id(&admin, "projects", "demo").await;
    let limit = json!({ "service_id": service, "region_id": "RegionOne",
        "resource_name": "image_count_total", "resource_limit": 1, "project_id": project });
    cloud
        .post(&admin, "/v3/limits", json!({ "limits": [limit] }))
        .await
        .is(201);
    demo.create(json!({})).await;
    demo.post("/v2/images").json(json!({})).await.is(413);
    let usage = demo.get("/v2/info/usage").await.is(200);
    assert_eq!(
        usage["usage"]["image_count_total"],
        json!({ "usage": 1, "limit": 1 })
    );
    let alt = glance.bearer(cloud.of("alt", "alt").await);
    let usage: Value = alt.get("/v2/info/usage").await.is(200).json().clone();
    assert_eq!(
        usage["usage"]["image_count_total"],
        json!({ "usage": 0, "limit": 0 })
    );
}

#[tokio::test]
async fn without_a_password_the_server_does_not_start() {
    let mut config = Config::for_tests();
    checked_by("http://127.0.0.1:1", &mut config);
    config.keystone.keystone_password = None;
    let error = lookalike::Server::with(config)
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the Keystone elsewhere cannot be used: --keystone-password is missing"
    );
}
