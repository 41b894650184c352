//! The life of a token: shown, revoked, ended.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;

use super::{DENIED, cloud, password, project};

#[tokio::test]
async fn a_token_is_shown_as_it_was_given() {
    let cloud = cloud().await;
    let given = cloud
        .log_in(password("demo", "secret"), Some(project("demo")))
        .await
        .is(201);
    let token = given.header("x-subject-token");
    let shown = cloud.check(token).await.is(200);
    assert_eq!(shown.body, given.body);
    assert_eq!(shown.header("x-subject-token"), token);
    let head = cloud.request(Method::HEAD, "/v3/auth/tokens", token);
    cloud
        .send(head.header("X-Subject-Token", token))
        .await
        .is(200);
    let plain = cloud.request(Method::GET, "/v3/auth/tokens?nocatalog", token);
    let plain = cloud
        .send(plain.header("X-Subject-Token", token))
        .await
        .is(200);
    assert_eq!(plain.body["token"].get("catalog"), None);
}

#[tokio::test]
async fn only_its_user_an_admin_or_a_service_may_see_a_token() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let alt = cloud.of("alt", "alt").await;
    let ask = |who: &str, subject: &str| {
        let request = cloud.request(Method::GET, "/v3/auth/tokens", who);
        cloud.send(request.header("X-Subject-Token", subject))
    };
    ask(&admin, &demo).await.is(200);
    ask(&alt, &demo).await.is(403);
    ask("", &demo).await.is(401).says(DENIED);
    ask("nope", &demo).await.is(401).says(DENIED);
    ask(&admin, "nope")
        .await
        .is(404)
        .says("Could not recognize Fernet token");
    cloud
        .get(&admin, "/v3/auth/tokens")
        .await
        .is(404)
        .says("No token in the request");
}

#[tokio::test]
async fn a_revoked_token_is_no_more() {
    let cloud = cloud().await;
    let demo = cloud.of("demo", "demo").await;
    let alt = cloud.of("alt", "alt").await;
    let revoke = |who: &str, subject: &str| {
        let request = cloud.request(Method::DELETE, "/v3/auth/tokens", who);
        cloud.send(request.header("X-Subject-Token", subject))
    };
    revoke(&alt, &demo).await.is(403);
    revoke(&demo, &demo).await.is(204);
    cloud.check(&demo).await.is(401);
    cloud.check(&alt).await.is(200);
}

#[tokio::test]
async fn a_token_ends_after_its_time() {
    let cloud = cloud().await;
    let demo = cloud.of("demo", "demo").await;
    cloud
        .server
        .advance(TimeDelta::seconds(3590))
        .await
        .unwrap();
    cloud.check(&demo).await.is(200);
    cloud.server.advance(TimeDelta::seconds(11)).await.unwrap();
    cloud.check(&demo).await.is(401);
}

#[tokio::test]
async fn a_role_taken_away_takes_the_tokens_with_it() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (_, path) = cloud.person(&admin, "carol", "member", "alt").await;
    cloud.call(Method::PUT, &admin, &path).await.is(204);
    cloud.call(Method::HEAD, &admin, &path).await.is(204);
    let carol = cloud.of("carol", "alt").await;
    let unscoped = cloud.token(password("carol", "secret"), None).await;
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    cloud.check(&carol).await.is(401);
    cloud.check(&unscoped).await.is(200);
    cloud
        .log_in(password("carol", "secret"), Some(project("alt")))
        .await
        .is(401);
    cloud.call(Method::HEAD, &admin, &path).await.is(404);
    cloud.call(Method::DELETE, &admin, &path).await.is(404);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, _) = cloud.person(&admin, "carol", "member", "alt").await;
    let path = format!("/v3/users/{user}");
    let carol = cloud.of("carol", "alt").await;
    cloud
        .patch(
            &admin,
            &path,
            json!({ "user": { "email": "c@example.com" } }),
        )
        .await
        .is(200);
    cloud.check(&carol).await.is(200);
    let off = json!({ "user": { "enabled": false } });
    cloud.patch(&admin, &path, off).await.is(200);
    cloud.check(&carol).await.is(401);
    cloud
        .log_in(password("carol", "secret"), None)
        .await
        .is(401)
        .says(DENIED);
}

#[tokio::test]
async fn a_disabled_project_is_closed_at_once() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let path = format!(
        "/v3/projects/{}",
        cloud.id(&admin, "projects", "demo").await
    );
    let off = json!({ "project": { "enabled": false } });
    cloud.patch(&admin, &path, off).await.is(200);
    cloud.check(&demo).await.is(401);
    cloud
        .log_in(password("demo", "secret"), Some(project("demo")))
        .await
        .is(401);
    cloud.log_in(password("demo", "secret"), None).await.is(201);
}

#[tokio::test]
async fn a_disabled_domain_closes_all_that_is_in_it() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let domain = cloud
        .create(&admin, "domains", "domain", json!({ "name": "d1" }))
        .await;
    let fields = json!({ "name": "carol", "password": "secret", "domain_id": domain });
    let user = cloud.create(&admin, "users", "user", fields).await;
    let identity = json!({ "methods": ["password"], "password": { "user": { "id": user, "password": "secret" } } });
    let carol = cloud.token(identity.clone(), None).await;
    let path = format!("/v3/domains/{domain}");
    let words = "Cannot delete a domain that is enabled, please disable it first.";
    cloud
        .call(Method::DELETE, &admin, &path)
        .await
        .is(403)
        .says(words);
    let off = json!({ "domain": { "enabled": false } });
    cloud.patch(&admin, &path, off).await.is(200);
    cloud.check(&carol).await.is(401);
    cloud.log_in(identity, None).await.is(401);
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    cloud
        .get(&admin, &format!("/v3/users/{user}"))
        .await
        .is(404);
}

#[tokio::test]
async fn a_new_password_ends_all_tokens() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, _) = cloud.person(&admin, "carol", "member", "alt").await;
    let carol = cloud.of("carol", "alt").await;
    let path = format!("/v3/users/{user}");
    let new = json!({ "user": { "password": "p#:'ü new" } });
    let changed = cloud.patch(&admin, &path, new).await.is(200);
    assert_eq!(changed.body["user"].get("password"), None);
    cloud.check(&carol).await.is(401);
    cloud
        .log_in(password("carol", "secret"), None)
        .await
        .is(401);
    cloud
        .log_in(password("carol", "p#:'ü new"), None)
        .await
        .is(201);
}

#[tokio::test]
async fn a_user_changes_his_own_password() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, _) = cloud.person(&admin, "carol", "member", "alt").await;
    let carol = cloud.of("carol", "alt").await;
    let path = format!("/v3/users/{user}/password");
    let change = |old: &str| json!({ "user": { "password": "other", "original_password": old } });
    cloud
        .post(&carol, &path, change("wrong"))
        .await
        .is(401)
        .says(DENIED);
    cloud.post(&carol, &path, change("secret")).await.is(204);
    cloud.check(&carol).await.is(401);
    cloud.log_in(password("carol", "other"), None).await.is(201);
    cloud
        .post("", "/v3/users/nope/password", change("secret"))
        .await
        .is(401)
        .says(DENIED);
}
