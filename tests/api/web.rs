//! A web server that imports fetch from: one that serves well, and badly in every way asked for.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

/// What a server does with a request for `/PATH`; the last part of the path says what.
pub(crate) struct Web {
    address: String,
    held: Arc<Semaphore>,
    task: AbortHandle,
}

/// What is at `/data`.
pub(crate) const DATA: &str = "what is there to be had";

impl Web {
    pub(crate) async fn new() -> Self {
        Self::serving(DATA.into()).await
    }

    /// A server with other data.
    pub(crate) async fn serving(data: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let held = Arc::new(Semaphore::new(0));
        let (data, waits) = (Arc::new(data), Arc::clone(&held));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, Arc::clone(&data), Arc::clone(&waits)));
            }
        });
        Self {
            address,
            held,
            task: task.abort_handle(),
        }
    }

    /// The data, well served.
    pub(crate) fn data(&self) -> String {
        self.at("data")
    }

    /// The data, of which the second half comes when it is [`let_go`](Self::let_go).
    pub(crate) fn held(&self) -> String {
        self.at("held")
    }

    pub(crate) fn let_go(&self) {
        self.held.add_permits(1);
    }

    /// `short`: less data than was promised. `gone`: a 404. `away`: a redirect to where nobody may
    /// go. `here`: a redirect to the data. `endless`: data without a length.
    pub(crate) fn at(&self, what: &str) -> String {
        format!("{}/{what}", self.address)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, data: Arc<Vec<u8>>, gate: Arc<Semaphore>) {
    let path = request(&mut stream).await;
    let length = data.len();
    let found = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let to = |place: &str| {
        format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
    };
    let half = length / 2;
    let (head, body, rest) = match path.rsplit('/').next().unwrap() {
        "data" => (found(length), &data[..], &[][..]),
        "held" => (found(length), &data[..half], &data[half..]),
        "short" => (found(length + 10), &data[..], &[][..]),
        "endless" => ("HTTP/1.0 200 OK\r\n\r\n".to_owned(), &data[..], &[][..]),
        "away" => (to("http://169.254.169.254/x"), &[][..], &[][..]),
        "here" => (to("/data"), &[][..], &[][..]),
        _ => (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            &[][..],
            &[][..],
        ),
    };
    // Whoever asked may have gone.
    let _sent = stream.write_all(head.as_bytes()).await;
    let _sent = stream.write_all(body).await;
    if !rest.is_empty() {
        gate.acquire().await.unwrap().forget();
        let _sent = stream.write_all(rest).await;
    }
}

/// The path that is asked for.
async fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut block = [0; 1024];
    while !text.windows(4).any(|it| it == b"\r\n\r\n") {
        match stream.read(&mut block).await {
            Ok(read) if read > 0 => text.extend_from_slice(&block[..read]),
            _ => return String::new(),
        }
    }
    let text = String::from_utf8(text).unwrap();
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}
