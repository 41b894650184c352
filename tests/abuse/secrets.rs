//! Secrets that clients send, in whatever place: none appears in what others read.
//!
//! Each secret has `MARK` in it and names its place. What must keep a secret to work keeps it: a property
//! is shown as it was set, the input of a task as it was asked for, and a snapshot holds both.

use std::time::Duration;

use futures_util::StreamExt;
use http::Method;
use serde_json::{Value, json};

use crate::program::{Program, leaks, password};

const PATCH: &str = "application/openstack-images-v2.1-json-patch";
const OLD_PATCH: &str = "application/openstack-images-v2.0-json-patch";

/// A URL that nobody answers, with secrets in each part.
fn url(place: &str) -> String {
    format!(
        "http://me:MARK-{place}-password@127.0.0.1:1/i?X-Amz-Signature=MARK-{place}-signature\
         &AWSAccessKeyId=MARK-{place}-key#access_token=MARK-{place}-fragment"
    )
}

/// Logs in and out in every way, and returns a token of a member, and others that were given.
async fn log_in(program: &mut Program) -> (String, Vec<String>) {
    let token = program.log_in(password("demo", "secret")).await;
    program
        .log_in(password("demo", "MARK-wrong-password"))
        .await;
    let text = "{\"auth\": {\"identity\": {\"password\": \"MARK-broken-document";
    let kind = [("Content-Type", "application/json")];
    let path = "/identity/v3/auth/tokens";
    program.send(Method::POST, path, &kind, text).await;
    let own = [("X-Auth-Token", &*token), ("X-Subject-Token", &*token)];
    let who = program.json(Method::GET, path, &own, Value::Null).await;
    let user = who["token"]["user"]["id"].as_str().unwrap().to_owned();
    let new = json!({ "application_credential": { "name": "c", "secret": "MARK-credential" } });
    let path = format!("/identity/v3/users/{user}/application_credentials");
    let made = program.json(Method::POST, &path, &own[..1], new).await;
    let id = &made["application_credential"]["id"];
    let mut tokens = vec![token.clone()];
    for secret in ["MARK-credential", "MARK-wrong-credential"] {
        let credential = json!({ "id": id, "secret": secret });
        let methods = ["application_credential"];
        let identity = json!({ "methods": methods, "application_credential": credential });
        tokens.push(program.log_in(identity).await);
    }
    let change =
        json!({ "user": { "original_password": "MARK-original", "password": "MARK-new" } });
    let path = format!("/identity/v3/users/{user}/password");
    program.json(Method::POST, &path, &own[..1], change).await;
    tokens.retain(|token| !token.is_empty());
    assert_eq!(tokens.len(), 2);
    (token, tokens)
}

/// Sends secrets in headers and in queries.
async fn in_heads(program: &mut Program, token: &str) {
    for name in [
        "X-Auth-Token",
        "X-Subject-Token",
        "X-Service-Token",
        "X-Storage-Token",
        "X-Lookalike-Token",
        "X-Api-Key",
        "ApiKey",
        "X-Admin-Password",
        "X-Account-Meta-Temp-URL-Key",
        "X-Amz-Security-Token",
        "Openstack-Auth-Receipt",
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
    ] {
        let secret = format!("MARK-header-{name}");
        let mut headers = vec![(name, &*secret)];
        if name != "X-Auth-Token" {
            headers.push(("X-Auth-Token", token));
        }
        program
            .json(Method::GET, "/v2/images", &headers, Value::Null)
            .await;
    }
    for name in ["Referer", "X-Original-Url", "X-Note"] {
        let (value, own) = (url(name), ("X-Auth-Token", token));
        let headers = [(name, &*value), own];
        program
            .json(Method::GET, "/v2/images", &headers, Value::Null)
            .await;
    }
    let nested = "http%3A%2F%2Fme%3AMARK-query-url%40h%2F";
    let query = format!(
        "/v2/images?signature=MARK-query-a&X-Auth-Token=MARK-query-b&pass%77ord=MARK-query-c\
         &name={nested}&sig=MARK-query-d&secret_key=MARK-query-e"
    );
    let own = [("X-Auth-Token", token)];
    program.json(Method::GET, &query, &own, Value::Null).await;
    // A path that is not there, and one that is no text.
    let path = "/v2/nothing?token=MARK-query-f";
    program.json(Method::GET, path, &own, Value::Null).await;
}

/// Sends secrets in documents about images.
async fn in_documents(program: &mut Program, token: &str) -> String {
    let own = [("X-Auth-Token", token)];
    let note = format!("see {} for it", url("property"));
    let fields = json!({
        "disk_format": "raw", "container_format": "bare",
        "os_password": "MARK-field-a", "adminPass": "MARK-field-b", "secretAccessKey": "MARK-field-c",
        "private.key": "MARK-field-d", "api-key": "MARK-field-e", "note": note,
    });
    let image = program.json(Method::POST, "/v2/images", &own, fields).await;
    let id = image["id"].as_str().unwrap().to_owned();
    let path = format!("/v2/images/{id}");
    let new = [own[0], ("Content-Type", PATCH)];
    let old = [own[0], ("Content-Type", OLD_PATCH)];
    for (headers, patch) in [
        (
            new,
            json!([{ "op": "add", "path": "/db_password", "value": "MARK-patch-a" }]),
        ),
        (
            new,
            json!([{ "op": "add", "path": "/note", "value": url("patch") }]),
        ),
        (
            new,
            json!([{ "op": "replace", "path": "/locations", "value": [{ "url": url("locations"), "metadata": {} }] }]),
        ),
        (
            new,
            json!([{ "op": "add", "path": "/locations/-", "value": { "url": url("location"), "metadata": {} } }]),
        ),
        (
            old,
            json!([{ "replace": "/db_password", "value": "MARK-patch-b" }]),
        ),
        (
            old,
            json!([{ "add": "/secret-key", "value": "MARK-patch-c" }]),
        ),
        (
            old,
            json!([{ "add": "/locations/-", "value": { "url": url("older"), "metadata": {} } }]),
        ),
        (
            new,
            json!([{ "op": "test", "path": "/password", "value": "MARK-patch-d" }]),
        ),
        (new, json!({ "password": "MARK-patch-e" })),
    ] {
        program.json(Method::PATCH, &path, &headers, patch).await;
    }
    let broken = "[{\"op\": \"add\", \"path\": \"/token\", \"value\": \"MARK-patch-f";
    program.send(Method::PATCH, &path, &new, broken).await;
    id
}

/// Lets the server fetch from URLs with secrets, and waits until it has tried.
async fn in_urls(program: &mut Program, token: &str, admin: &str, image: &str) {
    let own = [("X-Auth-Token", token)];
    let path = format!("/v2/images/{image}");
    for uri in [
        url("import"),
        url("refused").replace("http:", "ftp:"),
        "http://MARK-user@127.0.0.1:1/".into(),
    ] {
        let body = json!({ "method": { "name": "web-download", "uri": uri } });
        let import = format!("{path}/import");
        program.json(Method::POST, &import, &own, body).await;
        settle(program, admin).await;
    }
    let redirected = crate::server::serve_redirect(&url("redirect")).await;
    let elsewhere =
        crate::server::serve_redirect(&url("elsewhere").replace("127.0.0.1:1", "0.0.0.0")).await;
    for uri in [redirected, elsewhere] {
        let body = json!({ "method": { "name": "web-download", "uri": uri } });
        program
            .json(Method::POST, &format!("{path}/import"), &own, body)
            .await;
        settle(program, admin).await;
    }
    let location = json!({ "url": url("posted"), "validation_data": {} });
    program
        .json(Method::POST, &format!("{path}/locations"), &own, location)
        .await;
    settle(program, admin).await;
    let admin_headers = [("X-Auth-Token", admin)];
    for uri in [
        url("task"),
        url("filtered").replace("127.0.0.1:1", "0.0.0.0"),
        url("scheme").replace("http:", "file:"),
    ] {
        let input =
            json!({ "import_from": uri, "import_from_format": "raw", "image_properties": {} });
        let task = json!({ "type": "import", "input": input });
        program
            .json(Method::POST, "/v2/tasks", &admin_headers, task)
            .await;
        settle(program, admin).await;
    }
}

/// Waits until no task is under way, and keeps their messages.
async fn settle(program: &mut Program, admin: &str) {
    let headers = [("X-Auth-Token", admin)];
    for _ in 0..500 {
        let list = program
            .json(Method::GET, "/v2/tasks", &headers, Value::Null)
            .await;
        let tasks = list["tasks"].as_array().unwrap().clone();
        let open = |task: &Value| task["status"] == "pending" || task["status"] == "processing";
        if !tasks.iter().any(open) {
            for task in tasks {
                let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
                let task = program
                    .json(Method::GET, &path, &headers, Value::Null)
                    .await;
                program.errors.push(task["message"].to_string());
            }
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a task does not end");
}

/// Sends secrets to the control API.
async fn to_the_control(program: &mut Program) {
    let seed = json!({ "users": [{ "name": "x", "password": "MARK-seed", "nonsense": 1 }] });
    program
        .json(Method::POST, "/_lookalike/seeds", &[], seed)
        .await;
    let config = json!({ "keystone_cafile": url("config"), "service_token_roles": [] });
    program
        .json(Method::PATCH, "/_lookalike/config", &[], config)
        .await;
}

/// The secrets in a snapshot that it does not need: those that nobody stored.
async fn in_a_snapshot(program: &mut Program, tokens: &[String]) -> Vec<String> {
    let path = "/_lookalike/snapshots/s";
    let empty = json!({});
    program.json(Method::PUT, path, &[], empty).await;
    let archive = program
        .send(Method::GET, &format!("{path}/export"), &[], "")
        .await;
    let archive = archive.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&archive);
    // So it can be read, and has what was stored.
    assert!(text.contains("MARK-field-a"), "{}", archive.len());
    let found = leaks("snapshot", &text, tokens).into_iter();
    let fleeting = [
        "header",
        "query",
        "wrong",
        "broken",
        "credential",
        "original",
        "new",
        "seed",
    ];
    let fleeting = fleeting.map(|place| format!("MARK-{place}"));
    found
        .filter(|leak| {
            leak.ends_with("a token") || fleeting.iter().any(|place| leak.contains(place))
        })
        .collect()
}

#[tokio::test]
async fn no_secret_of_a_client_is_in_what_others_read() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Program::start(home.path()).await;
    let stream = program
        .http
        .get(format!("{}/_lookalike/requests/stream", program.url));
    let mut stream = stream.send().await.unwrap().bytes_stream();
    let followed = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(Ok(bytes)) = stream.next().await {
            all.extend_from_slice(&bytes);
            if all.windows(11).any(|window| window == b"the-last-ok") {
                break;
            }
        }
        String::from_utf8_lossy(&all).into_owned()
    });
    let (token, mut tokens) = log_in(&mut program).await;
    let admin = program.log_in(password("admin", "secret")).await;
    in_heads(&mut program, &token).await;
    let image = in_documents(&mut program, &token).await;
    in_urls(&mut program, &token, &admin, &image).await;
    to_the_control(&mut program).await;
    program
        .json(Method::GET, "/v2/the-last-ok", &[], Value::Null)
        .await;
    tokens.extend([admin]);

    let followed = tokio::time::timeout(Duration::from_secs(20), followed);
    let mut found = leaks("stream", &followed.await.unwrap().unwrap(), &tokens);
    for path in [
        "/_lookalike/requests?limit=1000",
        "/_lookalike/requests.har",
        "/_lookalike/config",
    ] {
        let text = program.read(path).await;
        assert!(path.ends_with("config") || text.matches("***").count() > 50);
        found.extend(leaks(path, &text, &tokens));
    }
    found.extend(in_a_snapshot(&mut program, &tokens).await);
    for text in &program.errors {
        found.extend(leaks("error or message", text, &tokens));
    }
    let log = program.log();
    assert!(
        log.contains("TRACE") && log.contains("task failed"),
        "{}",
        log.len()
    );
    found.extend(leaks("log", &log, &tokens));
    assert!(found.is_empty(), "{} leaks: {found:#?}", found.len());
}
