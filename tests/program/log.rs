//! What operators find in the log.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Server, empty, lookalike};

/// An image's id.
const IMAGE: &str = "5a1ec0de-0000-4000-8000-000000000001";

/// How long to wait for a line.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a server that logs into the file `log`.
fn start(directory: &Path, args: &[&str]) -> Server {
    let mut command = lookalike(directory);
    let file = fs::File::create(directory.join("log")).unwrap();
    command.stderr(file);
    let args = [args, &["--listen", "127.0.0.1:0", "--log-format", "json"]].concat();
    Server::run(command, &args)
}

/// Waits for a line with this message.
fn line(directory: &Path, message: &str) -> Value {
    let begin = Instant::now();
    loop {
        let log = fs::read_to_string(directory.join("log")).unwrap();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        if let Some(line) = lines
            .into_iter()
            .find(|line: &Value| line["message"] == message)
        {
            return line;
        }
        assert!(begin.elapsed() < PATIENCE, "no {message:?} in {log}");
    }
}

#[test]
fn a_failure_of_the_identity_bears_the_id_of_its_request() {
    let home = empty();
    let server = start(home.path(), &["--ephemeral"]);
    let fault = json!({ "match": { "path": "/identity/v3/auth/tokens" }, "fault": { "database": "broken" } });
    let made = server.ask(
        "POST /_lookalike/faults",
        "application/json",
        &fault.to_string(),
    );
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let user = json!({ "name": "admin", "password": "secret", "domain": { "id": "default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let body = json!({ "auth": { "identity": identity } }).to_string();
    let answer = server.ask("POST /identity/v3/auth/tokens", "application/json", &body);
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    let (_, rest) = answer.split_once("X-Openstack-Request-Id: ").unwrap();
    let (id, _) = rest.split_once("\r\n").unwrap();
    let line = line(home.path(), "identity request failed");
    assert_eq!(line["spans"][0]["request_id"], id, "{line}");
}

#[test]
fn images_whose_data_is_gone_are_named_at_the_start() {
    let home = empty();
    let options = ["--auth", "none"];
    let server = start(home.path(), &options);
    let formats = json!({ "id": IMAGE, "disk_format": "raw", "container_format": "bare" });
    let made = server.ask("POST /v2/images", "application/json", &formats.to_string());
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let file = format!("PUT /v2/images/{IMAGE}/file");
    let uploaded = server.ask(&file, "application/octet-stream", "data");
    assert!(uploaded.starts_with("HTTP/1.1 204"), "{uploaded}");
    server.end("TERM");
    fs::remove_file(home.path().join("lookalike-data/images").join(IMAGE)).unwrap();
    let _server = start(home.path(), &options);
    let line = line(home.path(), "a store has no data of images that have some");
    assert_eq!(line["images"], IMAGE, "{line}");
}
