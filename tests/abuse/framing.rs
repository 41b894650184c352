//! Requests that two readers could take for different ones: what the server answers to each, byte for byte as it comes.
//! A request that is hidden in another one is never answered.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::glance::{Glance, glance};

/// A request that must not be found in the body of another one: it would be answered with 200.
const HIDDEN: &str = "GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n";

/// Sends these bytes and nothing more, and returns all that comes back.
async fn exchange(glance: &Glance, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(glance.address()).await.unwrap();
    // The server may close before it has read all of it.
    stream.write_all(bytes).await.ok();
    stream.shutdown().await.ok();
    let mut all = Vec::new();
    let read = stream.read_to_end(&mut all);
    let read = tokio::time::timeout(Duration::from_secs(10), read);
    read.await.unwrap().ok();
    String::from_utf8_lossy(&all).into_owned()
}

/// The statuses of all answers that came.
fn statuses(text: &str) -> Vec<u16> {
    let begins = text.split("HTTP/1.1 ").skip(1);
    begins.map(|rest| rest[..3].parse().unwrap()).collect()
}

/// Fails if any of these requests gets other answers than those beside it.
async fn are_answered(requests: &[(String, &[u16])]) {
    let glance = glance().await;
    let mut wrong = Vec::new();
    for (request, wanted) in requests {
        let text = exchange(&glance, request.as_bytes()).await;
        let got = statuses(&text);
        if got != *wanted {
            let request: String = request.chars().take(200).collect();
            wrong.push(format!("{request:?} {wanted:?}: {got:?}"));
        }
        // Whatever came, the next client is served.
        glance.nobody().get("/healthcheck").await.is(200);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /v2/images HTTP/1.1\r\nHost: h\r\n{headers}\r\n{body}")
}

fn get(head: &str) -> String {
    format!("{head}\r\n{HIDDEN}")
}

#[tokio::test]
async fn a_body_has_one_length() {
    let length = HIDDEN.len();
    let chunk = format!("{length:x}\r\n{HIDDEN}\r\n0\r\n\r\n");
    let empty = format!("0\r\n\r\n{HIDDEN}");
    let sized = |headers: &str, status: &'static [u16]| (post(headers, HIDDEN), status);
    let chunked = |headers: &str, status: &'static [u16]| (post(headers, &chunk), status);
    are_answered(&[
        sized("Content-Length: 38\r\n", &[401]),
        sized("Content-Length: 38\r\nContent-Length: 38\r\n", &[401]),
        sized("Content-Length: 0\r\nContent-Length: 38\r\n", &[400]),
        sized("Content-Length: 38\r\nContent-Length: 0\r\n", &[400]),
        sized("Content-Length: 0, 38\r\n", &[400]),
        sized("Content-Length: -1\r\n", &[400]),
        sized("Content-Length: +38\r\n", &[400]),
        sized("Content-Length: 0x26\r\n", &[400]),
        sized("Content-Length: 3 8\r\n", &[400]),
        sized("Content-Length: \r\n", &[400]),
        sized("Content-Length: 18446744073709551616\r\n", &[400]),
        sized("Content-Length: 18446744073709551615\r\n", &[431]),
        sized(
            "Transfer-Encoding: identity\r\nContent-Length: 38\r\n",
            &[400],
        ),
        chunked("Transfer-Encoding: chunked\r\n", &[401]),
        chunked("Transfer-Encoding: Chunked \r\n", &[401]),
        chunked("Transfer-Encoding: xchunked\r\n", &[400]),
        chunked("Transfer-Encoding: chunked, identity\r\n", &[400]),
        chunked("Transfer-Encoding: identity, chunked\r\n", &[400]),
        chunked("Transfer-Encoding : chunked\r\n", &[400]),
        chunked("Transfer-Encoding:\u{b}chunked\r\n", &[400]),
        chunked(" Transfer-Encoding: chunked\r\n", &[400]),
        chunked("X: y\r\n Transfer-Encoding: chunked\r\n", &[400]),
        chunked("Transfer-Encoding:\r\n chunked\r\n", &[400]),
        // Both: the chunks count, and the connection ends behind the answer (RFC 9112 §6.1).
        (
            post(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                &empty,
            ),
            &[401],
        ),
        (
            post(
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                &empty,
            ),
            &[401],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_chunk_has_one_size() {
    let head = "PUT /v2/images/x/file HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\
                X-Auth-Token: alice:alice-project:member,reader\r\nContent-Type: application/octet-stream\r\n\r\n";
    let chunks = |text: &str| format!("{head}{text}{HIDDEN}");
    are_answered(&[
        (chunks("0\r\n\r\n"), &[404, 200]),
        (chunks("1\r\nx\r\n0\r\n\r\n"), &[404, 200]),
        (chunks("1;name=value\r\nx\r\n0\r\n\r\n"), &[404, 200]),
        (chunks("0\r\nX-Trailer: y\r\n\r\n"), &[404, 200]),
        (chunks("-1\r\nx\r\n0\r\n\r\n"), &[404]),
        (chunks("0x1\r\nx\r\n0\r\n\r\n"), &[404]),
        (chunks("+1\r\nx\r\n0\r\n\r\n"), &[404]),
        (chunks("\r\nx\r\n0\r\n\r\n"), &[404]),
        (chunks("fffffffffffffffff\r\nx\r\n0\r\n\r\n"), &[404]),
        (chunks("1\nx\n0\n\n"), &[404]),
        (chunks("1\r\nxy\r\n0\r\n\r\n"), &[404]),
        (chunks("1\r\nx0\r\n\r\n"), &[404]),
        (
            chunks(&format!("1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(1 << 20))),
            &[404],
        ),
        (
            chunks(&format!("0\r\n{}\r\n", "X: y\r\n".repeat(2000))),
            &[404],
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_request_line_has_one_meaning() {
    let line = |line: &str| get(&format!("{line}\r\nHost: h\r\n"));
    are_answered(&[
        (line("GET /healthcheck HTTP/1.1"), &[200, 200]),
        (line("GET http://h/healthcheck HTTP/1.1"), &[200, 200]),
        (line("GET http://other/healthcheck HTTP/1.1"), &[200, 200]),
        (line("OPTIONS * HTTP/1.1"), &[200, 200]),
        (line("CONNECT h:80 HTTP/1.1"), &[300, 200]),
        (line("PRI * HTTP/2.0"), &[400]),
        (line("GET /healthcheck HTTP/2.0"), &[400]),
        (line("GET /healthcheck HTTP/1.2"), &[400]),
        (line("GET /healthcheck http/1.1"), &[400]),
        (line("GET /healthcheck"), &[400]),
        (line("GET  /healthcheck HTTP/1.1"), &[400]),
        (line("GET /health check HTTP/1.1"), &[400]),
        (line("GET /healthcheck\tHTTP/1.1"), &[400]),
        (line("GET /health\0check HTTP/1.1"), &[400]),
        (line("GET /healthcheck#x HTTP/1.1"), &[200, 200]),
        (line("GET healthcheck HTTP/1.1"), &[300, 200]),
        (line("GET \\healthcheck HTTP/1.1"), &[400]),
        (line("G\0T /healthcheck HTTP/1.1"), &[400]),
        (line("get /healthcheck HTTP/1.1"), &[200, 200]),
        (line(" GET /healthcheck HTTP/1.1"), &[400]),
        (
            line(&format!("GET /{} HTTP/1.1", "x".repeat(1 << 20))),
            &[431],
        ),
        ("GET /healthcheck\r\n".to_owned(), &[400]),
        ("\r\n\r\n".repeat(10) + HIDDEN, &[200]),
        ("\x16\x03\x01\x02\0\x01\0".to_owned(), &[400]),
        (HIDDEN.repeat(20), &[200; 20]),
    ])
    .await;
}

#[tokio::test]
async fn a_header_has_one_name_and_one_line() {
    let header = |text: &str| get(&format!("GET /healthcheck HTTP/1.1\r\nHost: h\r\n{text}"));
    let many = |count: usize| {
        let headers: Vec<_> = (0..count)
            .map(|number| format!("X-{number}: y\r\n"))
            .collect();
        headers.concat()
    };
    are_answered(&[
        (header("X: y\r\n"), &[200, 200]),
        (header("X:\r\n"), &[200, 200]),
        (header("X: y\n"), &[200, 200]),
        (header("X : y\r\n"), &[400]),
        (header("X y\r\n"), &[400]),
        (header(": y\r\n"), &[400]),
        (header("X: y\0\r\n"), &[400]),
        (header("X\0: y\r\n"), &[400]),
        (header("X: y\rz\r\n"), &[400]),
        (header("X: y\r\n z\r\n"), &[400]),
        (header("X: y\r\n\tz\r\n"), &[400]),
        (header("X: \u{7f}\r\n"), &[400]),
        (header("Ä: y\r\n"), &[400]),
        (header(&many(99)), &[200, 200]),
        (header(&many(100)), &[431]),
        (header(&format!("X: {}\r\n", "y".repeat(1 << 20))), &[431]),
        (header(&format!("{}: y\r\n", "X".repeat(1 << 17))), &[431]),
    ])
    .await;
}
