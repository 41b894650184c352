//! A web server on 127.0.0.1 for tests: it sends the very bytes it is told to, true or not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// What is sent for a path, and whether the connection is then kept open in silence.
#[derive(Clone, Debug)]
pub enum Says {
    /// These bytes, and the end of the connection.
    All(String),
    /// These bytes, and then nothing more for ever.
    Stalls(String),
}

/// The server, until it is dropped.
#[derive(Debug)]
pub struct Liar {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    running: AbortHandle,
}

impl Liar {
    /// A server that has an answer for each of these paths.
    pub async fn with(answers: impl IntoIterator<Item = (&'static str, Says)>) -> Self {
        let answers = answers.into_iter().map(|(path, it)| (path.to_owned(), it));
        let answers: Arc<HashMap<_, _>> = Arc::new(answers.collect());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = asked.clone();
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, answers.clone(), heard.clone()));
            }
        });
        Self {
            port,
            asked,
            running: serving.abort_handle(),
        }
    }

    /// A server with one answer, at `/`.
    pub async fn saying(it: Says) -> Self {
        Self::with([("/", it)]).await
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The requests so far, in small letters.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn answer(
    mut socket: TcpStream,
    answers: Arc<HashMap<String, Says>>,
    heard: Arc<Mutex<Vec<String>>>,
) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    heard.lock().unwrap().push(request.to_ascii_lowercase());
    match answers.get(&path) {
        Some(Says::All(text)) => {
            socket.write_all(text.as_bytes()).await.ok();
        }
        Some(Says::Stalls(text)) => {
            socket.write_all(text.as_bytes()).await.ok();
            std::future::pending::<()>().await;
        }
        None => {
            let text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            socket.write_all(text.as_bytes()).await.ok();
        }
    }
}
