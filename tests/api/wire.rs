//! Clients that do not behave: they stop half-way, or do not listen before they have said all.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::glance::{Glance, Image, Person};

/// One connection, written to by hand.
pub(crate) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

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
        Self {
            stream: TcpStream::connect(glance.address()).await.unwrap(),
            read: Vec::new(),
        }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the connection ends, and of what it ends if not in order.
    pub(crate) async fn all(mut self) -> (Vec<u8>, Option<std::io::ErrorKind>) {
        let mut all = std::mem::take(&mut self.read);
        let mut block = vec![0; 4096];
        loop {
            match self.stream.read(&mut block).await {
                Ok(0) => return (all, None),
                Ok(read) => all.extend(&block[..read]),
                Err(error) => return (all, Some(error.kind())),
            }
        }
    }

    /// The status and the rest of the one answer that comes.
    pub(crate) async fn answer(mut self) -> (u16, String) {
        let (status, head, body) = self.read_answer().await;
        (status, format!("{head}\r\n\r\n{body}"))
    }

    /// The statuses and bodies of as many answers.
    pub(crate) async fn answers(mut self, count: usize) -> Vec<(u16, String)> {
        let mut answers = Vec::new();
        for _ in 0..count {
            answers.push(self.next_answer().await);
        }
        answers
    }

    /// The status and the body of the next answer.
    pub(crate) async fn next_answer(&mut self) -> (u16, String) {
        let (status, _, body) = self.read_answer().await;
        (status, body)
    }

    /// The next answer: status, head and body. What comes after it is kept.
    async fn read_answer(&mut self) -> (u16, String, String) {
        loop {
            if let Some((status, head, end)) = complete(&self.read) {
                let answer: Vec<u8> = self.read.drain(..end).collect();
                let body = answer[head.len() + 4..].to_vec();
                return (status, head, String::from_utf8(body).unwrap());
            }
            let mut block = [0; 4096];
            let read = self.stream.read(&mut block).await.unwrap();
            let so_far = String::from_utf8_lossy(&self.read);
            assert_ne!(read, 0, "the answer broke off: {so_far}");
            self.read.extend(&block[..read]);
        }
    }
}

/// The status, the head and the length of the first answer among these bytes, once all of it is there.
fn complete(bytes: &[u8]) -> Option<(u16, String, usize)> {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let lower = head.to_lowercase();
    let mut headers = lower.lines();
    let length = headers.find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (bytes.len() >= end + 4 + length).then_some((status, head, end + 4 + length))
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
