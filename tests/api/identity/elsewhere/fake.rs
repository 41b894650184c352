//! A Keystone that does as a test tells it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A Keystone without anything behind it; it knows the tokens that it is told.
pub(super) struct Fake {
    port: u16,
    mind: Arc<Mind>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Mind {
    tokens: Mutex<HashMap<String, Value>>,
    sign_ins: AtomicUsize,
    checks: AtomicUsize,
    fails: AtomicBool,
    ours_is_good: AtomicBool,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mind = Arc::new(Mind::default());
        let tokens = post(sign_in).get(check);
        let router = Router::new()
            .route("/v3/auth/tokens", tokens)
            .with_state(Arc::clone(&mind));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { port, mind, task }
    }

    /// Where it is, without the version.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on this is a reader's token, but for what is said here.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "documents are written where they are told"
    )]
    pub(super) fn knows(&self, token: &str, change: Value) {
        let mut document = json!({
            "expires_at": "2999-01-01T00:00:00.000000Z",
            "user": { "id": "u" },
            "project": { "id": "p" },
            "roles": [{ "id": "r", "name": "reader" }],
        });
        for (name, value) in change.as_object().unwrap() {
            document[name] = value.clone();
        }
        let mut tokens = self.mind.tokens.lock().unwrap();
        tokens.insert(token.to_owned(), document);
    }

    pub(super) fn fails(&self) {
        self.mind.fails.store(true, Ordering::Relaxed);
    }

    pub(super) fn revokes_ours(&self) {
        self.mind.ours_is_good.store(false, Ordering::Relaxed);
    }

    pub(super) fn sign_ins(&self) -> usize {
        self.mind.sign_ins.load(Ordering::Relaxed)
    }

    pub(super) fn checks(&self) -> usize {
        self.mind.checks.load(Ordering::Relaxed)
    }
}

async fn sign_in(State(mind): State<Arc<Mind>>, Json(body): Json<Value>) -> Response {
    if body.pointer("/auth/identity/password/user/password") != Some(&json!("secret")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    mind.sign_ins.fetch_add(1, Ordering::Relaxed);
    mind.ours_is_good.store(true, Ordering::Relaxed);
    let token = json!({ "token": { "expires_at": "2999-01-01T00:00:00.000000Z", "catalog": [] } });
    (
        StatusCode::CREATED,
        [("x-subject-token", "ours")],
        Json(token),
    )
        .into_response()
}

async fn check(State(mind): State<Arc<Mind>>, headers: HeaderMap) -> Response {
    if mind.fails.load(Ordering::Relaxed) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if headers["x-auth-token"] != "ours" || !mind.ours_is_good.load(Ordering::Relaxed) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    mind.checks.fetch_add(1, Ordering::Relaxed);
    let tokens = mind.tokens.lock().unwrap();
    match tokens.get(headers["x-subject-token"].to_str().unwrap()) {
        Some(token) => Json(json!({ "token": token })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
