//! An answer, recorded or of the server.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::recording::{BodyDigest, Exchange};

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum AnswerBody {
    None,
    /// A document, or a text where it is none.
    Kept(Value),
    /// What is known of other bytes.
    Digest(BodyDigest),
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct ComparedAnswer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: AnswerBody,
    /// The host by which the server was asked.
    pub(super) host: String,
}

impl ComparedAnswer {
    /// Returns the answer of a recording; none if the exchange did not come to its end.
    pub(super) fn recorded(exchange: &Exchange) -> Option<Self> {
        let status = exchange.status?;
        let body = match (&exchange.response_body, &exchange.response_data) {
            (Some(body), _) => AnswerBody::Kept(body.clone()),
            (None, Some(digest)) => AnswerBody::Digest(digest.clone()),
            (None, None) => AnswerBody::None,
        };
        let host = exchange.request_headers.get("host").cloned();
        Some(Self {
            status,
            headers: exchange.response_headers.clone(),
            body,
            host: host.unwrap_or_else(|| "localhost".into()),
        })
    }

    /// Returns the document in the body.
    pub(super) fn document(&self) -> Option<&Value> {
        match &self.body {
            AnswerBody::Kept(body) => Some(body),
            _ => None,
        }
    }

    /// Returns a field at the top of the document.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.document()?.get(name)?.as_str()
    }
}
