//! The body of a download, counted while it passes.

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{StatusCode, header};
use reqwest::Response;

use super::FetchError;
use super::patience::{Patience, Wait};
use crate::domain::range::ByteRange;

/// The body of a download.
#[derive(Debug)]
pub struct FetchedBody {
    response: Response,
    /// The `Content-Length` of the response, in bytes.
    announced: Option<u64>,
    /// The greatest number of bytes that it may have.
    limit: u64,
    /// The number of bytes received.
    received: u64,
    /// The number of bytes at the beginning to skip.
    skip: u64,
    /// The number of bytes to return behind those; `None` for all.
    remaining: Option<u64>,
    wait: Wait,
}

impl FetchedBody {
    pub(super) fn whole(
        response: Response,
        limit: u64,
        patience: Patience,
    ) -> Result<Self, FetchError> {
        let announced = response.content_length();
        if announced.is_some_and(|length| length > limit) {
            return Err(FetchError::TooLarge(limit));
        }
        Ok(Self {
            response,
            announced,
            limit,
            received: 0,
            skip: 0,
            remaining: None,
            wait: patience.begin(),
        })
    }

    pub(super) fn range(
        response: Response,
        part: ByteRange,
        patience: Patience,
    ) -> Result<Self, FetchError> {
        let partial = response.status() == StatusCode::PARTIAL_CONTENT;
        if partial && range_start(&response) != Some(part.start) {
            return Err(FetchError::WrongRange);
        }
        let skip = if partial { 0 } else { part.start };
        let length = part.end.saturating_sub(part.start).saturating_add(1);
        Ok(Self {
            skip,
            remaining: Some(length),
            ..Self::whole(response, u64::MAX, patience)?
        })
    }

    /// Returns all bytes, of which there are no more than the limit.
    ///
    /// # Errors
    /// Fails if the server does.
    pub async fn into_bytes(mut self) -> Result<Vec<u8>, FetchError> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// Returns the bytes. An error is the last item of the stream: the bytes before it are not complete.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, FetchError>> + Send + 'static {
        stream::unfold(Some(self), |body| async {
            let mut body = body?;
            match body.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(body))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// Returns the next bytes, without those to skip.
    async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        while self.remaining != Some(0) {
            let Some(mut bytes) = self.receive().await? else {
                return self.end().map(|()| None);
            };
            let skipped = length(&bytes).min(self.skip);
            self.skip -= skipped;
            drop(bytes.split_to(index(skipped, &bytes)));
            if let Some(remaining) = &mut self.remaining {
                bytes.truncate(index(*remaining, &bytes));
                *remaining -= length(&bytes);
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    async fn receive(&mut self) -> Result<Option<Bytes>, FetchError> {
        let size = |chunk: &reqwest::Result<Option<Bytes>>| match chunk {
            Ok(Some(bytes)) => length(bytes),
            _ => 0,
        };
        let received = self.wait.next(self.response.chunk(), size).await?;
        let bytes = received.map_err(|error| self.interrupted(&error))?;
        self.received += bytes.as_ref().map_or(0, length);
        if self.received > self.limit {
            return Err(FetchError::TooLarge(self.limit));
        }
        Ok(bytes)
    }

    /// Returns the error for a connection that ended too early.
    fn interrupted(&self, error: &reqwest::Error) -> FetchError {
        match self.announced {
            Some(announced) if self.received < announced => FetchError::Length {
                announced,
                received: self.received,
            },
            _ => FetchError::connection(error),
        }
    }

    fn end(&self) -> Result<(), FetchError> {
        // For a range the bytes that are missing, else the length that the server announced.
        let expected = self
            .remaining
            .map(|left| self.received.saturating_add(left));
        match expected.or(self.announced) {
            Some(announced) if announced != self.received => Err(FetchError::Length {
                announced,
                received: self.received,
            }),
            _ => Ok(()),
        }
    }
}

/// Returns the first byte of the range that the server says it sends.
fn range_start(response: &Response) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?;
    let range = range.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

fn length(bytes: &Bytes) -> u64 {
    bytes.len() as u64
}

/// Returns an offset within these bytes, at most their end.
fn index(offset: u64, bytes: &Bytes) -> usize {
    usize::try_from(offset).map_or(bytes.len(), |index| index.min(bytes.len()))
}
