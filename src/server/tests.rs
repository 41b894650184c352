//! Connections, seen from the client's side of the socket.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, put};
use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::accept::{Listeners, serve};
use super::drain::Drain;
use super::watch::ConnectionBounds;
use super::{Server as Real, StartError};
use crate::Config;
use crate::config::ConnectionOptions;
use crate::runtime::metrics::Metrics;

/// A router, as a connection calls it.
#[derive(Clone)]
struct Plain(Router);

impl hyper::service::Service<http::Request<hyper::body::Incoming>> for Plain {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = axum::routing::future::RouteFuture<std::convert::Infallible>;

    fn call(&self, request: http::Request<hyper::body::Incoming>) -> Self::Future {
        tower::Service::call(&mut self.0.clone(), request)
    }
}

/// A server with a route that waits, and one that refuses what it is sent.
struct Server {
    address: std::net::SocketAddr,
    entered: Arc<Notify>,
    go_on: Arc<Notify>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        Self::with(ConnectionBounds::from(&ConnectionOptions::default())).await
    }

    async fn with(bounds: ConnectionBounds) -> Self {
        let (entered, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (inside, wait) = (Arc::clone(&entered), Arc::clone(&go_on));
        let slow = async move || {
            inside.notify_one();
            wait.notified().await;
            "done"
        };
        let router = Router::new()
            .route("/", get(async || "hello"))
            .route("/slow", get(slow))
            .route("/refused", put(async || StatusCode::CONFLICT));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let drain = Drain {
            grace: Duration::from_secs(10),
            clouds: None,
        };
        let task = tokio::spawn(serve(
            Listeners {
                main: listener,
                tls: None,
                plain: None,
            },
            Plain(router),
            stop.clone(),
            drain,
            (bounds, Metrics::default()),
        ));
        Self {
            address,
            entered,
            go_on,
            stop,
            task,
        }
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// Reads until `end` has come.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let byte = stream.read_u8().await.unwrap();
        text.push(byte);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections() {
    let server = Server::start().await;
    let mut fresh = server.client().await;
    let mut used = server.client().await;
    send(&mut used, "GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
    read_until(&mut used, "hello").await;

    server.stop.cancel();

    tokio::time::timeout(Duration::from_secs(2), server.task)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(used.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(fresh.read(&mut [0]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_request_that_runs_is_answered_before_the_end() {
    let server = Server::start().await;
    let mut client = server.client().await;
    send(&mut client, "GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await;
    server.entered.notified().await;

    server.stop.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    server.go_on.notify_one();

    let answer = read_until(&mut client, "done").await.to_lowercase();
    assert!(answer.contains("connection: close"), "{answer}");
    server.task.await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_read_by_a_client_that_sends_everything_first() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let length = 8 << 20;
    let head = format!("PUT /refused HTTP/1.1\r\nhost: h\r\ncontent-length: {length}\r\n\r\n");
    send(&mut client, &head).await;

    client.write_all(&vec![7; length]).await.unwrap();

    let answer = read_until(&mut client, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 409"), "{answer}");
}

#[tokio::test]
async fn a_client_that_has_said_everything_still_gets_its_answer() {
    let server = Server::start().await;
    let mut client = server.client().await;
    send(&mut client, "GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await;
    client.shutdown().await.unwrap();
    server.entered.notified().await;
    server.go_on.notify_one();

    assert!(
        read_until(&mut client, "done")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn a_request_that_is_being_answered_does_not_give_way_to_connections_that_say_nothing() {
    let options = ConnectionOptions {
        max_connections: Some(8),
        ..ConnectionOptions::default()
    };
    let server = Server::with(ConnectionBounds::from(&options)).await;
    let mut client = server.client().await;
    send(&mut client, "GET /slow HTTP/1.1\r\nhost: h\r\n\r\n").await;
    server.entered.notified().await;

    // Each is answered, so that it was accepted, and then lies idle.
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut other = server.client().await;
        send(&mut other, "GET / HTTP/1.1\r\nhost: h\r\n\r\n").await;
        read_until(&mut other, "hello").await;
        idle.push(other);
    }
    server.go_on.notify_one();

    let answer = read_until(&mut client, "done").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn requests_may_come_before_the_answers_to_earlier_ones() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let one = "GET / HTTP/1.1\r\nhost: h\r\n\r\n";
    send(&mut client, &one.repeat(3)).await;

    for _ in 0..3 {
        assert!(
            read_until(&mut client, "hello")
                .await
                .starts_with("HTTP/1.1 200")
        );
    }
}

#[tokio::test]
async fn a_handle_that_is_dropped_takes_its_server_along() {
    let glance = Real::start().await.unwrap();
    let address = glance.address();
    assert!(TcpStream::connect(address).await.is_ok());

    drop(glance);

    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = Real::start().await.unwrap();
    let config = Config {
        listen: first.address(),
        ..Config::for_tests()
    };

    let second = Real::with(config).await;

    assert!(matches!(&second, Err(StartError::Listen(..))));
    let text = second
        .err()
        .map(|second| second.to_string())
        .unwrap_or_default();
    assert_eq!(
        text,
        format!(
            "cannot listen on {}: another program does already",
            first.address()
        )
    );
}
