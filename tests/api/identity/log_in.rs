//! Discovery, and every way to get a token.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;

use super::{DENIED, cloud, keys, password, project};

#[tokio::test]
async fn discovery_needs_no_token_and_links_to_where_it_was_asked() {
    let cloud = cloud().await;
    let itself = cloud.link("/");
    for path in ["", "/"] {
        let answer = cloud.get("", path).await.is(300);
        assert_eq!(answer.header("location"), itself);
        let version = &answer.body["versions"]["values"][0];
        assert_eq!(version["links"][0]["href"], itself);
    }
    for path in ["/v3", "/v3/"] {
        let answer = cloud.get("", path).await.is(200);
        assert_eq!(answer.body["version"]["id"], "v3.14");
        assert_eq!(answer.header("vary"), "X-Auth-Token");
        assert!(answer.header("x-openstack-request-id").starts_with("req-"));
    }
    let request = cloud
        .request(Method::GET, "/v3", "")
        .header("Host", "elsewhere:8080");
    let answer = cloud.send(request).await;
    let link = "http://elsewhere:8080/identity/v3/";
    assert_eq!(answer.body["version"]["links"][0]["href"], link);
}

#[tokio::test]
async fn an_unknown_path_is_404_and_a_wrong_method_405() {
    let cloud = cloud().await;
    let answer = cloud.get("", "/v2.0").await.is(404);
    assert!(answer.header("content-type").starts_with("text/html"));
    cloud.get("", "/v3/nothing").await.is(404);
    let answer = cloud.call(Method::PUT, "", "/v3/auth/tokens").await.is(405);
    assert_eq!(
        answer.body["message"],
        "The method is not allowed for the requested URL."
    );
    cloud.call(Method::PUT, "", "/v3/projects").await.is(405);
}

#[tokio::test]
async fn a_password_gives_a_token_for_a_project() {
    let cloud = cloud().await;
    let answer = cloud
        .log_in(password("admin", "secret"), Some(project("admin")))
        .await
        .is(201);
    assert!(!answer.header("x-subject-token").is_empty());
    let token = &answer.body["token"];
    let order = [
        "methods",
        "user",
        "audit_ids",
        "expires_at",
        "issued_at",
        "project",
        "is_domain",
        "roles",
        "catalog",
    ];
    assert_eq!(keys(token), order);
    assert_eq!(
        keys(&token["user"]),
        ["domain", "id", "name", "password_expires_at"]
    );
    assert_eq!(
        token["project"]["domain"],
        json!({ "id": "default", "name": "Default" })
    );
    assert_eq!(token["audit_ids"][0].as_str().unwrap().len(), 22);
    assert!(token["expires_at"].as_str().unwrap().ends_with(".000000Z"));
    let mut roles: Vec<_> = token["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    roles.sort_by_key(ToString::to_string);
    assert_eq!(roles, ["admin", "manager", "member", "reader"]);
}

#[tokio::test]
async fn the_catalog_leads_to_this_server() {
    let cloud = cloud().await;
    let answer = cloud
        .log_in(password("demo", "secret"), Some(project("demo")))
        .await
        .is(201);
    let catalog = answer.body["token"]["catalog"].as_array().unwrap();
    let kinds: Vec<_> = catalog
        .iter()
        .map(|it| (&it["type"], &it["name"]))
        .collect();
    assert_eq!(
        kinds,
        [
            (&json!("identity"), &json!("keystone")),
            (&json!("image"), &json!("glance"))
        ]
    );
    for (service, url) in [(0, cloud.link("")), (1, cloud.server.url())] {
        let endpoints = catalog[service]["endpoints"].as_array().unwrap();
        let interfaces: Vec<_> = endpoints.iter().map(|it| &it["interface"]).collect();
        assert_eq!(interfaces, ["public", "internal", "admin"]);
        for it in endpoints {
            assert_eq!(it["url"], url);
            assert_eq!(
                (&it["region"], &it["region_id"]),
                (&json!("RegionOne"), &json!("RegionOne"))
            );
        }
    }
    let token = answer.header("x-subject-token");
    let alone = cloud.get(token, "/v3/auth/catalog").await.is(200);
    assert_eq!(alone.body["catalog"], answer.body["token"]["catalog"]);
}

#[tokio::test]
async fn every_form_of_naming_user_and_project_is_understood() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "demo").await;
    let id = cloud.id(&admin, "projects", "demo").await;
    let by_id = json!({ "methods": ["password"], "password": { "user": {
        "id": user, "password": "secret", "domain": { "id": "default" } } } });
    let scopes = [
        json!({ "project": { "id": id } }),
        json!({ "project": { "id": id, "domain": { "id": "default" } } }),
        json!({ "project": { "name": "demo", "domain": { "name": "Default" } } }),
    ];
    for scope in scopes {
        cloud.log_in(by_id.clone(), Some(scope)).await.is(201);
    }
}

#[tokio::test]
async fn without_a_scope_a_token_has_neither_project_nor_roles() {
    let cloud = cloud().await;
    for scope in [None, Some(json!("unscoped"))] {
        let answer = cloud
            .log_in(password("demo", "secret"), scope)
            .await
            .is(201);
        let order = ["methods", "user", "audit_ids", "expires_at", "issued_at"];
        assert_eq!(keys(&answer.body["token"]), order);
    }
}

#[tokio::test]
async fn without_a_scope_a_token_is_for_the_default_project() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, _) = cloud.person(&admin, "carol", "member", "alt").await;
    let alt = cloud.id(&admin, "projects", "alt").await;
    let path = format!("/v3/users/{user}");
    let change = json!({ "user": { "default_project_id": alt } });
    cloud.patch(&admin, &path, change).await.is(200);
    let answer = cloud
        .log_in(password("carol", "secret"), None)
        .await
        .is(201);
    assert_eq!(answer.body["token"]["project"]["name"], "alt");
    let answer = cloud
        .log_in(password("carol", "secret"), Some(json!("unscoped")))
        .await
        .is(201);
    assert_eq!(answer.body["token"].get("project"), None);
    let demo = cloud.id(&admin, "projects", "demo").await;
    let change = json!({ "user": { "default_project_id": demo } });
    cloud.patch(&admin, &path, change).await.is(200);
    let answer = cloud
        .log_in(password("carol", "secret"), None)
        .await
        .is(201);
    assert_eq!(answer.body["token"].get("project"), None);
}

#[tokio::test]
async fn a_token_may_be_for_the_system() {
    let cloud = cloud().await;
    let system = json!({ "system": { "all": true } });
    let answer = cloud
        .log_in(password("admin", "secret"), Some(system.clone()))
        .await
        .is(201);
    let token = &answer.body["token"];
    let order = [
        "methods",
        "user",
        "audit_ids",
        "expires_at",
        "issued_at",
        "roles",
        "system",
        "catalog",
    ];
    assert_eq!(keys(token), order);
    cloud
        .log_in(password("demo", "secret"), Some(system))
        .await
        .is(401)
        .says(DENIED);
    let secret = answer.header("x-subject-token");
    let own = cloud.get(secret, "/v3/auth/system").await.is(200);
    assert_eq!(own.body["system"], json!([{ "all": true }]));
    let new = json!({ "user": { "name": "made", "password": "x" } });
    let made = cloud.post(secret, "/v3/users", new).await.is(201);
    assert_eq!(made.body["user"]["domain_id"], "default");
    let new = json!({ "project": { "name": "made" } });
    let made = cloud.post(secret, "/v3/projects", new).await.is(201);
    assert_eq!(made.body["project"]["domain_id"], "default");
}

#[tokio::test]
async fn a_token_may_be_for_a_domain() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let scope = json!({ "domain": { "id": "default" } });
    cloud
        .log_in(password("demo", "secret"), Some(scope.clone()))
        .await
        .is(401)
        .says(DENIED);
    let user = cloud.id(&admin, "users", "demo").await;
    let role = cloud.id(&admin, "roles", "manager").await;
    let path = format!("/v3/domains/default/users/{user}/roles/{role}");
    cloud.call(Method::PUT, &admin, &path).await.is(204);
    let answer = cloud
        .log_in(password("demo", "secret"), Some(scope))
        .await
        .is(201);
    let token = &answer.body["token"];
    let order = [
        "methods",
        "user",
        "audit_ids",
        "expires_at",
        "issued_at",
        "domain",
        "roles",
        "catalog",
    ];
    assert_eq!(keys(token), order);
    assert_eq!(
        token["domain"],
        json!({ "id": "default", "name": "Default" })
    );
    let own = cloud
        .get(answer.header("x-subject-token"), "/v3/auth/domains")
        .await
        .is(200);
    assert_eq!(own.names("domains"), ["Default"]);
}

#[tokio::test]
async fn a_token_gives_another_with_the_same_end() {
    let cloud = cloud().await;
    let first = cloud.log_in(password("demo", "secret"), None).await.is(201);
    cloud.server.advance(TimeDelta::seconds(60)).await.unwrap();
    let secret = first.header("x-subject-token");
    let identity = json!({ "methods": ["token"], "token": { "id": secret } });
    let second = cloud.log_in(identity, Some(project("demo"))).await.is(201);
    let (old, new) = (&first.body["token"], &second.body["token"]);
    assert_eq!(new["expires_at"], old["expires_at"]);
    assert_eq!(new["methods"], json!(["password", "token"]));
    assert_eq!(new["audit_ids"].as_array().unwrap().len(), 2);
    assert_eq!(new["audit_ids"][1], old["audit_ids"][0]);
}

#[tokio::test]
async fn a_refused_log_in_never_says_why() {
    let cloud = cloud().await;
    let nowhere = json!({ "project": { "id": "nope" } });
    let tries = [
        (password("admin", "wrong"), None),
        (password("nobody", "secret"), None),
        (password("demo", "secret"), Some(project("alt"))),
        (password("demo", "secret"), Some(project("nope"))),
        (password("demo", "secret"), Some(nowhere)),
        (json!({ "methods": [] }), None),
    ];
    // Only a token that is none is told so.
    let nothing = json!({ "methods": ["token"], "token": { "id": "nope" } });
    let answer = cloud.log_in(nothing, None).await.is(404);
    answer.says("Could not recognize Fernet token");
    for (identity, scope) in tries {
        let answer = cloud.log_in(identity, scope).await.is(401).says(DENIED);
        let challenge = format!("Keystone uri=\"{}\"", cloud.link(""));
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(keys(&answer.body["error"]), ["code", "message", "title"]);
        assert_eq!(answer.body["error"]["title"], "Unauthorized");
    }
}

const REST: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";

#[tokio::test]
async fn a_log_in_needs_no_content_type_but_may_not_have_another_one() {
    let cloud = cloud().await;
    let url = cloud.link("/auth/tokens");
    let auth = json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
        "name": "admin", "domain": { "id": "default" }, "password": "secret",
    } } } } });
    for (kind, status) in [
        (None, 201),
        (Some(""), 201),
        (Some("application/json; charset=utf-8"), 201),
        (Some("Application/JSON"), 201),
        (Some("application/json-home"), 201),
        (Some("application/jsonx"), 400),
        (Some("application/x-www-form-urlencoded"), 400),
    ] {
        let mut request = cloud.http.post(&url).body(auth.to_string());
        if let Some(kind) = kind {
            request = request.header("Content-Type", kind);
        }
        cloud.send(request).await.is(status);
    }
}

#[tokio::test]
async fn a_malformed_log_in_is_told_what_is_missing() {
    let cloud = cloud().await;
    let url = cloud.link("/auth/tokens");
    let says = |what: &str| format!("Expecting to find {what}. {REST}");
    let sent = |body: &'static str| {
        cloud
            .http
            .post(&url)
            .header("Content-Type", "application/json")
            .body(body)
    };
    cloud
        .send(sent(""))
        .await
        .is(400)
        .says(&says("auth in request body"));
    cloud
        .send(sent("{}"))
        .await
        .is(400)
        .says(&says("auth in request body"));
    cloud
        .send(sent("{bad"))
        .await
        .is(400)
        .says(&says("valid JSON in request body"));
    let plain = cloud
        .http
        .post(&url)
        .header("Content-Type", "text/plain")
        .body("{}");
    cloud
        .send(plain)
        .await
        .is(400)
        .says(&says("application/json in Content-Type header"));
    let nameless = json!({ "methods": ["password"], "password": { "user": { "name": "a", "password": "b" } } });
    cloud
        .log_in(nameless, None)
        .await
        .is(400)
        .says(&says("domain in user"));
    let homeless = json!({ "project": { "name": "demo" } });
    cloud
        .log_in(password("demo", "secret"), Some(homeless))
        .await
        .is(400)
        .says(&says("domain in project"));
    let empty = json!({ "methods": ["password"] });
    cloud
        .log_in(empty, None)
        .await
        .is(400)
        .says(&says("password in identity"));
    let other = json!({ "methods": ["smile"], "smile": {} });
    let words = "Attempted to authenticate with an unsupported method.";
    let answer = cloud.log_in(other, None).await.is(401).says(words);
    let methods = json!(["password", "token", "application_credential"]);
    assert_eq!(answer.body["error"]["identity"]["methods"], methods);
}
