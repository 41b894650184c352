//! `lookalike proxy` before a server, and `lookalike compare` with what it recorded.

#[path = "proxy/broken.rs"]
mod broken;
#[path = "proxy/compare.rs"]
mod compare;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Server, complaint, empty, lookalike, outcome};

/// A proxy that runs and records into `recording.jsonl`; dropped, it is killed.
struct Proxy {
    child: Child,
    host: String,
}

impl Proxy {
    /// Starts one before the server at an address, with more arguments.
    fn before(home: &Path, address: &str, more: &[&str]) -> Self {
        let to = format!("http://{address}");
        let keystone = format!("{to}/identity/v3");
        let args = [
            "proxy",
            "--to",
            &to,
            "--keystone",
            &keystone,
            "--listen",
            "127.0.0.1:0",
        ];
        let mut command = lookalike(home);
        command
            .args(args)
            .args(["--record", "recording.jsonl"])
            .args(more);
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let host = ready.strip_prefix("lookalike proxy ready at http://");
        let host = host.expect("a ready line").trim_end().to_owned();
        Self { child, host }
    }

    /// Sends bytes, and returns all that comes back.
    fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _cut = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a request with these lines of its head, and a body.
    fn ask(&self, line: &str, head: &str, body: &str) -> Answered {
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n{body}"
        );
        let answer = self.send(request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Answered {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Sends a request with a token and JSON.
    fn call(&self, token: &str, line: &str, body: &Value) -> Answered {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let head = format!("X-Auth-Token: {token}\r\nContent-Type: application/json\r\n");
        self.ask(line, &head, &body)
    }

    /// Logs in as the admin.
    fn log_in(&self) -> String {
        let user = json!({ "name": "admin", "domain": { "id": "default" }, "password": "secret" });
        let identity = json!({ "methods": ["password"], "password": { "user": user } });
        let scope = json!({ "project": { "name": "admin", "domain": { "id": "default" } } });
        let body = json!({ "auth": { "identity": identity, "scope": scope } });
        let answer = self.call("", "POST /identity/v3/auth/tokens", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.header("x-subject-token").to_owned()
    }

    /// Creates an image that can be filled, and returns its path.
    fn create_image(&self, token: &str) -> String {
        let image = json!({ "name": "one", "disk_format": "raw", "container_format": "bare" });
        let image = self.call(token, "POST /v2/images", &image).json();
        format!("/v2/images/{}", image["id"].as_str().unwrap())
    }

    /// Stops it in order.
    fn stop(mut self) {
        let kill = format!("kill -TERM {}", self.child.id());
        let told = std::process::Command::new("sh")
            .args(["-c", &kill])
            .status();
        assert!(told.unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[derive(Debug)]
struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

fn server(home: &TempDir) -> Server {
    Server::start(home.path(), &["--ephemeral"])
}

/// The exchanges in the recording.
fn recorded(home: &TempDir) -> Vec<Value> {
    let text = std::fs::read_to_string(home.path().join("recording.jsonl")).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Makes an image with data, reads it in several ways, shares it, and deletes it.
fn story(proxy: &Proxy) {
    let token = proxy.log_in();
    let none = Value::Null;
    let image = json!({ "name": "one", "disk_format": "raw", "container_format": "bare", "visibility": "shared" });
    let image = proxy.call(&token, "POST /v2/images", &image);
    assert!(
        image
            .header("location")
            .starts_with(&format!("http://{}/v2/", proxy.host)),
        "{image:?}"
    );
    let id = image.json()["id"].as_str().unwrap().to_owned();
    let data = format!("X-Auth-Token: {token}\r\nContent-Type: application/octet-stream\r\n");
    let put = proxy.ask(&format!("PUT /v2/images/{id}/file"), &data, "some bytes");
    assert_eq!(put.status, 204, "{put:?}");
    let head = format!("X-Auth-Token: {token}\r\n");
    let read = proxy.ask(&format!("GET /v2/images/{id}/file"), &head, "");
    assert_eq!(read.body, "some bytes");
    let part = proxy.ask(
        &format!("GET /v2/images/{id}/file"),
        &format!("{head}Range: bytes=0-3\r\n"),
        "",
    );
    assert_eq!((part.status, part.body.as_str()), (206, "some"));
    let head_only = proxy.ask(&format!("HEAD /v2/images/{id}/file"), &head, "");
    assert_eq!(head_only.body, "");
    let member = json!({ "member": "0123456789abcdef0123456789abcdef" });
    assert_eq!(
        proxy
            .call(&token, &format!("POST /v2/images/{id}/members"), &member)
            .status,
        200
    );
    assert_eq!(
        proxy.call(&token, "GET /v2/images?limit=1", &none).status,
        200
    );
    assert_eq!(
        proxy
            .call(&token, &format!("GET /v2/images/{id}"), &none)
            .status,
        200
    );
    assert_eq!(
        proxy
            .call(&token, &format!("DELETE /v2/images/{id}"), &none)
            .status,
        204
    );
    assert_eq!(
        proxy
            .call(&token, &format!("GET /v2/images/{id}"), &none)
            .status,
        404
    );
    assert_eq!(proxy.call("wrong", "GET /v2/images", &none).status, 401);
}

#[test]
fn everything_passes_and_the_recording_has_no_secret() {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &["--har", "recording.har"]);
    story(&proxy);
    proxy.stop();
    let text = std::fs::read_to_string(home.path().join("recording.jsonl")).unwrap();
    assert!(
        !text.contains("\"secret\"") && !text.contains("some bytes"),
        "{text}"
    );
    let exchanges = recorded(&home);
    assert_eq!(exchanges.len(), 12);
    assert!(
        exchanges
            .iter()
            .all(|exchange| exchange.get("aborted").is_none()),
        "{text}"
    );
    let password = "/request_body/auth/identity/password/user/password";
    assert_eq!(exchanges[0].pointer(password).unwrap(), "***2");
    let token = &exchanges[0]["response_headers"]["x-subject-token"];
    assert_eq!(*token, exchanges[1]["request_headers"]["x-auth-token"]);
    assert_eq!(exchanges[2]["request_data"]["bytes"], 10);
    let archive = std::fs::read_to_string(home.path().join("recording.har")).unwrap();
    let archive: Value = serde_json::from_str(&archive).unwrap();
    assert_eq!(archive["log"]["entries"].as_array().unwrap().len(), 12);
}

#[test]
fn version_documents_and_the_catalogue_lead_to_the_proxy() {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    let versions = proxy.ask("GET /", "Accept: application/json\r\n", "");
    let token = proxy.log_in();
    let catalogue = proxy.call(&token, "GET /identity/v3/auth/catalog", &Value::Null);
    let refused = proxy.call("wrong", "GET /v2/images", &Value::Null);
    assert!(
        refused.header("www-authenticate").contains(&proxy.host),
        "{refused:?}"
    );
    for answer in [versions, catalogue] {
        assert!(answer.body.contains(&proxy.host), "{answer:?}");
        assert!(!answer.body.contains(real.authority()), "{answer:?}");
    }
}

#[test]
fn an_upload_in_chunks_passes_while_it_comes() {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    let token = proxy.log_in();
    let path = proxy.create_image(&token) + "/file";
    let request = format!(
        "PUT {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Auth-Token: {token}\r\nExpect: 100-continue\r\n\
         Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n6\r\n bytes\r\n0\r\n\r\n",
        proxy.host
    );
    let answer = proxy.send(request.as_bytes());
    assert!(
        answer.starts_with("HTTP/1.1 100 ") && answer.contains("HTTP/1.1 204 "),
        "{answer}"
    );
    let back = proxy.ask(
        &format!("GET {path}"),
        &format!("X-Auth-Token: {token}\r\n"),
        "",
    );
    assert_eq!(back.body, "some bytes");
}

#[test]
fn a_file_that_exists_is_not_written_over() {
    let home = empty();
    std::fs::write(home.path().join("recording.jsonl"), "precious").unwrap();
    let args = [
        "proxy",
        "--to",
        "http://127.0.0.1:1",
        "--record",
        "recording.jsonl",
        "--listen",
        "127.0.0.1:0",
    ];
    let output = outcome(home.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("recording.jsonl exists"));
}
