//! Downloads: GET of a URL that passes the filter, as a stream.
//!
//! Redirects are followed here and not by the HTTP library, so that each is checked like the first URL; and
//! the connection goes to an address that was checked, for the library is given no other.

mod body;
mod error;
mod patience;
#[cfg(test)]
pub mod raw_http_server;
mod redirect;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::time::timeout;

use super::filter::{CheckedUrl, UrlFilter};
use crate::config::FilterOptions;
use crate::domain::range::ByteRange;
pub use body::FetchedBody;
pub use error::FetchError;
use patience::Patience;
use redirect::redirect_target;

/// The greatest number of redirects, that of Python's `urllib`, with which Glance downloads.
const MAX_REDIRECTS: usize = 10;

/// The header `User-Agent` of all requests.
const USER_AGENT: &str = concat!("lookalike/", env!("CARGO_PKG_VERSION"));

/// A client for downloads, with the filter and the timeouts of the settings.
#[derive(Clone, Debug)]
pub struct Fetcher {
    filter: UrlFilter,
    connect_timeout: Duration,
    patience: Patience,
}

/// A request as it is sent to each server on the way.
struct OutgoingRequest<'a> {
    method: &'a Method,
    range: Option<HeaderValue>,
    /// A token of Keystone, which only the first server gets.
    token: Option<HeaderValue>,
}

impl<'a> OutgoingRequest<'a> {
    fn new(method: &'a Method) -> Self {
        Self {
            method,
            range: None,
            token: None,
        }
    }
}

impl Fetcher {
    /// Creates a client with these settings.
    #[must_use]
    pub fn new(options: &FilterOptions) -> Self {
        Self {
            filter: UrlFilter::new(options),
            connect_timeout: options.import_connect_timeout,
            patience: Patience::new(options),
        }
    }

    /// Returns the filter that every URL must pass.
    #[must_use]
    pub fn filter(&self) -> &UrlFilter {
        &self.filter
    }

    /// Downloads a URL, of at most `limit` bytes.
    ///
    /// # Errors
    /// Fails if the URL or a redirect does not pass the filter, or the server does not answer with a success.
    #[tracing::instrument(level = "debug", skip_all, fields(url = %without_secrets(uri), limit))]
    pub async fn get(&self, uri: &str, limit: u64) -> Result<FetchedBody, FetchError> {
        let request = OutgoingRequest::new(&Method::GET);
        let response = self.request(request, uri).await?;
        FetchedBody::whole(response, limit, self.patience)
    }

    /// Downloads a URL like [`get`](Self::get), with a token of Keystone for its server. A server that this
    /// one redirects to does not get the token.
    ///
    /// # Errors
    /// Fails like [`get`](Self::get), or if the token cannot be sent.
    #[tracing::instrument(level = "debug", skip_all, fields(url = %without_secrets(uri), limit))]
    pub async fn get_with_token(
        &self,
        uri: &str,
        token: &str,
        limit: u64,
    ) -> Result<FetchedBody, FetchError> {
        let mut token = HeaderValue::try_from(token).map_err(|_| FetchError::Token)?;
        token.set_sensitive(true);
        let request = OutgoingRequest {
            token: Some(token),
            ..OutgoingRequest::new(&Method::GET)
        };
        let response = self.request(request, uri).await?;
        FetchedBody::whole(response, limit, self.patience)
    }

    /// Downloads a range of bytes, which must lie within the contents. If the server ignores the range and
    /// sends all, the rest is skipped here.
    ///
    /// # Errors
    /// Fails like [`get`](Self::get), or if the server sends another range.
    #[tracing::instrument(level = "debug", skip_all, fields(url = %without_secrets(uri), start = part.start, end = part.end))]
    pub async fn get_range(&self, uri: &str, part: ByteRange) -> Result<FetchedBody, FetchError> {
        let range = format!("bytes={}-{}", part.start, part.end);
        let request = OutgoingRequest {
            range: HeaderValue::try_from(range).ok(),
            ..OutgoingRequest::new(&Method::GET)
        };
        let response = self.request(request, uri).await?;
        FetchedBody::range(response, part, self.patience)
    }

    /// Returns the size of a URL's contents in bytes, if the server says it (HEAD).
    ///
    /// # Errors
    /// Fails like [`get`](Self::get).
    #[tracing::instrument(level = "debug", skip_all, fields(url = %without_secrets(uri)))]
    pub async fn content_length(&self, uri: &str) -> Result<Option<u64>, FetchError> {
        let request = OutgoingRequest::new(&Method::HEAD);
        let response = self.request(request, uri).await?;
        let length = response.headers().get(header::CONTENT_LENGTH);
        Ok(length.and_then(|value| value.to_str().ok()?.parse().ok()))
    }

    /// Sends a request and follows redirects.
    async fn request(
        &self,
        mut request: OutgoingRequest<'_>,
        uri: &str,
    ) -> Result<Response, FetchError> {
        let mut checked = self.filter.check(uri).await?;
        let first = checked.url.origin();
        for _ in 0..=MAX_REDIRECTS {
            let from = checked.url.clone();
            // Once it has led elsewhere, nobody gets the token any more, not even the first server.
            if from.origin() != first {
                request.token = None;
            }
            let response = self.send(&request, checked).await?;
            let Some(to) = redirect_target(&from, &response) else {
                let status = response.status();
                return if status.is_success() {
                    Ok(response)
                } else {
                    Err(FetchError::Status(status))
                };
            };
            checked = match self.filter.check(&to).await {
                Ok(checked) => checked,
                Err(reason) => return Err(FetchError::Redirect { to, reason }),
            };
        }
        Err(FetchError::TooManyRedirects(MAX_REDIRECTS))
    }

    /// Sends one request to the checked addresses.
    async fn send(
        &self,
        outgoing: &OutgoingRequest<'_>,
        checked: CheckedUrl,
    ) -> Result<Response, FetchError> {
        let client = self.client(&checked)?;
        let mut request = client
            .request(outgoing.method.clone(), checked.url)
            // The image itself, not compressed for the transfer.
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(range) = &outgoing.range {
            request = request.header(header::RANGE, range);
        }
        if let Some(token) = &outgoing.token {
            request = request.header("X-Auth-Token", token);
        }
        let silence = self.patience.silence;
        match timeout(self.connect_timeout.saturating_add(silence), request.send()).await {
            Err(_) => Err(FetchError::Timeout(silence)),
            Ok(Err(error)) if error.is_timeout() => Err(FetchError::Timeout(self.connect_timeout)),
            Ok(Err(error)) => Err(FetchError::unreachable(&error)),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// Builds an HTTP client that connects to the checked addresses only. It is one for each request, since
    /// the addresses are.
    fn client(&self, checked: &CheckedUrl) -> Result<Client, FetchError> {
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(self.connect_timeout)
            .dns_resolver(PinnedResolver(checked.addresses.clone()));
        // Reading the system's certificates takes time, and fails where there are none.
        let builder = match checked.url.scheme() {
            "https" => builder,
            _ => builder.tls_certs_only([]),
        };
        let client = builder.build();
        client.map_err(|error| FetchError::unreachable(&error))
    }
}

/// Returns a URL for logs: without user, password, query and fragment, which may hold secrets.
fn without_secrets(uri: &str) -> String {
    let url = Url::parse(uri).ok();
    // In a URL without a host, anything may be a secret.
    let Some(mut url) = url.filter(Url::has_host) else {
        return "an invalid URL".to_owned();
    };
    url.set_query(None);
    url.set_fragment(None);
    // These fail only for URLs that cannot have a user.
    url.set_username("").ok();
    url.set_password(None).ok();
    url.into()
}

/// A resolver that returns the same addresses for every name.
struct PinnedResolver(Vec<SocketAddr>);

impl Resolve for PinnedResolver {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        let answer: BoxFuture<_> = Box::pin(std::future::ready(Ok(addresses)));
        answer
    }
}
