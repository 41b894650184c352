//! Server-sent events as they come.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::glance::Glance;

/// A stream of events that somebody listens to.
pub(crate) struct Events(tokio::io::Lines<BufReader<TcpStream>>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

impl Events {
    /// Listens at a path of the server, from behind an event where its id is given.
    pub(crate) async fn open(glance: &Glance, path: &str, last: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(glance.address()).await.unwrap();
        let host = glance.address();
        let last = last.map_or(String::new(), |id| format!("Last-Event-ID: {id}\r\n"));
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{last}Connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(stream).lines();
        let mut head = String::new();
        loop {
            match lines.next_line().await.unwrap().unwrap() {
                line if line.is_empty() => break,
                line => head += &line,
            }
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("text/event-stream"), "{head}");
        Self(lines)
    }

    /// The next event; nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let (mut name, mut id, mut data) = (String::new(), String::new(), Value::Null);
        while let Some(line) = self.0.next_line().await.unwrap() {
            match line.split_once(": ") {
                Some(("event", text)) => text.clone_into(&mut name),
                Some(("id", text)) => text.clone_into(&mut id),
                Some(("data", text)) => data = serde_json::from_str(text).unwrap(),
                _ if line.is_empty() && !name.is_empty() => return Some(Event { name, id, data }),
                // The end of the head's chunk sizes, or a comment that keeps the connection alive.
                _ => {}
            }
        }
        None
    }

    /// The types of the next notifications, so many.
    pub(crate) async fn types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        while types.len() < count {
            let event = self.next().await.unwrap();
            types.push(event.data["event_type"].as_str().unwrap().to_owned());
        }
        types
    }

    /// The next notification of this type, after others.
    pub(crate) async fn of_type(&mut self, event_type: &str) -> Value {
        loop {
            let event = self.next().await.unwrap();
            if event.data["event_type"] == event_type {
                return event.data;
            }
        }
    }
}
