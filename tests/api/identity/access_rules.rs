//! The access rules of application credentials.

use http::Method;
use serde_json::{Value, json};

use super::{Cloud, cloud};

/// A credential of demo with these rules: the path of demo's own things, and a token of it.
async fn ruled(cloud: &Cloud, demo: &str, rules: Value) -> (String, String) {
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "demo").await;
    let path = format!("/v3/users/{user}");
    let new =
        json!({ "application_credential": { "name": "ac", "secret": "s", "access_rules": rules } });
    let made = cloud
        .post(demo, &format!("{path}/application_credentials"), new)
        .await
        .is(201);
    let made = &made.body["application_credential"];
    assert_eq!(made["access_rules"].as_array().unwrap().len(), 1);
    let identity = json!({ "methods": ["application_credential"],
        "application_credential": { "id": made["id"], "secret": "s" } });
    (path, cloud.token(identity, None).await)
}

fn rule(service: &str, path: &str) -> Value {
    json!([{ "service": service, "method": "GET", "path": path }])
}

#[tokio::test]
async fn access_rules_bind_requests_to_the_images_api() {
    let cloud = cloud().await;
    let demo = cloud.of("demo", "demo").await;
    let (_, token) = ruled(&cloud, &demo, rule("image", "/v2/images")).await;
    let ask = async |path: &str| {
        let url = format!("{}{path}", cloud.server.url());
        cloud
            .send(cloud.http.get(url).header("X-Auth-Token", &token))
            .await
    };
    ask("/v2/images").await.is(200);
    assert_eq!(ask("/v2/schemas/image").await.status, 401);
}

#[tokio::test]
async fn access_rules_bind_requests_to_the_identity() {
    let cloud = cloud().await;
    let demo = cloud.of("demo", "demo").await;
    let (path, token) = ruled(&cloud, &demo, rule("identity", "/v3/auth/**")).await;
    cloud.get(&token, "/v3/auth/projects").await.is(200);
    cloud.get(&token, &path).await.is(401);
}

#[tokio::test]
async fn a_token_with_access_rules_is_shown_to_services_that_know_them_only() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let (_, token) = ruled(&cloud, &demo, rule("image", "/v2/images")).await;
    let ask = |version: &str| {
        let request = cloud.request(Method::GET, "/v3/auth/tokens", &admin);
        let request = request.header("X-Subject-Token", &token);
        cloud.send(request.header("OpenStack-Identity-Access-Rules", version))
    };
    ask("0.9").await.is(404).says("Failed to validate token");
    let shown = ask("1.0").await.is(200);
    let rules = &shown.body["token"]["application_credential"]["access_rules"];
    assert_eq!(rules[0]["path"], "/v2/images");
}

#[tokio::test]
async fn an_access_rule_is_kept_once_and_goes_when_nothing_uses_it() {
    let cloud = cloud().await;
    let demo = cloud.of("demo", "demo").await;
    let (path, _) = ruled(&cloud, &demo, rule("image", "/v2/images")).await;
    let credentials = format!("{path}/application_credentials");
    let new = json!({ "application_credential": { "name": "b", "access_rules": rule("image", "/v2/images") } });
    cloud.post(&demo, &credentials, new).await.is(201);
    let rules = format!("{path}/access_rules");
    let listed = cloud.get(&demo, &rules).await.is(200);
    let listed = listed.body["access_rules"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    let one = format!("{rules}/{}", listed[0]["id"].as_str().unwrap());
    let words = "May not delete access rule in use";
    let refused = cloud.call(Method::DELETE, &demo, &one).await;
    refused.is(403).says(words);
    for credential in cloud.get(&demo, &credentials).await.body["application_credentials"]
        .as_array()
        .unwrap()
    {
        let id = credential["id"].as_str().unwrap();
        let path = format!("{credentials}/{id}");
        cloud.call(Method::DELETE, &demo, &path).await.is(204);
    }
    cloud.call(Method::DELETE, &demo, &one).await.is(204);
    cloud.get(&demo, &one).await.is(404);
}
