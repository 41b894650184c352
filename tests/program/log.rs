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
    let mut args = [args, &["--listen", "127.0.0.1:0"]].concat();
    if !args.contains(&"--log-format") {
        args.extend(["--log-format", "json"]);
    }
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

/// The lines of the audit.
fn audit(directory: &Path) -> Vec<Value> {
    let log = fs::read_to_string(directory.join("log")).unwrap();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines
        .filter(|line: &Value| line["target"] == "lookalike::audit")
        .collect()
}

/// Logs in by a password at v3 and returns the answer.
fn log_in(server: &Server, name: &str, password: &str) -> String {
    let user = json!({ "name": name, "password": password, "domain": { "name": "Default" } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let body = json!({ "auth": { "identity": identity } }).to_string();
    server.ask("POST /identity/v3/auth/tokens", "application/json", &body)
}

#[test]
fn a_refused_log_in_is_audited_without_its_password() {
    let home = empty();
    let server = start(home.path(), &["--ephemeral"]);
    let answer = log_in(&server, "admin", "OPEN-BARLEY");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let line = line(home.path(), "log-in refused");
    let (_, rest) = answer.split_once("X-Openstack-Request-Id: ").unwrap();
    let (id, _) = rest.split_once("\r\n").unwrap();
    let told = json!([
        line["target"],
        line["level"],
        line["api"],
        line["method"],
        line["user"],
        line["domain"],
        line["source"],
        line["request_id"],
        line["suppressed"],
    ]);
    let wanted = json!([
        "lookalike::audit",
        "WARN",
        "v3",
        "password",
        "admin",
        "Default",
        "127.0.0.1",
        id,
        0
    ]);
    assert_eq!(told, wanted, "{line}");
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    assert!(!log.contains("OPEN-BARLEY"), "{log}");
    assert!(log_in(&server, "admin", "secret").starts_with("HTTP/1.1 201"));
    assert_eq!(audit(home.path()).len(), 1);
}

#[test]
fn a_refused_log_in_at_identity_v2_is_audited_too() {
    let home = empty();
    let server = start(home.path(), &["--ephemeral", "--dialect", "rackspace"]);
    let credentials = json!({ "username": "nobody", "apiKey": "OPEN-BARLEY" });
    let body = json!({ "auth": { "RAX-KSKEY:apiKeyCredentials": credentials } });
    let answer = server.ask("POST /v2.0/tokens", "application/json", &body.to_string());
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let line = line(home.path(), "log-in refused");
    let told = json!([line["api"], line["method"], line["user"]]);
    assert_eq!(told, json!(["v2.0", "api_key", "nobody"]), "{line}");
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    assert!(!log.contains("OPEN-BARLEY"), "{log}");
}

#[test]
fn a_name_with_line_breaks_makes_no_lines_of_its_own() {
    for format in ["json", "pretty"] {
        let home = empty();
        let server = start(home.path(), &["--ephemeral", "--log-format", format]);
        let forged = "x\n2026-01-01T00:00:00Z  INFO lookalike::audit: FORGED\r\u{1b}[2J";
        log_in(&server, forged, "wrong");
        server.end("TERM");
        let log = fs::read_to_string(home.path().join("log")).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("FORGED")).collect();
        assert_eq!(lines.len(), 1, "{log}");
        assert!(lines[0].contains("log-in refused"), "{log}");
        assert!(!log.contains('\u{1b}') && !log.contains('\r'), "{log}");
    }
}

#[test]
fn a_flood_of_refused_log_ins_is_counted_instead_of_written() {
    let home = empty();
    let server = start(home.path(), &["--ephemeral"]);
    for _ in 0..150 {
        let answer = log_in(&server, "nobody", "wrong");
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    }
    let written = audit(home.path()).len();
    assert!((100..150).contains(&written), "{written}");
    let begin = Instant::now();
    loop {
        log_in(&server, "nobody", "wrong");
        let lines = audit(home.path());
        let left_out: u64 = lines
            .iter()
            .map(|line| line["suppressed"].as_u64().unwrap())
            .sum();
        if left_out >= 150 - u64::try_from(written).unwrap() {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{left_out}");
    }
}

#[test]
fn calls_that_change_something_are_audited_and_those_that_only_read_are_not() {
    let home = empty();
    let server = start(home.path(), &["--ephemeral"]);
    server.ask("GET /_lookalike/status", "", "");
    let made = server.ask("POST /_lookalike/sandboxes", "application/json", "{}");
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let line = line(home.path(), "control call");
    let told = json!([
        line["target"],
        line["level"],
        line["by"],
        line["method"],
        line["path"],
        line["source"],
        line["status"],
    ]);
    let wanted = json!([
        "lookalike::audit",
        "INFO",
        "program of this machine",
        "POST",
        "/_lookalike/sandboxes",
        "127.0.0.1",
        201,
    ]);
    assert_eq!(told, wanted, "{line}");
    assert_eq!(audit(home.path()).len(), 1);
}

#[test]
fn a_call_with_a_wrong_token_is_audited_as_refused() {
    let home = empty();
    let server = start(
        home.path(),
        &["--ephemeral", "--control-token", "open-sesame"],
    );
    let answer = server.ask("GET /_lookalike/faults", "", "");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let line = line(home.path(), "control call refused");
    let told = json!([line["level"], line["method"], line["path"], line["status"]]);
    assert_eq!(
        told,
        json!(["WARN", "GET", "/_lookalike/faults", 401]),
        "{line}"
    );
}

#[test]
fn the_filter_of_the_log_leaves_audit_lines_out_or_shows_more_of_them() {
    let home = empty();
    let server = start(
        home.path(),
        &["--ephemeral", "--log", "info,lookalike::audit=off"],
    );
    log_in(&server, "admin", "wrong");
    server.end("TERM");
    assert_eq!(audit(home.path()).len(), 0);
    let home = empty();
    let server = start(
        home.path(),
        &["--ephemeral", "--log", "error,lookalike::audit=debug"],
    );
    let answer = server.ask("GET /v2/images", "", "");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let line = line(home.path(), "token refused");
    assert_eq!(line["has_token"], false, "{line}");
}
