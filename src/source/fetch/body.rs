//! What a server sends, counted while it passes.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{StatusCode, header};
use reqwest::Response;
use tokio::time::timeout;

use super::FetchError;
use crate::domain::range::Part;

/// What is being fetched.
#[derive(Debug)]
pub struct Fetched {
    response: Response,
    /// How many bytes the server says that it sends.
    promised: Option<u64>,
    /// How many it may send.
    limit: u64,
    sent: u64,
    /// How many of the first are not wanted.
    skip: u64,
    /// How many are wanted behind those, where not all are.
    want: Option<u64>,
    idle: Duration,
}

impl Fetched {
    pub(super) fn all(response: Response, limit: u64, idle: Duration) -> Result<Self, FetchError> {
        let promised = response.content_length();
        if promised.is_some_and(|it| it > limit) {
            return Err(FetchError::TooLarge(limit));
        }
        Ok(Self {
            response,
            promised,
            limit,
            sent: 0,
            skip: 0,
            want: None,
            idle,
        })
    }

    pub(super) fn part(response: Response, part: Part, idle: Duration) -> Result<Self, FetchError> {
        let partial = response.status() == StatusCode::PARTIAL_CONTENT;
        if partial && first(&response) != Some(part.start) {
            return Err(FetchError::Part);
        }
        let skip = if partial { 0 } else { part.start };
        let want = part.end.saturating_sub(part.start).saturating_add(1);
        Ok(Self {
            skip,
            want: Some(want),
            ..Self::all(response, u64::MAX, idle)?
        })
    }

    /// The bytes. Where something is wrong with them, that is the last of the stream: what came before
    /// is not all there is.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, FetchError>> + Send + 'static {
        stream::unfold(Some(self), |it| async {
            let mut it = it?;
            match it.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(it))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// The next bytes that are wanted.
    async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        while self.want != Some(0) {
            let Some(mut bytes) = self.receive().await? else {
                return self.end().map(|()| None);
            };
            let skipped = length(&bytes).min(self.skip);
            self.skip -= skipped;
            drop(bytes.split_to(index(skipped, &bytes)));
            if let Some(want) = &mut self.want {
                bytes.truncate(index(*want, &bytes));
                *want -= length(&bytes);
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    async fn receive(&mut self) -> Result<Option<Bytes>, FetchError> {
        let came = timeout(self.idle, self.response.chunk()).await;
        let bytes = came
            .map_err(|_| FetchError::Slow(self.idle))?
            .map_err(|error| self.cut(&error))?;
        self.sent += bytes.as_ref().map_or(0, length);
        if self.sent > self.limit {
            return Err(FetchError::TooLarge(self.limit));
        }
        Ok(bytes)
    }

    /// What a connection that ended too early is a sign of.
    fn cut(&self, error: &reqwest::Error) -> FetchError {
        match self.promised {
            Some(promised) if self.sent < promised => FetchError::Length {
                promised,
                sent: self.sent,
            },
            _ => FetchError::broken(error),
        }
    }

    fn end(&self) -> Result<(), FetchError> {
        // Of a part, what is still wanted; else what the server had said.
        let promised = self.want.map(|it| self.sent.saturating_add(it));
        match promised.or(self.promised) {
            Some(promised) if promised != self.sent => Err(FetchError::Length {
                promised,
                sent: self.sent,
            }),
            _ => Ok(()),
        }
    }
}

/// Where the part begins that the server says it sends.
fn first(response: &Response) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?;
    let range = range.to_str().ok()?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.trim().parse().ok()
}

fn length(bytes: &Bytes) -> u64 {
    bytes.len() as u64
}

/// A place in these bytes, or their end.
fn index(at: u64, bytes: &Bytes) -> usize {
    usize::try_from(at).map_or(bytes.len(), |it| it.min(bytes.len()))
}
