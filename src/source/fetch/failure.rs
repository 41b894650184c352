//! Why nothing, or not all, could be fetched.

use std::error::Error as _;
use std::time::Duration;

use http::StatusCode;

use crate::source::filter::Refusal;

/// Why nothing, or not all, could be fetched; the words are for logs and for the message of a task.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL may not be fetched.
    #[error("the URL may not be fetched: {0}")]
    Refused(#[from] Refusal),
    /// The server sends its reader on to a URL that may not be fetched.
    #[error("the server redirects to {to}, which may not be fetched: {why}")]
    Redirect {
        /// The URL.
        to: String,
        /// Why not.
        why: Refusal,
    },
    /// The server sends its reader on and on.
    #[error("the server redirects more than {0} times")]
    Redirects(usize),
    /// There is no connection, or it ended before an answer.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server said nothing for as long as this.
    #[error("the server said nothing for {} seconds", .0.as_secs_f64())]
    Slow(Duration),
    /// The server answers, but with no bytes.
    #[error("the server answers {0}")]
    Status(StatusCode),
    /// There is more than is allowed.
    #[error("there are more bytes than the {0} that are allowed")]
    TooLarge(u64),
    /// Another number of bytes came than the server had said.
    #[error("the server said that it sends {promised} bytes, but sent {sent}")]
    Length {
        /// How many were to come.
        promised: u64,
        /// How many came.
        sent: u64,
    },
    /// The server answers a question for a part with another part.
    #[error("the server sends another part than was asked for")]
    Part,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
}

impl FetchError {
    pub(super) fn unreachable(error: &reqwest::Error) -> Self {
        Self::Unreachable(cause(error))
    }

    pub(super) fn broken(error: &reqwest::Error) -> Self {
        Self::Broken(cause(error))
    }
}

/// The innermost words: those around them repeat the URL, in which there may be a password.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: Option<&dyn std::error::Error> = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(|| "it is no HTTP".to_owned(), ToString::to_string)
}
