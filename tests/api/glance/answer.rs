//! What the server said.

use std::ops::Index;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::seen;

/// An answer that has come whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    json: Value,
    path: String,
    host: String,
}

impl Answer {
    pub(super) async fn read(method: &Method, response: reqwest::Response, path: String) -> Self {
        let host = response.url().authority().to_owned();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let url = response.url().path().to_owned();
        let body = response.bytes().await.unwrap();
        seen::record(method, &url, status, &headers, &body);
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Self {
            status,
            headers,
            body,
            json,
            path,
            host,
        }
    }

    /// It has this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.text());
        self
    }

    /// It is an error with this explanation and no detail. `{id}` is the image of the request.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        let words = self.filled(words).trim().to_owned();
        assert_eq!(self.message(), (words, String::new()));
        self
    }

    /// It is an error with this detail, below the usual explanation of its status.
    #[track_caller]
    pub(crate) fn details(self, words: &str) -> Self {
        let usual = match self.status {
            403 => "Access was denied to this resource.",
            409 => "There was a conflict when trying to complete your request.",
            416 => "The Range requested is not available.",
            other => panic!("{other} has its words in the explanation: {}", self.text()),
        };
        assert_eq!(self.message(), (usual.to_owned(), self.filled(words)));
        self
    }

    /// It is an error whose explanation begins so.
    #[track_caller]
    pub(crate) fn begins(self, words: &str) -> Self {
        let (explanation, _) = self.message();
        assert!(
            explanation.starts_with(&self.filled(words)),
            "{explanation}"
        );
        self
    }

    /// It is the 404 that tells nothing.
    #[track_caller]
    pub(crate) fn tells_nothing(self) -> Self {
        self.is(404).says("The resource could not be found.")
    }

    /// The explanation and the detail of an error, without what is between and behind them.
    pub(crate) fn message(&self) -> (String, String) {
        let message = self.json["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", self.text()));
        let (explanation, detail) = message.split_once("<br /><br />").unwrap();
        (explanation.trim().to_owned(), detail.trim().to_owned())
    }

    fn filled(&self, words: &str) -> String {
        let rest = self.path.split_once("/images/").map_or("", |it| it.1);
        let id = rest.split('/').next().unwrap_or_default();
        words.replace("{id}", id)
    }

    /// The body, where it is JSON.
    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or("no text")
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// Whether it has a header.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The host and port that it came from.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The keys of the document, in order.
    pub(crate) fn keys(&self) -> Vec<&str> {
        self.json
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }
}

impl Index<&str> for Answer {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        &self.json[key]
    }
}
