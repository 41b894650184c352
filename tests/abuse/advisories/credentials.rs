//! Credentials of stores and of callers that must not be told.

use http::Method;
use lookalike::{Config, Server};
use serde_json::{Value, json};

use crate::glance::{glance, glance_with, store};
use crate::program::{Program, leaks, password};
use crate::s3::S3;

/// An error of a store does not tell the keys that the store is opened with (CVE-2013-0212).
#[tokio::test]
async fn ossa_2013_002_the_error_of_a_store_hides_its_keys() {
    let s3 = S3::start().await;
    let url = s3.url("a").replace("hidden", "MARK-key");
    let mut config = Config::for_tests();
    config.stores.store = vec![store(&url)];
    let refused = Server::with(config).await.err().unwrap().to_string();
    assert!(!refused.contains("MARK"), "{refused}");

    let url = s3.url("b");
    let glance = glance_with(|config| config.stores.store = vec![store(&url)]).await;
    drop(s3);
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    let answer = alice.upload(&image, "data").await;
    assert!(answer.status >= 500, "{}", answer.text());
    assert!(!answer.text().contains("hidden"), "{}", answer.text());
    let settings = glance.control().get("/config").await.is(200);
    assert!(!settings.text().contains("hidden"), "{}", settings.text());
}

/// Where an image lies, and the credentials in that URL, is nobody's to see by default (CVE-2013-1840).
#[tokio::test]
async fn ossa_2013_007_the_location_of_an_image_is_not_shown() {
    let text = crate::server::serve_text("data").await;
    let url = text.replace("http://", "http://me:MARK-password@");
    let glance = glance_with(|config| {
        config.stores.store = vec![store("web=http:"), store("here=memory:")];
        config.stores.default_store = Some("here".into());
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
    })
    .await;
    let alice = glance.person("alice");
    let fields =
        json!({ "disk_format": "raw", "container_format": "bare", "visibility": "community" });
    let image = alice.create(fields).await;
    let location = json!({ "url": url });
    alice
        .post(image.at("/locations"))
        .json(location)
        .await
        .is(202);
    crate::wire::until(&alice, &image, "active").await;
    for person in [&alice, &glance.person("bob")] {
        for path in [
            image.at(""),
            image.at("/file"),
            "/v2/images?visibility=community".to_owned(),
        ] {
            let answer = person.get(&path).await.is(200);
            let headers = format!("{:?}", answer.headers);
            let all = format!("{headers}{}", answer.text());
            assert!(!all.contains("MARK"), "{path}: {all}");
        }
        person.get(image.at("/locations")).await.is(403);
    }
}

/// The log does not tell the credentials in the URL of a source (CVE-2014-1948).
#[tokio::test]
async fn ossa_2014_004_the_log_hides_the_credentials_of_a_source() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path()).await;
    let token = program.log_in(password("demo", "secret")).await;
    let own = [("X-Auth-Token", &*token)];
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = program.json(Method::POST, "/v2/images", &own, fields).await;
    let path = format!("/v2/images/{}", image["id"].as_str().unwrap());
    let uri = "http://me:MARK-password@127.0.0.1:1/i?X-Amz-Signature=MARK-signature";
    let import = json!({ "method": { "name": "web-download", "uri": uri } });
    let at = format!("{path}/import");
    program.json(Method::POST, &at, &own, import).await;
    while !program.log().contains("task failed") {
        tokio::task::yield_now().await;
    }
    let found = leaks("log", &program.log(), std::slice::from_ref(&token));
    assert!(found.is_empty(), "{found:#?}");
    let tasks = program
        .json(Method::GET, &format!("{path}/tasks"), &own, Value::Null)
        .await;
    let message = tasks["tasks"][0]["message"].to_string();
    assert!(!message.contains("MARK"), "{message}");
}

/// What is logged of a request that failed within the server has no token (oslo.middleware,
/// CVE-2017-2592).
#[tokio::test]
async fn ossa_2017_001_the_log_of_a_failure_has_no_token() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path()).await;
    let token = program.log_in(password("demo", "secret")).await;
    let rule = json!({ "match": { "path": "/v2/images" }, "fault": { "database": "broken" } });
    program
        .json(Method::POST, "/_lookalike/faults", &[], rule)
        .await;
    let service = "MARK-service-token";
    let headers = [("X-Auth-Token", &*token), ("X-Service-Token", service)];
    program
        .json(Method::GET, "/v2/images", &headers, Value::Null)
        .await;
    assert_eq!(program.errors.len(), 1, "{:?}", program.errors);
    assert!(program.errors[0].contains("500"), "{}", program.errors[0]);
    let log = program.log();
    assert!(log.contains("request failed"), "{log}");
    let found = leaks("log", &log, &[token]);
    assert!(found.is_empty(), "{found:#?}");
}

/// A database that fails tells a client nothing of itself.
#[tokio::test]
async fn ossa_2017_001_nor_has_the_answer_a_trace() {
    let glance = glance().await;
    let rule = json!({ "match": { "path": "/v2/images" }, "fault": { "database": "broken" } });
    glance.control().post("/faults").json(rule).await.is(201);
    let answer = glance.person("alice").get("/v2/images").await.is(500);
    let text = answer.text();
    for word in ["alice", "SELECT", "sqlx", "src/", ".rs"] {
        assert!(!text.contains(word), "{text}");
    }
}
