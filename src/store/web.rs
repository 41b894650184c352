//! The web as a store: images that lie on other servers and are fetched whenever they are read.

use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryFutureExt, TryStreamExt};
use http::StatusCode;

use super::Content;
use crate::domain::range::ByteRange;
use crate::source::fetch::{FetchError, FetchedBody, Fetcher};

/// Where images on the web are fetched, by the rules in force.
#[derive(Debug)]
pub(super) struct Web(ArcSwap<Fetcher>);

/// An image on the web.
#[derive(Clone, Debug)]
pub struct Page {
    web: Arc<Web>,
    url: String,
    size: u64,
}

impl Web {
    pub(super) fn new(fetch: Fetcher) -> Self {
        Self(ArcSwap::from_pointee(fetch))
    }

    /// Fetches by other rules from now on.
    pub(super) fn change(&self, fetch: Fetcher) {
        self.0.store(Arc::new(fetch));
    }

    pub(super) async fn open(self: &Arc<Self>, url: &str) -> io::Result<Option<Content>> {
        let fetch = self.0.load_full();
        match fetch.content_length(url).await {
            Ok(Some(size)) => Ok(Some(Content::Web(Page {
                web: Arc::clone(self),
                url: url.to_owned(),
                size,
            }))),
            Ok(None) => Err(io::Error::other(
                "the server does not say how many bytes there are",
            )),
            Err(FetchError::Status(StatusCode::NOT_FOUND)) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Page {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn part(
        self,
        part: ByteRange,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let fetching = async move { self.web.0.load_full().get_range(&self.url, part).await };
        let bytes = fetching
            .map_ok(FetchedBody::into_stream)
            .try_flatten_stream();
        bytes.map_err(failed).boxed()
    }
}

/// Servers that cannot be reached are told from those that answer something else.
fn failed(error: FetchError) -> io::Error {
    let kind = match error {
        FetchError::Unreachable(_) | FetchError::Timeout(_) => io::ErrorKind::HostUnreachable,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
