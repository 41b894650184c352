//! The embedded identity, as clients meet it.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};

use crate::lookalike::Lookalike;

/// A cloud and a client of it.
struct Cloud {
    server: Lookalike,
    http: reqwest::Client,
}

/// What came back.
struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert_eq!(self.body["error"]["message"], words);
        self
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    fn names(&self, list: &str) -> Vec<&str> {
        let items = self.body[list].as_array().unwrap();
        items
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect()
    }
}

async fn cloud() -> Cloud {
    let server = Lookalike::start().await;
    let http = reqwest::Client::new();
    Cloud { server, http }
}

const DENIED: &str = "The request you have made requires authentication.";

fn password(user: &str, password: &str) -> Value {
    json!({ "methods": ["password"], "password": { "user": {
        "name": user, "password": password, "domain": { "name": "Default" },
    }}})
}

fn project(name: &str) -> Value {
    json!({ "project": { "name": name, "domain": { "id": "default" } } })
}

impl Cloud {
    fn link(&self, path: &str) -> String {
        format!("{}/identity/v3{path}", self.server.url())
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = answer.bytes().await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            body,
        }
    }

    fn request(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/identity{path}", self.server.url());
        self.http.request(method, url).header("X-Auth-Token", token)
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, token)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path, token).json(&body))
            .await
    }

    async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path, token).json(&body))
            .await
    }

    async fn call(&self, method: Method, token: &str, path: &str) -> Answer {
        self.send(self.request(method, path, token)).await
    }

    async fn log_in(&self, identity: Value, scope: Option<Value>) -> Answer {
        let mut auth = json!({ "identity": identity });
        if let Some(scope) = scope {
            auth["scope"] = scope;
        }
        let url = self.link("/auth/tokens");
        self.send(self.http.post(url).json(&json!({ "auth": auth })))
            .await
    }

    async fn token(&self, identity: Value, scope: Option<Value>) -> String {
        let answer = self.log_in(identity, scope).await.is(201);
        answer.header("x-subject-token").to_owned()
    }

    /// A token of a seeded user for the project of this name.
    async fn of(&self, user: &str, on: &str) -> String {
        self.token(password(user, "secret"), Some(project(on)))
            .await
    }

    async fn admin(&self) -> String {
        self.of("admin", "admin").await
    }

    async fn check(&self, subject: &str) -> Answer {
        let request = self.request(Method::GET, "/v3/auth/tokens", subject);
        self.send(request.header("X-Subject-Token", subject)).await
    }

    async fn id(&self, token: &str, kind: &str, name: &str) -> String {
        let answer = self
            .get(token, &format!("/v3/{kind}?name={name}"))
            .await
            .is(200);
        answer.body[kind][0]["id"].as_str().unwrap().to_owned()
    }

    async fn create(&self, token: &str, kind: &str, one: &str, body: Value) -> String {
        let path = format!("/v3/{kind}");
        let answer = self.post(token, &path, json!({ one: body })).await.is(201);
        answer.body[one]["id"].as_str().unwrap().to_owned()
    }

    /// A new user, and his role on the project of this name.
    async fn person(&self, admin: &str, name: &str, role: &str, on: &str) -> (String, String) {
        let fields = json!({ "name": name, "password": "secret", "domain_id": "default" });
        let user = self.create(admin, "users", "user", fields).await;
        let role = self.id(admin, "roles", role).await;
        let on = self.id(admin, "projects", on).await;
        let path = format!("/v3/projects/{on}/users/{user}/roles/{role}");
        self.call(Method::PUT, admin, &path).await.is(204);
        (user, path)
    }
}

fn keys(of: &Value) -> Vec<&str> {
    of.as_object().unwrap().keys().map(String::as_str).collect()
}

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
        .header("Host", "elsewhere:80");
    let answer = cloud.send(request).await;
    let link = "http://elsewhere:80/identity/v3/";
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
    roles.sort_by_key(|it| it.to_string());
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
    cloud.server.advance_clock(TimeDelta::seconds(60));
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
        (
            json!({ "methods": ["token"], "token": { "id": "nope" } }),
            None,
        ),
    ];
    for (identity, scope) in tries {
        let answer = cloud.log_in(identity, scope).await.is(401).says(DENIED);
        let challenge = format!("Keystone uri=\"{}\"", cloud.link(""));
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(keys(&answer.body["error"]), ["code", "message", "title"]);
        assert_eq!(answer.body["error"]["title"], "Unauthorized");
    }
}

#[tokio::test]
async fn a_malformed_log_in_is_told_what_is_missing() {
    let cloud = cloud().await;
    const REST: &str = "The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";
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
    cloud.server.advance_clock(TimeDelta::seconds(3590));
    cloud.check(&demo).await.is(200);
    cloud.server.advance_clock(TimeDelta::seconds(11));
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

#[tokio::test]
async fn projects_live_and_die() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let new = json!({ "project": { "name": "p1", "domain_id": "default", "description": "d" } });
    let answer = cloud.post(&admin, "/v3/projects", new).await.is(201);
    let project = &answer.body["project"];
    let id = project["id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let path = format!("/v3/projects/{id}");
    let expected = json!({
        "id": id, "name": "p1", "domain_id": "default", "description": "d", "enabled": true,
        "parent_id": "default", "is_domain": false, "tags": [], "options": {},
        "links": { "self": cloud.link(&format!("/projects/{id}")) },
    });
    assert_eq!(project.to_string(), expected.to_string());
    assert_eq!(
        cloud.get(&admin, &path).await.is(200).body["project"],
        expected
    );
    let listed = cloud
        .get(&admin, "/v3/projects?name=p1&domain_id=default&what=ever")
        .await
        .is(200);
    assert_eq!(listed.body["projects"], json!([expected]));
    let itself = cloud.link("/projects?name=p1&domain_id=default&what=ever");
    assert_eq!(
        listed.body["links"],
        json!({ "next": null, "self": itself, "previous": null })
    );
    let change = json!({ "project": { "description": "new" } });
    let changed = cloud.patch(&admin, &path, change).await.is(200);
    assert_eq!(changed.body["project"]["description"], "new");
    cloud
        .get(&admin, "/v3/projects/p1")
        .await
        .is(404)
        .says("Could not find project: p1.");
    cloud.call(Method::DELETE, &admin, &path).await.is(204);
    let words = format!("Could not find project: {id}.");
    cloud
        .call(Method::DELETE, &admin, &path)
        .await
        .is(404)
        .says(&words);
}

#[tokio::test]
async fn names_are_given_once() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let project = json!({ "project": { "name": "demo" } });
    let answer = cloud.post(&admin, "/v3/projects", project).await.is(409);
    let words = answer.body["error"]["message"].as_str().unwrap();
    let begin = "Conflict occurred attempting to store project - it is not permitted to have two projects with either the same name or same id in the same domain: name is demo, project id ";
    assert!(words.starts_with(begin), "{words}");
    assert_eq!(answer.body["error"]["title"], "Conflict");
    let user = json!({ "user": { "name": "demo" } });
    let words = "Conflict occurred attempting to store user - Duplicate entry found with name demo at domain ID default.";
    cloud
        .post(&admin, "/v3/users", user)
        .await
        .is(409)
        .says(words);
    let role = json!({ "role": { "name": "member" } });
    let words =
        "Conflict occurred attempting to store role - Duplicate entry found with name member.";
    cloud
        .post(&admin, "/v3/roles", role)
        .await
        .is(409)
        .says(words);
    let domain = json!({ "domain": { "name": "Default" } });
    cloud.post(&admin, "/v3/domains", domain).await.is(409);
    let alt = cloud.id(&admin, "users", "alt").await;
    let rename = json!({ "user": { "name": "demo" } });
    cloud
        .patch(&admin, &format!("/v3/users/{alt}"), rename)
        .await
        .is(409);
}

#[tokio::test]
async fn fields_that_do_not_fit_are_refused() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let words =
        "Invalid input for field/attribute project. Value: {}. 'name' is a required property";
    cloud
        .post(&admin, "/v3/projects", json!({ "project": {} }))
        .await
        .is(400)
        .says(words);
    let number = json!({ "project": { "name": 1 } });
    let words = "Invalid input for field/attribute name. Value: 1. 1 is not of type 'string'";
    cloud
        .post(&admin, "/v3/projects", number)
        .await
        .is(400)
        .says(words);
    let flag = json!({ "user": { "name": "x", "enabled": "yes" } });
    cloud.post(&admin, "/v3/users", flag).await.is(400);
    let nul = json!({ "user": { "name": "a\u{0}b" } });
    cloud.post(&admin, "/v3/users", nul).await.is(400);
    cloud.get(&admin, "/v3/users/a%00b").await.is(400);
    let homeless = json!({ "user": { "name": "x", "domain_id": "nope" } });
    cloud
        .post(&admin, "/v3/users", homeless)
        .await
        .is(404)
        .says("Could not find domain: nope.");
}

#[tokio::test]
async fn a_user_keeps_what_else_he_is_given() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let new = json!({ "user": { "name": "u1", "password": "pw1", "domain_id": "default",
        "default_project_id": "p", "email": "u1@example.com", "enabled": true } });
    let answer = cloud.post(&admin, "/v3/users", new).await.is(201);
    let order = [
        "email",
        "id",
        "name",
        "domain_id",
        "enabled",
        "default_project_id",
        "password_expires_at",
        "options",
        "links",
    ];
    assert_eq!(keys(&answer.body["user"]), order);
}

#[tokio::test]
async fn members_administer_nothing_but_see_themselves() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let demo = cloud.of("demo", "demo").await;
    let words = "You are not authorized to perform the requested action: identity:list_projects.";
    cloud.get(&demo, "/v3/projects").await.is(403).says(words);
    cloud
        .post(&demo, "/v3/users", json!({ "user": { "name": "x" } }))
        .await
        .is(403);
    let user = cloud.id(&admin, "users", "demo").await;
    let other = cloud.id(&admin, "users", "alt").await;
    cloud.get(&demo, &format!("/v3/users/{user}")).await.is(200);
    cloud
        .get(&demo, &format!("/v3/users/{other}"))
        .await
        .is(403);
    cloud
        .get(&demo, &format!("/v3/users/{other}/projects"))
        .await
        .is(403);
    let mine = cloud
        .get(&demo, &format!("/v3/users/{user}/projects"))
        .await
        .is(200);
    assert_eq!(mine.names("projects"), ["demo"]);
    let mine = cloud.get(&demo, "/v3/auth/projects").await.is(200);
    assert_eq!(mine.names("projects"), ["demo"]);
    let id = mine.body["projects"][0]["id"].as_str().unwrap();
    cloud
        .get(&demo, &format!("/v3/projects/{id}"))
        .await
        .is(200);
    let empty = cloud.get(&demo, "/v3/auth/system").await.is(200);
    assert_eq!(empty.body["system"], json!([]));
}

#[tokio::test]
async fn without_a_token_there_is_nothing_to_see() {
    let cloud = cloud().await;
    for path in [
        "/v3/projects",
        "/v3/auth/projects",
        "/v3/limits",
        "/v3/regions",
    ] {
        cloud.get("", path).await.is(401).says(DENIED);
        cloud.get("nope", path).await.is(401).says(DENIED);
    }
}

#[tokio::test]
async fn the_seeded_roles_imply_one_another_and_stay() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let roles = cloud.get(&admin, "/v3/roles").await.is(200);
    assert_eq!(
        roles.names("roles"),
        ["admin", "manager", "member", "reader", "service"]
    );
    assert_eq!(
        roles.body["roles"][0]["options"],
        json!({ "immutable": true })
    );
    let id = roles.body["roles"][2]["id"].as_str().unwrap();
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/roles/{id}"))
        .await
        .is(403);
    let rules = cloud.get(&admin, "/v3/role_inferences").await.is(200);
    let rules = rules.body["role_inferences"].as_array().unwrap();
    let pairs: Vec<_> = rules
        .iter()
        .map(|it| (&it["prior_role"]["name"], &it["implies"][0]["name"]))
        .collect();
    let expected = [
        ("admin", "manager"),
        ("manager", "member"),
        ("member", "reader"),
    ];
    assert_eq!(
        pairs,
        expected
            .map(|(a, b)| (json!(a), json!(b)))
            .iter()
            .map(|(a, b)| (a, b))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_removed_role_ends_the_tokens_that_have_it() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let role = cloud
        .create(&admin, "roles", "role", json!({ "name": "r1" }))
        .await;
    cloud.person(&admin, "carol", "r1", "alt").await;
    let carol = cloud.of("carol", "alt").await;
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/roles/{role}"))
        .await
        .is(204);
    cloud.check(&carol).await.is(401);
}

#[tokio::test]
async fn assignments_are_listed_by_filter_with_names_and_implied() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let (user, path) = cloud.person(&admin, "carol", "member", "alt").await;
    let path = path.trim_start_matches("/v3");
    let plain = cloud
        .get(&admin, &format!("/v3/role_assignments?user.id={user}"))
        .await
        .is(200);
    let row = &plain.body["role_assignments"][0];
    assert_eq!(row["links"]["assignment"], cloud.link(path));
    assert_eq!(row["user"], json!({ "id": user }));
    assert_eq!(keys(&row["scope"]["project"]), ["id"]);
    let query = format!("/v3/role_assignments?user.id={user}&include_names=True&effective");
    let full = cloud.get(&admin, &query).await.is(200);
    let rows = full.body["role_assignments"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let home = json!({ "id": "default", "name": "Default" });
    assert_eq!(
        rows[0]["user"],
        json!({ "id": user, "name": "carol", "domain": home })
    );
    assert_eq!(rows[1]["role"]["name"], "reader");
    let prior = rows[1]["links"]["prior_role"].as_str().unwrap();
    assert!(prior.contains("/v3/prior_role/"), "{prior}");
    let reader = cloud.id(&admin, "roles", "reader").await;
    let query = format!("/v3/role_assignments?user.id={user}&role.id={reader}");
    let none = cloud.get(&admin, &query).await.is(200);
    assert_eq!(none.body["role_assignments"], json!([]));
    let implied = cloud
        .get(&admin, &format!("{query}&effective"))
        .await
        .is(200);
    assert_eq!(
        implied.body["role_assignments"].as_array().unwrap().len(),
        1
    );
    let system = cloud
        .get(&admin, "/v3/role_assignments?scope.system=all")
        .await
        .is(200);
    let scope = &system.body["role_assignments"][0]["scope"];
    assert_eq!(scope, &json!({ "system": { "all": true } }));
    let both = format!("/v3/role_assignments?user.id={user}&group.id=g");
    cloud.get(&admin, &both).await.is(400);
}

#[tokio::test]
async fn roles_on_system_and_projects_are_listed_and_taken() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let user = cloud.id(&admin, "users", "demo").await;
    let role = cloud.id(&admin, "roles", "reader").await;
    let path = format!("/v3/system/users/{user}/roles");
    cloud
        .call(Method::PUT, &admin, &format!("{path}/{role}"))
        .await
        .is(204);
    assert_eq!(
        cloud.get(&admin, &path).await.is(200).names("roles"),
        ["reader"]
    );
    let system = json!({ "system": { "all": true } });
    let reader = cloud.token(password("demo", "secret"), Some(system)).await;
    cloud.get(&reader, "/v3/projects").await.is(200);
    cloud
        .post(
            &reader,
            "/v3/projects",
            json!({ "project": { "name": "x" } }),
        )
        .await
        .is(403);
    let demo = cloud.of("demo", "demo").await;
    cloud
        .call(Method::DELETE, &admin, &format!("{path}/{role}"))
        .await
        .is(204);
    cloud.check(&reader).await.is(401);
    cloud.check(&demo).await.is(200);
    let nobody = format!("/v3/system/users/nope/roles/{role}");
    cloud
        .call(Method::PUT, &admin, &nobody)
        .await
        .is(404)
        .says("Could not find user: nope.");
}

#[tokio::test]
async fn services_and_endpoints_make_the_catalog() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let listed = cloud.get(&admin, "/v3/services?type=image").await.is(200);
    assert_eq!(listed.names("services"), ["glance"]);
    assert_eq!(
        keys(&listed.body["services"][0]),
        ["name", "id", "type", "enabled", "links"]
    );
    let new = json!({ "type": "image_remote", "name": "remote" });
    let service = cloud.create(&admin, "services", "service", new).await;
    let new = json!({ "service_id": service, "interface": "public", "region_id": "Two", "url": "http://there:1" });
    let endpoint = cloud.create(&admin, "endpoints", "endpoint", new).await;
    let path = format!("/v3/endpoints/{endpoint}");
    let shown = cloud.get(&admin, &path).await.is(200);
    let order = [
        "id",
        "interface",
        "region_id",
        "service_id",
        "url",
        "enabled",
        "region",
        "links",
    ];
    assert_eq!(keys(&shown.body["endpoint"]), order);
    let regions = cloud.get(&admin, "/v3/regions").await.is(200);
    assert_eq!(regions.body["regions"].as_array().unwrap().len(), 2);
    let catalog = cloud.get(&admin, "/v3/auth/catalog").await.is(200);
    assert_eq!(
        catalog.body["catalog"][2]["endpoints"][0]["url"],
        "http://there:1"
    );
    cloud
        .call(Method::DELETE, &admin, "/v3/regions/Two")
        .await
        .is(403);
    cloud
        .call(Method::DELETE, &admin, &format!("/v3/services/{service}"))
        .await
        .is(204);
    cloud.get(&admin, &path).await.is(404);
    cloud
        .call(Method::DELETE, &admin, "/v3/regions/Two")
        .await
        .is(204);
    let wrong = json!({ "endpoint": { "service_id": service, "interface": "side", "url": "x" } });
    cloud.post(&admin, "/v3/endpoints", wrong).await.is(400);
}

#[tokio::test]
async fn no_limits_are_registered() {
    let cloud = cloud().await;
    let admin = cloud.admin().await;
    let none = cloud.get(&admin, "/v3/limits").await.is(200);
    assert_eq!(none.body["limits"], json!([]));
    let none = cloud.get(&admin, "/v3/registered_limits").await.is(200);
    assert_eq!(none.body["registered_limits"], json!([]));
    let model = cloud.get(&admin, "/v3/limits/model").await.is(200);
    assert_eq!(model.body["model"]["name"], "flat");
    cloud
        .post(&admin, "/v3/limits", json!({ "limits": [] }))
        .await
        .is(403);
}

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
    assert_eq!(short["expires_at"], "2999-01-01T00:00:00.000000Z");
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
async fn many_log_ins_at_once_all_succeed() {
    let cloud = std::sync::Arc::new(cloud().await);
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let cloud = cloud.clone();
            tokio::spawn(async move { cloud.of("demo", "demo").await })
        })
        .collect();
    let mut tokens = std::collections::HashSet::new();
    for task in tasks {
        tokens.insert(task.await.unwrap());
    }
    assert_eq!(tokens.len(), 40);
}
