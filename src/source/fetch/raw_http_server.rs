//! An HTTP server on 127.0.0.1 for tests, which sends given bytes, valid HTTP or not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// The bytes to send for a path, and the end of the connection behind them.
#[derive(Clone, Debug)]
pub enum CannedResponse {
    /// These bytes; then the connection is closed.
    Closing(String),
    /// These bytes; then the connection stays open without a further byte.
    Stalling(String),
    /// These bytes; then one more every 10 ms, without end.
    Dripping(String),
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct RawHttpServer {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    running: AbortHandle,
}

impl RawHttpServer {
    /// Starts a server with a response for each of these paths.
    pub async fn start(
        responses: impl IntoIterator<Item = (&'static str, CannedResponse)>,
    ) -> Self {
        let responses = responses
            .into_iter()
            .map(|(path, response)| (path.to_owned(), response));
        let responses: Arc<HashMap<_, _>> = Arc::new(responses.collect());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let recorded = requests.clone();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(respond(socket, responses.clone(), recorded.clone()));
            }
        });
        Self {
            port,
            requests,
            running: serving.abort_handle(),
        }
    }

    /// Starts a server with one response, at `/`.
    pub async fn with(response: CannedResponse) -> Self {
        Self::start([("/", response)]).await
    }

    /// Returns the URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns the port of the server.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the requests so far, in lower case.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().clone()
    }
}

impl Drop for RawHttpServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn respond(
    mut socket: TcpStream,
    responses: Arc<HashMap<String, CannedResponse>>,
    recorded: Arc<Mutex<Vec<String>>>,
) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    recorded.lock().push(request.to_ascii_lowercase());
    match responses.get(&path) {
        Some(CannedResponse::Closing(text)) => {
            socket.write_all(text.as_bytes()).await.ok();
        }
        Some(CannedResponse::Stalling(text)) => {
            socket.write_all(text.as_bytes()).await.ok();
            std::future::pending::<()>().await;
        }
        Some(CannedResponse::Dripping(text)) => {
            let mut sent = socket.write_all(text.as_bytes()).await;
            while sent.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
                sent = socket.write_all(b".").await;
            }
        }
        None => {
            let text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            socket.write_all(text.as_bytes()).await.ok();
        }
    }
}
