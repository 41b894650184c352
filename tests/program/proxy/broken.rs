//! Servers that are away or break off, clients that go away, and a proxy that is killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{Proxy, empty, lookalike, outcome, recorded, server};

/// A server that reads the beginning of one request, answers with these bytes and closes the connection.
fn answering(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut start = [0; 4096];
        let _read = stream.read(&mut start).unwrap();
        stream.write_all(bytes).unwrap();
    });
    address
}

/// Waits until the recording has so many exchanges.
fn wait_for(home: &TempDir, count: usize) -> Vec<Value> {
    let begin = Instant::now();
    loop {
        let exchanges = recorded(home);
        if exchanges.len() >= count || begin.elapsed() > Duration::from_secs(20) {
            return exchanges;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_server_that_is_away_is_said_to_be() {
    let home = empty();
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let proxy = Proxy::before(home.path(), &gone.to_string(), &[]);
    let answer = proxy.ask("GET /v2/images", "", "");
    assert_eq!(answer.status, 502);
    let expected = format!("lookalike proxy: http://{gone}/v2/images does not answer");
    assert!(answer.body.contains(&expected), "{answer:?}");
    proxy.stop();
    assert!(
        recorded(&home)[0]["fault"]
            .as_str()
            .unwrap()
            .contains("does not answer")
    );
}

#[test]
fn an_answer_that_breaks_off_does_so_for_the_client() {
    let home = empty();
    let server = answering(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"images\"");
    let proxy = Proxy::before(home.path(), &server, &[]);
    let answer = proxy.ask("GET /v2/images", "", "");
    assert_eq!(answer.status, 200);
    assert!(answer.body.len() < 100, "{answer:?}");
    proxy.stop();
    let exchange = &recorded(&home)[0];
    assert_eq!(exchange["aborted"], true, "{exchange}");
}

#[test]
fn headers_of_one_connection_stay_on_it() {
    let home = empty();
    let server = answering(
        b"HTTP/1.1 200 OK\r\nConnection: x-mine\r\nX-Mine: 1\r\nX-Other: 2\r\nKeep-Alive: 5\r\nContent-Length: 0\r\n\r\n",
    );
    let proxy = Proxy::before(home.path(), &server, &[]);
    let answer = proxy.ask("GET /v2/images", "", "");
    assert_eq!(answer.header("x-other"), "2");
    assert_eq!(
        (answer.header("x-mine"), answer.header("keep-alive")),
        ("", "")
    );
}

#[test]
fn an_upload_that_the_client_gives_up_ends_at_the_server() {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    let token = proxy.log_in();
    let path = proxy.create_image(&token);
    let mut stream = TcpStream::connect(&proxy.host).unwrap();
    let head = format!(
        "PUT {path}/file HTTP/1.1\r\nHost: h\r\nX-Auth-Token: {token}\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: 1000\r\n\r\nhalf"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let status = || {
        let shown = proxy.call(&token, &format!("GET {path}"), &Value::Null);
        shown.json()["status"].as_str().unwrap().to_owned()
    };
    let begin = Instant::now();
    while status() != "saving" && begin.elapsed() < Duration::from_secs(20) {
        std::thread::yield_now();
    }
    drop(stream);
    while status() != "queued" && begin.elapsed() < Duration::from_secs(40) {
        std::thread::yield_now();
    }
    assert_eq!(status(), "queued");
    let exchanges = recorded(&home);
    let upload = exchanges
        .iter()
        .find(|exchange| exchange["method"] == "PUT")
        .unwrap();
    assert_eq!(upload["aborted"], true);
    assert_eq!(upload["status"], Value::Null);
}

#[test]
fn a_proxy_that_is_killed_leaves_whole_lines() {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &["--har", "recording.har"]);
    let _token = proxy.log_in();
    assert_eq!(proxy.ask("GET /", "", "").status, 300);
    assert_eq!(wait_for(&home, 2).len(), 2);
    drop(proxy);
    let archive = std::fs::read_to_string(home.path().join("recording.har")).unwrap();
    assert!(serde_json::from_str::<Value>(&archive).is_ok(), "{archive}");
    let output = outcome(home.path(), &["compare", "recording.jsonl"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_identity_api_is_there_only_with_a_keystone() {
    let home = empty();
    let args = [
        "proxy",
        "--to",
        "http://127.0.0.1:1",
        "--record",
        "recording.jsonl",
        "--listen",
        "127.0.0.1:0",
    ];
    let mut child = lookalike(home.path()).args(args).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    let host = ready.rsplit("//").next().unwrap().trim_end().to_owned();
    let proxy = Proxy { child, host };
    let answer = proxy.ask("GET /identity/v3", "", "");
    assert_eq!(answer.status, 502);
    assert!(answer.body.contains("without --keystone"));
}
