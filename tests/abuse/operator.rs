//! Secrets of whoever runs the server, and keys that it gives out: none appears in what others read.

use http::Method;
use serde_json::{Value, json};

use crate::program::{Program, leaks};
use crate::s3::S3;

/// Logs in at the identity of Rackspace in each way, and returns the tokens that it gave.
async fn log_in(program: &mut Program) -> Vec<String> {
    let key = "RAX-KSKEY:apiKeyCredentials";
    let kind = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
    ];
    let mut tokens = Vec::new();
    for auth in [
        json!({ key: { "username": "rackspace", "apiKey": "0123456789abcdef0123456789abcdef" } }),
        json!({ key: { "username": "rackspace", "apiKey": "MARK-wrong-key" } }),
        json!({ "passwordCredentials": { "username": "rackspace", "password": "MARK-wrong" } }),
        json!({ "token": { "id": "MARK-wrong-token" }, "tenantId": "929418" }),
    ] {
        let body = json!({ "auth": auth });
        let answer = program.send(Method::POST, "/v2.0/tokens", &kind, body.to_string());
        let text = answer.await.text().await.unwrap();
        let access: Value = serde_json::from_str(&text).unwrap();
        match access["access"]["token"]["id"].as_str() {
            Some(token) => tokens.push(token.to_owned()),
            None => program.errors.push(text),
        }
    }
    assert_eq!(tokens.len(), 1);
    tokens
}

/// Gives a user a key that is marked, logs in with it, and has another one made up.
async fn change_keys(program: &mut Program, tokens: &mut Vec<String>) {
    let own = [("X-Auth-Token", tokens[0].clone())];
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, &**value)).collect();
    let users = program
        .json(Method::GET, "/v2.0/users", &own, Value::Null)
        .await;
    let user = users["users"].as_array().unwrap().iter();
    let user = user
        .into_iter()
        .find(|user| user["username"] == "rackspace");
    let id = user.unwrap()["id"].as_str().unwrap();
    let kind = "RAX-KSKEY:apiKeyCredentials";
    let path = format!("/v2.0/users/{id}/OS-KSADM/credentials/{kind}");
    let chosen = json!({ kind: { "username": "rackspace", "apiKey": "MARK-chosen-key" } });
    let made = program.json(Method::POST, &path, &own, chosen).await;
    assert_eq!(made[kind]["apiKey"], "MARK-chosen-key");
    program.json(Method::GET, &path, &own, Value::Null).await;
    let reset = format!("{path}/RAX-AUTH/reset");
    let made = program.json(Method::POST, &reset, &own, json!({})).await;
    tokens.push(made[kind]["apiKey"].as_str().unwrap().to_owned());
}

#[tokio::test]
async fn no_secret_of_the_operator_is_in_what_others_read() {
    let home = tempfile::tempdir().unwrap();
    let s3 = S3::with_secret("MARK-s3-secret").await;
    let store = format!("--store=here={}", s3.url("a"));
    let options = [
        "--dialect=rackspace",
        "--control-token=MARK-control",
        &*store,
    ];
    let mut program = Program::start_with(home.path(), &options).await;
    let mut tokens = log_in(&mut program).await;
    change_keys(&mut program, &mut tokens).await;
    let control = [("X-Lookalike-Token", "MARK-control")];
    let wrong = [("X-Lookalike-Token", "MARK-wrong-control")];
    for headers in [&control, &wrong] {
        for path in ["/_lookalike/status", "/_lookalike/requests"] {
            program.json(Method::GET, path, headers, Value::Null).await;
        }
    }
    // The store breaks.
    drop(s3);
    let own = [("X-Auth-Token", tokens[0].clone())];
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, &**value)).collect();
    let fields = json!({ "name": "x" });
    program
        .json(Method::POST, "/v2/929418/images", &own, fields)
        .await;

    let mut found = Vec::new();
    for path in [
        "/_lookalike/",
        "/_lookalike/config",
        "/_lookalike/cloud",
        "/_lookalike/status",
        "/_lookalike/requests?limit=1000",
        "/_lookalike/requests.har",
        "/_lookalike/ui/",
    ] {
        let answer = program.send(Method::GET, path, &control, "").await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        found.extend(leaks(path, &answer.text().await.unwrap(), &tokens));
    }
    for text in &program.errors {
        found.extend(leaks("error", text, &tokens));
    }
    let log = program.log();
    assert!(log.contains("TRACE"), "{}", log.len());
    found.extend(leaks("log", &log, &tokens));
    assert!(found.is_empty(), "{} leaks: {found:#?}", found.len());
}
