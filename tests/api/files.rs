//! A web server with a few files on 127.0.0.1: what images are fetched from.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// What `/image` and each path below it holds.
pub(crate) const IMAGE: &str = "cirros";

/// The server, until it is dropped. `/image…` holds [`IMAGE`], `/whole…` too but without ranges,
/// `/empty` nothing, `/moved` leads to `/image`, and nothing else is there.
pub(crate) struct Files {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    running: AbortHandle,
}

impl Files {
    pub(crate) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&asked);
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, Arc::clone(&heard)));
            }
        });
        Self {
            port,
            asked,
            running: serving.abort_handle(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far, in small letters.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn answer(mut socket: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if socket.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let request = String::from_utf8(request).unwrap().to_ascii_lowercase();
    heard.lock().unwrap().push(request.clone());
    let path = request.split(' ').nth(1).unwrap();
    let mut text = found(path, &request);
    if request.starts_with("head ") {
        let end = text.find("\r\n\r\n").unwrap() + 4;
        text.truncate(end);
    }
    socket.write_all(text.as_bytes()).await.ok();
}

fn found(path: &str, request: &str) -> String {
    let range = request.split_once("range: bytes=").map(|(_, it)| it);
    let whole = |body: &str| {
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    match path {
        "/moved" => "HTTP/1.1 302 Found\r\nLocation: /image\r\nContent-Length: 0\r\n\r\n".into(),
        "/away" => {
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
                .into()
        }
        "/empty" => whole(""),
        path if path.starts_with("/whole") => whole(IMAGE),
        path if path.starts_with("/image") => match range {
            Some(range) => {
                let range = range.split_once("\r\n").unwrap().0;
                let (start, end) = range.split_once('-').unwrap();
                let (start, end) = (start.parse().unwrap(), end.parse::<usize>().unwrap());
                let body = &IMAGE[start..=end];
                let (length, all) = (body.len(), IMAGE.len());
                format!(
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{end}/{all}\r\n\
                     Content-Length: {length}\r\n\r\n{body}"
                )
            }
            None => whole(IMAGE),
        },
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
    }
}
