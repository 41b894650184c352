//! The address that the client reaches the server by: every link is made from it.

use http::{HeaderMap, Uri};

use crate::config::Config;
use crate::config::public_url;

/// Stands in the URL of an endpoint for the address that the client reaches the server by.
pub(crate) const PUBLIC_URL: &str = "$(public_url)s";

/// The address of the server's root, without a slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct Base(String);

impl Base {
    /// The configured one, else the one that the request was sent to.
    pub(crate) fn of(config: &Config, headers: &HeaderMap) -> Self {
        Self(public_url::base(config, None, headers))
    }

    /// The configured one, else where the server listens: for what no request asks for.
    pub(crate) fn without_request(config: &Config) -> Self {
        Self::of(config, &HeaderMap::new())
    }

    /// The link to a path below `/v3`.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}/identity/v3{path}", self.0)
    }

    /// The link to what was asked for, as it was asked for.
    pub(crate) fn itself(&self, uri: &Uri) -> String {
        format!(
            "{}{}",
            self.0,
            uri.path_and_query()
                .map_or("/", |path_and_query| path_and_query.as_str())
        )
    }

    /// The URL of an endpoint, as the client is to use it.
    pub(crate) fn endpoint(&self, url: &str) -> String {
        url.replace(PUBLIC_URL, &self.0)
    }
}
