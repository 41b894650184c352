//! Rules that ask another server.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use lookalike::config::RemoteContentType;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::glance::{Glance, glance_with};

/// A server that answers as the first part of the path says, and keeps what it was asked.
struct Oracle {
    address: String,
    asked: Arc<Mutex<Vec<Question>>>,
    task: AbortHandle,
}

/// A question as it came.
#[derive(Clone, Debug)]
struct Question {
    path: String,
    kind: String,
    body: String,
}

impl Oracle {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Question>>>::default();
        let kept = Arc::clone(&asked);
        let routes = Router::new().fallback(move |request: Request| answer(request, kept));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            address,
            asked,
            task: task.abort_handle(),
        }
    }

    /// A cloud with a policy, in which `ORACLE` stands for the address of this server.
    async fn cloud(&self, policy: &str) -> (Glance, NamedTempFile) {
        self.cloud_with(policy, RemoteContentType::Form).await
    }

    async fn cloud_with(&self, policy: &str, kind: RemoteContentType) -> (Glance, NamedTempFile) {
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), policy.replace("ORACLE", &self.address)).unwrap();
        let glance = glance_with(|config| {
            config.images.policy_file = Some(file.path().to_owned());
            config.rules.remote_content_type = kind;
            config.rules.remote_timeout = Duration::from_millis(500);
        });
        (glance.await, file)
    }

    fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock();
        asked.iter().map(|question| question.path.clone()).collect()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(request: Request, kept: Arc<Mutex<Vec<Question>>>) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    kept.lock().push(Question {
        path: path.clone(),
        kind: parts.headers["content-type"].to_str().unwrap().to_owned(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    match path.split('/').nth(1) {
        Some("yes") => (StatusCode::OK, "True"),
        Some("quoted") => (StatusCode::INTERNAL_SERVER_ERROR, "\"True\""),
        Some("wait") => std::future::pending().await,
        _ => (StatusCode::OK, "true"),
    }
}

/// Returns a part of a form, which is JSON.
fn part(form: &str, name: &str) -> Value {
    let mut parts = form_urlencoded::parse(form.as_bytes());
    let (_, text) = parts.find(|(key, _)| key == name).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn whoever_the_server_says_true_of_may() {
    let oracle = Oracle::new().await;
    let (glance, _file) = oracle.cloud("get_images: ORACLE/yes/%(project_id)s").await;
    glance.person("alice").get("/v2/images").await.is(200);
    let asked = oracle.asked.lock().clone();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/yes/alice-project");
    assert_eq!(asked[0].kind, "application/x-www-form-urlencoded");
    assert_eq!(part(&asked[0].body, "rule"), "get_images");
    let target = json!({ "project_id": "alice-project" });
    assert_eq!(part(&asked[0].body, "target"), target);
    let credentials = part(&asked[0].body, "credentials");
    assert_eq!(credentials["project_id"], "alice-project");
    assert_eq!(credentials["roles"], json!(["member", "reader"]));
}

#[tokio::test]
async fn any_other_answer_denies_and_the_status_does_not_count() {
    let oracle = Oracle::new().await;
    let policy = "add_image: ORACLE/no\nget_images: ORACLE/quoted";
    let (glance, _file) = oracle.cloud(policy).await;
    let alice = glance.person("alice");
    let refused = alice.post("/v2/images").json(json!({})).await.is(403);
    refused.says("You are not authorized to complete add_image action.");
    alice.get("/v2/images").await.is(200);
}

#[tokio::test]
async fn a_question_can_be_sent_as_json() {
    let oracle = Oracle::new().await;
    let policy = "get_images: ORACLE/yes";
    let (glance, _file) = oracle.cloud_with(policy, RemoteContentType::Json).await;
    glance.person("alice").get("/v2/images").await.is(200);
    let asked = oracle.asked.lock().clone();
    assert_eq!(asked[0].kind, "application/json");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(body["rule"], "get_images");
    assert_eq!(body["credentials"]["user_id"], "alice");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_500() {
    let oracle = Oracle::new().await;
    let policy = "get_images: ORACLE/wait\nadd_image: http://127.0.0.1:1/gone\n\
                  tasks_api_access: ORACLE/yes/%(nothing)s";
    let (glance, _file) = oracle.cloud(policy).await;
    let alice = glance.person("alice");
    alice.get("/v2/images").await.is(500);
    alice.post("/v2/images").json(json!({})).await.is(500);
    alice.get("/v2/tasks").await.is(500);
}

#[tokio::test]
async fn a_rule_about_an_image_tells_what_the_image_is() {
    let oracle = Oracle::new().await;
    let (glance, _file) = oracle
        .cloud("get_image: ORACLE/yes/%(image_id)s/%(visibility)s")
        .await;
    let alice = glance.person("alice");
    let image = alice.create(json!({ "name": "i", "colour": "red" })).await;
    alice.get(&image).await.is(200);
    let asked = oracle.asked.lock().last().unwrap().clone();
    assert_eq!(asked.path, format!("/yes/{}/shared", image.id));
    let target = part(&asked.body, "target");
    assert_eq!(
        (&target["name"], &target["colour"]),
        (&json!("i"), &json!("red"))
    );
    assert_eq!(target["owner"], "alice-project");
}

#[tokio::test]
async fn a_list_has_the_images_that_the_server_lets_be_seen() {
    let oracle = Oracle::new().await;
    let (glance, _file) = oracle.cloud("get_image: ORACLE/%(answer)s").await;
    let alice = glance.person("alice");
    for answer in ["yes", "no", "yes"] {
        alice.create(json!({ "answer": answer })).await;
    }
    let list = alice.get("/v2/images").await.is(200);
    assert_eq!(list["images"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_body_of_a_request_is_whole_after_the_question() {
    let oracle = Oracle::new().await;
    let policy = "add_image: ORACLE/yes\nupload_image: ORACLE/yes\nmodify_image: ORACLE/yes";
    let (glance, _file) = oracle.cloud(policy).await;
    let alice = glance.person("alice");
    let fields = json!({ "name": "i", "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let data = vec![7; (9 << 20) + 1];
    alice.upload(&image, data.clone()).await.is(204);
    assert!(alice.get(image.at("/file")).await.is(200).body == data);
    alice.set(&image, "name", "j").await.is(200);
    assert_eq!(alice.see(&image).await["name"], "j");
}

#[tokio::test]
async fn nobody_is_asked_where_no_rule_needs_it() {
    let oracle = Oracle::new().await;
    let policy = "get_images: role:reader or ORACLE/no\nadd_image: ORACLE/yes";
    let (glance, _file) = oracle.cloud(policy).await;
    glance.person("alice").get("/v2/images").await.is(200);
    assert!(oracle.paths().is_empty());
}
