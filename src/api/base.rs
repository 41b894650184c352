//! The address that a client reaches the server by, for the links it is given.

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, Uri};

use super::extract::text;
use crate::app::App;
use crate::config::Config;
use crate::{Error, Result};

/// Scheme and host, and no slash at the end: the configured ones, else those of the request.
#[must_use]
pub fn base_url(config: &Config, uri: &Uri, headers: &HeaderMap) -> String {
    if let Some(url) = &config.public_url {
        return url.clone();
    }
    let proxied = |name: &str| {
        let believed = config.images.enable_proxy_headers_parsing;
        let value = if believed { text(headers, name) } else { None };
        value.map(|it| it.split(',').next().unwrap_or(it).trim().to_owned())
    };
    let scheme = proxied("x-forwarded-proto").unwrap_or_else(|| "http".into());
    let host = proxied("x-forwarded-host")
        .or_else(|| text(headers, HOST.as_str()).map(str::to_owned))
        .or_else(|| uri.authority().map(ToString::to_string))
        .unwrap_or_else(|| config.listen.to_string());
    let prefix = proxied("x-forwarded-prefix").unwrap_or_default();
    let prefix = prefix.trim_end_matches('/');
    format!("{scheme}://{host}{prefix}")
}

/// The same, for a handler.
pub(super) struct Base(pub(super) String);

impl FromRequestParts<App> for Base {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Ok(Self(base_url(&app.config, &parts.uri, &parts.headers)))
    }
}
