//! The log of data that the server refuses.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::{Server, empty};

/// The answer to a request of an admin, for a server with `--auth fake`.
fn answer(server: &Server, request: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: root:admin:admin,member,reader\r\n{headers}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A new image in the format qcow2; its id.
fn image(server: &Server) -> String {
    let fields = r#"{"name":"a","disk_format":"qcow2","container_format":"bare"}"#;
    let json = "Content-Type: application/json";
    let answer = answer(server, "POST /v2/images", json, fields);
    let (_, image) = answer.split_once("\r\n\r\n").unwrap();
    let image: Value = serde_json::from_str(image).unwrap();
    image["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_reason_is_logged_with_the_id_of_the_image() {
    let home = empty();
    let options = ["--ephemeral", "--auth", "fake", "--image_size_cap", "20"];
    let mut server = Server::start(home.path(), &options);
    let mut log = server.child.stderr.take().unwrap();
    let data = "Content-Type: application/octet-stream";
    let sized = format!("{data}\r\nX-OpenStack-Image-Size: 3");
    let cases = [
        (data, "no qcow2", 415, "qcow2"),
        (&sized, "no three", 400, "expected 3 bytes"),
        (data, "longer than the limit allows", 413, "too large"),
    ]
    .map(|(headers, body, status, reason)| {
        let id = image(&server);
        let path = format!("PUT /v2/images/{id}/file");
        let answer = answer(&server, &path, headers, body);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        (id, status, reason)
    });
    server.end("TERM");
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    for (id, status, reason) in cases {
        let lines = text
            .lines()
            .filter(|line| line.contains("refused the data"));
        let mut lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let line = lines.find(|line| line["image"] == *id).expect(&text);
        assert_eq!(line["status"], status);
        assert!(line["reason"].as_str().unwrap().contains(reason), "{line}");
        // Its span has the id of the request.
        assert!(line.to_string().contains("req-"), "{line}");
    }
}
