//! The end of a server while clients are connected.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::{Server, empty};

/// The token of an admin, for a server with `--auth fake`.
const TOKEN: &str = "X-Auth-Token: root:admin:admin,member,reader";

/// An upload that has begun: half of its 8 bytes are sent.
struct Upload(TcpStream);

impl Upload {
    fn begin(server: &Server) -> Self {
        let body = r#"{"name":"a","disk_format":"raw","container_format":"bare"}"#;
        let answer = answer(server, "POST /v2/images", body);
        let (_, image) = answer.split_once("\r\n\r\n").unwrap();
        let image: Value = serde_json::from_str(image).unwrap();
        let file = image["file"].as_str().unwrap();
        let mut stream = TcpStream::connect(server.authority()).unwrap();
        write!(
            stream,
            "PUT {file} HTTP/1.1\r\nHost: h\r\n{TOKEN}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf"
        )
        .unwrap();
        // Until the server reads it.
        let saving = || {
            let path = file.trim_end_matches("/file");
            let answer = self::answer(server, &format!("GET {path}"), "");
            answer.contains(r#""status":"saving""#) || answer.contains(r#""status": "saving""#)
        };
        while !saving() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Self(stream)
    }

    fn finish(mut self) -> String {
        self.0.write_all(b"rest").unwrap();
        let mut answer = String::new();
        // The connection ends with the server.
        self.0.read_to_string(&mut answer).ok();
        answer
    }
}

#[test]
fn a_signal_during_an_upload_answers_it_and_ends_the_server_within_five_seconds() {
    let home = empty();
    let mut server = Server::start(home.path(), &["--ephemeral", "--auth", "fake"]);
    let mut log = server.child.stderr.take().unwrap();
    let mut upload = Upload::begin(&server);
    let (status, time) = server.end("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(5), "{time:?}");
    let mut answer = String::new();
    upload.0.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("shutting down"), "{answer}");
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    let line = |message: &str| -> Value {
        let line = text.lines().find(|line| line.contains(message));
        serde_json::from_str(line.expect(&text)).unwrap()
    };
    let waits = line("waiting for requests to end");
    assert_eq!(
        (&waits["uploads"], &waits["connections"]),
        (&1.into(), &1.into())
    );
    assert_eq!(waits["grace_s"], 3);
    assert_eq!(line("did not end in time")["connections"], 1);
}

#[test]
fn an_upload_that_ends_within_the_grace_is_answered() {
    let home = empty();
    let options = ["--ephemeral", "--auth", "fake", "--shutdown-grace", "60"];
    let server = Server::start(home.path(), &options);
    let upload = Upload::begin(&server);
    let ending = std::thread::spawn(move || server.end("TERM"));
    std::thread::sleep(Duration::from_millis(700));
    assert!(!ending.is_finished());
    let answer = upload.finish();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let (status, time) = ending.join().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(30), "{time:?}");
}

/// The answer to a request with a body, on a connection of its own.
fn answer(server: &Server, request: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: localhost\r\n{TOKEN}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_goes_on_after_its_request_was_answered_ends_with_the_grace() {
    let home = empty();
    let options = ["--ephemeral", "--auth", "fake", "--shutdown-grace", "1"];
    let server = Server::start(home.path(), &options);
    let rules = r#"{"saving": {"seconds": 3600}}"#;
    let set = answer(&server, "PUT /_lookalike/pace", rules);
    assert!(set.starts_with("HTTP/1.1 200"), "{set}");
    let upload = Upload::begin(&server).finish();
    assert!(upload.starts_with("HTTP/1.1 204"), "{upload}");
    let (status, time) = server.end("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(3), "{time:?}");
}

#[test]
fn without_grace_an_upload_is_cut_off_at_once() {
    let home = empty();
    let options = ["--ephemeral", "--auth", "fake", "--shutdown-grace", "0"];
    let server = Server::start(home.path(), &options);
    let _upload = Upload::begin(&server);
    let (status, time) = server.end("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(time < Duration::from_secs(2), "{time:?}");
}
