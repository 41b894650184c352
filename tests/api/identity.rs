//! The embedded identity, as clients meet it.

mod access_rules;
mod check;
mod credentials;
mod elsewhere;
mod groups;
mod limits;
mod lists;
mod log_in;
mod races;
mod registered_limits;
mod resources;
mod roles;
mod strangers;
mod tokens;

use http::Method;
use lookalike::Config;
use serde_json::{Value, json};

use crate::glance::{Glance, glance_with, seen};

/// A cloud and a client of it.
struct Cloud {
    server: Glance,
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
    cloud_with(|_| {}).await
}

async fn cloud_with(change: impl FnOnce(&mut Config)) -> Cloud {
    let server = glance_with(change).await;
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
        let (http, request) = request.build_split();
        let request = request.unwrap();
        let method = request.method().clone();
        let answer = http.execute(request).await.unwrap();
        let path = answer.url().path().to_owned();
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = answer.bytes().await.unwrap();
        seen::record(&method, &path, status, &headers, &body);
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
