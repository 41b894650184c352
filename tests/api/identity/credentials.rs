//! Application credentials.

use http::Method;
use serde_json::{Value, json};

use super::{DENIED, cloud, keys, project};

#[tokio::test]
async fn an_application_credential_logs_in_with_some_of_its_users_roles() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let user = cloud.id(&admin, "users", "demo").await;
    let path = format!("/v3/users/{user}/application_credentials");
    let new = json!({ "application_credential": { "name": "ac", "secret": null, "roles": [{ "name": "reader" }],
        "access_rules": [], "unrestricted": false, "description": null, "expires_at": null } });
    let made = cloud.post(&demo, &path, new.clone()).await.is(201);
    let made = &made.body["application_credential"];
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    assert!(secret.len() > 40);
    let words = "Conflict occurred attempting to store application_credential - Duplicate entry found with name ac.";
    cloud.post(&demo, &path, new).await.is(409).says(words);
    let identity = |id: &str, secret: &str| {
        json!({ "methods": ["application_credential"],
                "application_credential": { "id": id, "secret": secret } })
    };
    let answer = cloud.log_in(identity(id, secret), None).await.is(201);
    let token = &answer.body["token"];
    assert_eq!(token["project"]["name"], "demo");
    let roles: Vec<_> = token["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(roles, ["reader"]);
    assert_eq!(
        token["application_credential"],
        json!({ "id": id, "name": "ac", "restricted": true })
    );
    let by_name = json!({ "methods": ["application_credential"], "application_credential": {
        "name": "ac", "secret": secret, "user": { "name": "demo", "domain": { "id": "default" } } } });
    cloud.log_in(by_name, None).await.is(201);
    let token = answer.header("x-subject-token");
    let more = json!({ "application_credential": { "name": "more" } });
    cloud.post(token, &path, more).await.is(403);
    cloud
        .log_in(identity(id, "wrong"), None)
        .await
        .is(401)
        .says(DENIED);
    let words = "Could not find Application Credential: nope.";
    cloud
        .log_in(identity("nope", secret), None)
        .await
        .is(404)
        .says(words);
    let words = "Error authenticating with application credential: Application credentials cannot request a scope.";
    let scoped = cloud
        .log_in(identity(id, secret), Some(project("demo")))
        .await
        .is(401)
        .says(words);
    assert_eq!(
        keys(&scoped.body["error"]),
        ["code", "identity", "message", "title"]
    );
    let shown = cloud.get(&demo, &format!("{path}/{id}")).await.is(200);
    assert_eq!(shown.body["application_credential"].get("secret"), None);
    cloud
        .call(Method::DELETE, &demo, &format!("{path}/{id}"))
        .await
        .is(204);
    cloud.check(token).await.is(401);
    cloud.log_in(identity(id, secret), None).await.is(404);
}

#[tokio::test]
async fn an_application_credential_cannot_have_what_its_user_has_not() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let user = cloud.id(&admin, "users", "demo").await;
    let path = format!("/v3/users/{user}/application_credentials");
    let greedy =
        json!({ "application_credential": { "name": "a", "roles": [{ "name": "admin" }] } });
    cloud.post(&demo, &path, greedy).await.is(400);
    let past = json!({ "application_credential": { "name": "a", "expires_at": "2001-01-01T00:00:00.000000" } });
    cloud.post(&demo, &path, past).await.is(400);
    let own = json!({ "application_credential": { "name": "a" } });
    cloud.post(&admin, &path, own).await.is(403);
}

#[tokio::test]
async fn an_application_credential_ends_at_its_time_and_with_its_role() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, grant) = cloud.person(&admin, "carol", "member", "alt").await;
    let carol = cloud.of("carol", "alt").await;
    let path = format!("/v3/users/{user}/application_credentials");
    let new = json!({ "application_credential": { "name": "long", "secret": "s" } });
    let long = cloud.post(&carol, &path, new).await.is(201);
    let new = json!({ "application_credential": { "name": "short", "secret": "s", "expires_at": "2999-01-01T00:00:00Z" } });
    let short = cloud.post(&carol, &path, new).await.is(201);
    let short = &short.body["application_credential"];
    // Without a zone: gophercloud reads no other form.
    assert_eq!(short["expires_at"], "2999-01-01T00:00:00.000000");
    let identity = |of: &Value| {
        json!({ "methods": ["application_credential"],
                "application_credential": { "id": of["id"], "secret": "s" } })
    };
    cloud.log_in(identity(short), None).await.is(201);
    cloud.call(Method::DELETE, &admin, &grant).await.is(204);
    cloud
        .log_in(identity(&long.body["application_credential"]), None)
        .await
        .is(404);
}

#[tokio::test]
async fn a_token_from_an_application_credential_gives_no_other_token() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "admin").await;
    let path = format!("/v3/users/{user}/application_credentials");
    for unrestricted in [false, true] {
        let name = format!("unrestricted {unrestricted}");
        let new = json!({ "application_credential": { "name": name, "secret": "s", "unrestricted": unrestricted } });
        let made = cloud.post(&admin, &path, new).await.is(201);
        let id = &made.body["application_credential"]["id"];
        let by_credential = json!({ "methods": ["application_credential"],
            "application_credential": { "id": id, "secret": "s" } });
        let token = cloud.token(by_credential, None).await;
        let by_token = json!({ "methods": ["token"], "token": { "id": token } });
        let system = json!({ "system": { "all": true } });
        let words = "You are not authorized to perform the requested action: Using a delegated token to create another token is not allowed..";
        for scope in [
            None,
            Some(project("admin")),
            Some(system),
            Some(json!("unscoped")),
        ] {
            let refused = cloud.log_in(by_token.clone(), scope).await;
            refused.is(403).says(words);
        }
    }
}

#[tokio::test]
async fn an_application_credential_outlives_one_of_its_users_roles() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, grant) = cloud.person(&admin, "carol", "member", "alt").await;
    let role = cloud.id(&admin, "roles", "reader").await;
    let reader = grant.rsplit_once('/').unwrap().0.to_owned() + "/" + &role;
    cloud.call(Method::PUT, &admin, &reader).await.is(204);
    let carol = cloud.of("carol", "alt").await;
    let path = format!("/v3/users/{user}/application_credentials");
    let new = json!({ "application_credential": { "name": "long", "secret": "s" } });
    let made = cloud.post(&carol, &path, new).await.is(201);
    cloud.call(Method::DELETE, &admin, &grant).await.is(204);
    let by_credential = json!({ "methods": ["application_credential"], "application_credential": {
        "id": made.body["application_credential"]["id"], "secret": "s" } });
    let answer = cloud.log_in(by_credential, None).await.is(201);
    assert_eq!(
        answer.body["token"]["roles"],
        json!([{ "id": role, "name": "reader" }])
    );
    let kept = cloud.check(&carol).await.is(200);
    assert_eq!(
        kept.body["token"]["roles"],
        json!([{ "id": role, "name": "reader" }])
    );
}
