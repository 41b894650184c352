//! The address that a client reaches the server by, as its request and the proxies on its way tell.

use std::fmt;

use http::header::{FORWARDED, HOST};
use http::{HeaderMap, Uri};

use crate::config::Config;

/// The scheme of the URL that a client uses, as its connection tells. It is in the extensions of each request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UrlScheme {
    /// The connection is not encrypted.
    #[default]
    Http,
    /// The connection is encrypted by TLS.
    Https,
}

impl UrlScheme {
    /// Returns its text in URLs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl fmt::Display for UrlScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Scheme and host, and no slash at the end: the configured ones, else those of the request. The path
/// of a sandbox belongs to them: to its clients it is a host of its own.
#[must_use]
pub(crate) fn host(
    config: &Config,
    scheme: UrlScheme,
    uri: Option<&Uri>,
    headers: &HeaderMap,
) -> String {
    if let Some(url) = &config.access.public_url {
        return format!("{url}{}", config.below);
    }
    let told = ForwardedHeaders::by_proxies(config, headers);
    let scheme = told.scheme.unwrap_or_else(|| scheme.to_string());
    let host = told
        .host
        .or_else(|| text(headers, HOST.as_str()).map(str::to_owned))
        .or_else(|| uri?.authority().map(ToString::to_string))
        .unwrap_or_else(|| config.listen.to_string());
    let usual = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    format!("{scheme}://{host}{}", config.below)
}

/// Returns the base URL with the path prefix that a proxy serves the API below.
#[must_use]
pub(crate) fn base(
    config: &Config,
    scheme: UrlScheme,
    uri: Option<&Uri>,
    headers: &HeaderMap,
) -> String {
    let mut base = host(config, scheme, uri, headers);
    if config.access.public_url.is_none()
        && config.images.enable_proxy_headers_parsing
        && let Some(prefix) = first(headers, "x-forwarded-prefix")
    {
        let prefix = prefix.trim_matches('/');
        if !prefix.is_empty() {
            base.push('/');
            base.push_str(prefix);
        }
    }
    base
}

/// The request as it reached the first proxy, by the headers of proxies.
#[derive(Default)]
struct ForwardedHeaders {
    scheme: Option<String>,
    host: Option<String>,
}

impl ForwardedHeaders {
    /// `Forwarded` (RFC 7239), else the headers that were in use before it; nothing if the
    /// settings do not let proxies be believed.
    fn by_proxies(config: &Config, headers: &HeaderMap) -> Self {
        if !config.images.enable_proxy_headers_parsing {
            return Self::default();
        }
        let mut told = Self::default();
        if let Some(forwarded) = first(headers, FORWARDED.as_str()) {
            for pair in forwarded.split(';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = value.trim().trim_matches('"');
                let value = Some(value.to_owned()).filter(|value| !value.is_empty());
                match name.trim().to_ascii_lowercase().as_str() {
                    "proto" => told.scheme = value,
                    "host" => told.host = value,
                    _ => {}
                }
            }
        } else {
            told.scheme = first(headers, "x-forwarded-proto").map(str::to_owned);
            told.host = first(headers, "x-forwarded-host").map(str::to_owned);
        }
        told.scheme = told.scheme.map(|scheme| scheme.to_ascii_lowercase());
        told
    }
}

/// Returns what the first of several proxies said in a header.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let first = text(headers, name)?.split(',').next()?.trim();
    Some(first).filter(|first| !first.is_empty())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
