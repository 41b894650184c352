//! Other web servers as a store: images that are downloaded whenever they are read.

use std::io;
use std::sync::Arc;

use ::http::StatusCode;
use arc_swap::ArcSwap;
use futures_util::future::{BoxFuture, ready};
use futures_util::{StreamExt, TryFutureExt, TryStreamExt};

use super::backend::Backend;
use super::content::{ByteSource, ByteStream};
use super::{Content, StoreContents, Writer};
use crate::config::FilterOptions;
use crate::domain::range::ByteRange;
use crate::source::fetch::{FetchError, FetchedBody, Fetcher};

/// Glance's name of this kind of store.
pub(super) const KIND: &str = "http";

/// The store of images on other servers; nothing can be written to it.
#[derive(Debug)]
pub(super) struct HttpStore {
    /// The rules for downloads, which can change.
    fetcher: ArcSwap<Fetcher>,
}

/// An image on another server.
#[derive(Debug)]
struct HttpImage {
    store: Arc<HttpStore>,
    url: String,
}

impl HttpStore {
    pub(super) fn new(fetcher: Fetcher) -> Self {
        let fetcher = ArcSwap::from_pointee(fetcher);
        Self { fetcher }
    }
}

impl Backend for HttpStore {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn url(&self, name: &str) -> String {
        // Without a host it is no real URL: images here have the URLs that clients gave.
        format!("http:///{name}")
    }

    fn writer<'a>(
        self: Arc<Self>,
        _name: &'a str,
        _claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        Box::pin(ready(Err(io::ErrorKind::ReadOnlyFilesystem.into())))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        Box::pin(async move {
            let fetcher = self.fetcher.load_full();
            match fetcher.content_length(url).await {
                Ok(Some(size)) => {
                    let url = url.to_owned();
                    Ok(Some(Content::new(size, HttpImage { store: self, url })))
                }
                Ok(None) => Err(io::Error::other(
                    "the server does not say how many bytes there are",
                )),
                Err(FetchError::Status(StatusCode::NOT_FOUND)) => Ok(None),
                Err(error) => Err(to_io_error(error)),
            }
        })
    }

    fn delete(self: Arc<Self>, _name: &str) -> BoxFuture<'_, io::Result<()>> {
        // Images on other servers are not ours to delete.
        Box::pin(ready(Ok(())))
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        Box::pin(ready(Ok(StoreContents::default())))
    }

    fn delete_partial(self: Arc<Self>, _name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(ready(Ok(())))
    }

    fn is_persistent(&self) -> bool {
        false
    }

    fn copies_cheaply(&self) -> bool {
        // Snapshots do not copy images on other servers.
        true
    }

    fn set_filter(&self, options: &FilterOptions) {
        self.fetcher.store(Arc::new(Fetcher::new(options)));
    }
}

impl ByteSource for HttpImage {
    fn read(&self, part: ByteRange) -> ByteStream {
        let (store, url) = (Arc::clone(&self.store), self.url.clone());
        let download = async move { store.fetcher.load_full().get_range(&url, part).await };
        let bytes = download
            .map_ok(FetchedBody::into_stream)
            .try_flatten_stream();
        bytes.map_err(to_io_error).boxed()
    }
}

/// Converts an error of a download. A server that cannot be reached gets a kind of its own, which
/// callers tell from other failures.
fn to_io_error(error: FetchError) -> io::Error {
    let kind = match error {
        FetchError::Unreachable(_) | FetchError::Timeout(_) => io::ErrorKind::HostUnreachable,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
