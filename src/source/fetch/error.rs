//! The errors of a download.

use std::error::Error as _;
use std::time::Duration;

use http::StatusCode;

use crate::domain::scrub;
use crate::source::filter::FilterError;

/// An error of a download; the text is for logs and for the message of a task.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL does not pass the filter.
    #[error("the URL may not be fetched: {0}")]
    Refused(#[from] FilterError),
    /// The server redirects to a URL that does not pass the filter.
    #[error("the server redirects to {}, which may not be fetched: {reason}", scrub::url(.to))]
    Redirect {
        /// The URL.
        to: String,
        /// The reason of the filter.
        reason: FilterError,
    },
    /// There are too many redirects.
    #[error("the server redirects more than {0} times")]
    TooManyRedirects(usize),
    /// The connection failed, or ended before a response.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server sent nothing for this time.
    #[error("the server sent nothing for {} seconds", .0.as_secs_f64())]
    Timeout(Duration),
    /// The server did not send everything within this time.
    #[error("the server took longer than the {} seconds that a download may take", .0.as_secs_f64())]
    TooLong(Duration),
    /// The server sends fewer bytes than this in a second.
    #[error("the server sends fewer than {0} bytes a second")]
    TooSlow(u64),
    /// The token has characters that a header cannot have.
    #[error("the token cannot be sent in a header")]
    Token,
    /// The response is not a success.
    #[error("the server answers {0}")]
    Status(StatusCode),
    /// The contents are larger than this, in bytes.
    #[error("there are more bytes than the {0} that are allowed")]
    TooLarge(u64),
    /// The server sent another number of bytes than it announced.
    #[error("the server announced {announced} bytes, but sent {received}")]
    Length {
        /// The number announced.
        announced: u64,
        /// The number received.
        received: u64,
    },
    /// The server sends another range than the requested one.
    #[error("the server sends another range than the requested one")]
    WrongRange,
    /// The connection ended before the body did.
    #[error("the connection broke: {0}")]
    Connection(String),
}

impl FetchError {
    pub(super) fn unreachable(error: &reqwest::Error) -> Self {
        Self::Unreachable(cause(error))
    }

    pub(super) fn connection(error: &reqwest::Error) -> Self {
        Self::Connection(cause(error))
    }
}

/// Returns the text of the innermost error: the outer ones repeat the URL, which may have a password.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: Option<&dyn std::error::Error> = error.source();
    while let Some(next) = inner.and_then(std::error::Error::source) {
        inner = Some(next);
    }
    inner.map_or_else(
        || "the response is not HTTP".to_owned(),
        ToString::to_string,
    )
}
