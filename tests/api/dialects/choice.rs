//! The dialect of a server, and of a sandbox.

use lookalike::Server;
use lookalike::dialect::{PCD, RACKSPACE};
use serde_json::json;

use super::sandbox;
use crate::glance::{glance, glance_with};

#[tokio::test]
async fn the_status_names_the_dialect() {
    let glance = glance().await;
    let status = glance.control().get("/status").await.is(200);
    assert_eq!(status["dialect"], "glance");
    let glance = glance_with(|config| config.dialect.dialect = &PCD).await;
    let status = glance.control().get("/status").await.is(200);
    assert_eq!(status["dialect"], "pcd");
}

#[tokio::test]
async fn a_sandbox_may_have_a_dialect_of_its_own() {
    let glance = glance().await;
    let asked = json!({ "dialect": "rackspace" });
    let made = sandbox(&glance, asked).await.is(201);
    assert_eq!(made["dialect"], "rackspace");
    let sandbox = glance.at(made["url"].as_str().unwrap(), "a:p:member,reader");
    sandbox.get("/v2/info/stores").await.is(404);
    // The server keeps its own.
    glance.person("alice").get("/v2/info/import").await.is(200);
}

#[tokio::test]
async fn a_sandbox_has_the_dialect_of_the_server_unless_it_names_one() {
    let glance = glance_with(|config| config.dialect.dialect = &PCD).await;
    for (asked, dialect) in [
        (json!({}), "pcd"),
        (json!({ "dialect": "glance" }), "glance"),
    ] {
        let made = sandbox(&glance, asked).await.is(201);
        assert_eq!(made["dialect"], dialect);
    }
}

#[tokio::test]
async fn sandboxes_of_one_dialect_begin_alike() {
    let glance = glance().await;
    let mut catalogues = Vec::new();
    for dialect in ["pcd", "glance", "pcd"] {
        let asked = json!({ "dialect": dialect });
        let made = sandbox(&glance, asked).await.is(201);
        catalogues.push(made["clouds_yaml"].as_str().unwrap().contains("Infra"));
    }
    assert_eq!(catalogues, [true, false, true]);
}

#[tokio::test]
async fn an_unknown_dialect_of_a_sandbox_is_refused_with_those_that_there_are() {
    let glance = glance().await;
    let asked = json!({ "dialect": "rackspce" });
    let refused = sandbox(&glance, asked).await.is(400);
    let error = refused.text();
    assert!(error.contains("rackspce"), "{error}");
    assert!(
        error.contains("glance, rackspace or pcd is allowed"),
        "{error}"
    );
}

#[tokio::test]
async fn the_library_takes_a_dialect() {
    let server = Server::builder().dialect(&RACKSPACE).start().await.unwrap();
    let url = format!("{}/v2/929418/images", server.url());
    let request = reqwest::Client::new().get(url);
    let answer = request.header("X-Auth-Token", "a:p:member,reader").send();
    assert_eq!(answer.await.unwrap().status(), 200);
    server.shutdown().await;
}
