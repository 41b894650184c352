//! Bodies that are read as a whole: no further than a size, and no longer than a time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use tokio::time::timeout;

use crate::Error;

/// The bounds of a body that is read as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyBounds {
    /// The most bytes.
    pub(crate) size: u64,
    /// The longest time in which they come.
    pub(crate) time: Duration,
}

/// Why a body could not be read as a whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// It has more bytes than this.
    #[error("A body may have {0} bytes at the most.")]
    TooLarge(u64),
    /// It did not come within this time.
    #[error("The body of the request did not come within {} seconds.", .0.as_secs_f64())]
    TooSlow(Duration),
    /// The client went away.
    #[error("{0}")]
    Broken(String),
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        let text = error.to_string();
        match error {
            BodyError::TooLarge(_) => Self::TooLarge(text),
            BodyError::TooSlow(_) => Self::ClientTooSlow(text),
            BodyError::Broken(_) => Self::ClientDisconnected(text),
        }
    }
}

/// Reads a body as a whole. One that says that it is too large is refused before any of it is read.
///
/// # Errors
///
/// Fails if the body is larger than its bounds, takes longer than they allow, or breaks off.
pub(crate) async fn read_whole(body: Body, bounds: BodyBounds) -> Result<Bytes, BodyError> {
    let too_large = BodyError::TooLarge(bounds.size);
    if body.size_hint().lower() > bounds.size {
        return Err(too_large);
    }
    let most = usize::try_from(bounds.size).unwrap_or(usize::MAX);
    let Ok(read) = timeout(bounds.time, to_bytes(body, most)).await else {
        return Err(BodyError::TooSlow(bounds.time));
    };
    read.map_err(|error| match error.to_string() {
        text if text.contains("length limit") => too_large,
        text => BodyError::Broken(text),
    })
}
