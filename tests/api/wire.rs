//! Clients that do not behave: they stop half-way, or do not listen before they have said all.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::glance::{Glance, Image, Person};

/// One connection, written to by hand.
pub(crate) struct Wire(TcpStream);

impl Wire {
    /// Begins an upload of alice's and sends these headers, each ended by `\r\n`, but no data.
    pub(crate) async fn upload(glance: &Glance, image: &Image, headers: &str) -> Self {
        let head = format!(
            "PUT {} HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\
             X-Auth-Token: alice:alice-project:member,reader\r\n\
             Content-Type: application/octet-stream\r\n{headers}\r\n",
            image.at("/file")
        );
        let mut wire = Self::open(glance).await;
        wire.send(head).await;
        wire
    }

    /// Begins an upload of alice's, sends half of the data, and waits until the server takes it.
    pub(crate) async fn upload_half(glance: &Glance, image: &Image, data: &[u8]) -> Self {
        let length = format!("Content-Length: {}\r\n", data.len());
        let mut wire = Self::upload(glance, image, &length).await;
        wire.send(&data[..data.len() / 2]).await;
        until(&glance.person("alice"), image, "saving").await;
        wire
    }

    pub(crate) async fn open(glance: &Glance) -> Self {
        Self(TcpStream::connect(glance.address()).await.unwrap())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the connection ends, and of what it ends if not in order.
    pub(crate) async fn all(mut self) -> (Vec<u8>, Option<std::io::ErrorKind>) {
        let mut all = Vec::new();
        let mut block = vec![0; 4096];
        loop {
            match self.0.read(&mut block).await {
                Ok(0) => return (all, None),
                Ok(read) => all.extend(&block[..read]),
                Err(error) => return (all, Some(error.kind())),
            }
        }
    }

    /// The status and the rest of the one answer that comes.
    pub(crate) async fn answer(mut self) -> (u16, String) {
        let mut text = String::new();
        let mut block = vec![0; 4096];
        while !complete(&text) {
            let read = self.0.read(&mut block).await.unwrap();
            assert_ne!(read, 0, "the answer broke off: {text}");
            text.push_str(std::str::from_utf8(&block[..read]).unwrap());
        }
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text)
    }
}

/// Whether an answer has all that its `Content-Length` says.
fn complete(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|it| it.strip_prefix("content-length: "));
    length.is_none_or(|it| body.len() >= it.parse().unwrap())
}

/// Asks until the image has this status.
pub(crate) async fn until(person: &Person, image: &Image, status: &str) -> Image {
    loop {
        let seen = person.see(image).await;
        if seen["status"] == status {
            return seen;
        }
    }
}
