//! The address that the client reaches the server by: every link is made from it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri};

use crate::address;
use crate::app::App;
use crate::config::Config;

/// Stands in the URL of an endpoint for the address that the client reaches the server by.
pub(super) const PUBLIC_URL: &str = "$(public_url)s";

/// The address of the server's root, without a slash at the end.
#[derive(Clone, Debug)]
pub(super) struct Base(String);

impl Base {
    /// The configured one, else the one that the request was sent to.
    pub(super) fn of(config: &Config, headers: &HeaderMap) -> Self {
        Self(address::base(config, None, headers))
    }

    /// The configured one, else where the server listens: for what no request asks for.
    pub(super) fn without_request(config: &Config) -> Self {
        Self::of(config, &HeaderMap::new())
    }

    /// The link to a path below `/v3`.
    pub(super) fn link(&self, path: &str) -> String {
        format!("{}/identity/v3{path}", self.0)
    }

    /// The link to what was asked for, as it was asked for.
    pub(super) fn itself(&self, uri: &Uri) -> String {
        format!(
            "{}{}",
            self.0,
            uri.path_and_query().map_or("/", |it| it.as_str())
        )
    }

    /// The URL of an endpoint, as the client is to use it.
    pub(super) fn endpoint(&self, url: &str) -> String {
        url.replace(PUBLIC_URL, &self.0)
    }
}

impl FromRequestParts<App> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&app.config(), &parts.headers))
    }
}
