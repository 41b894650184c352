//! GET of a URL that the filter lets pass, as a stream that holds little of it at a time.
//!
//! Redirects are followed here and not by the HTTP library, so that each is judged like the first
//! URL; and the connection goes to an address that was judged, for the library is given no other.

mod body;
mod failure;
#[cfg(test)]
pub mod liar;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, StatusCode, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::time::timeout;

use super::filter::{Checked, Filter};
use crate::config::FilterOptions;
use crate::domain::range::Part;
pub use body::Fetched;
pub use failure::FetchError;

/// How many redirects are followed, as by Python's `urllib`, which Glance fetches with.
const REDIRECTS: usize = 10;

/// What the other server is told about who asks.
const AGENT: &str = concat!("lookalike/", env!("CARGO_PKG_VERSION"));

/// Fetches; cloning it is cheap enough.
#[derive(Clone, Debug)]
pub struct Fetch {
    filter: Filter,
    connect: Duration,
    idle: Duration,
}

impl Fetch {
    /// With the filter and the patience of these settings.
    #[must_use]
    pub fn new(options: &FilterOptions) -> Self {
        Self {
            filter: Filter::new(options),
            connect: options.import_connect_timeout,
            idle: options.import_read_timeout,
        }
    }

    /// The filter that every URL passes.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// All of what is at a URL, unless that is more than `limit` bytes.
    pub async fn get(&self, uri: &str, limit: u64) -> Result<Fetched, FetchError> {
        let response = self.ask(&Method::GET, uri, None).await?;
        Fetched::all(response, limit, self.idle)
    }

    /// A part of what is at a URL, which must lie within. A server that does not know ranges sends
    /// all, and what is not wanted of it is left out here.
    pub async fn part(&self, uri: &str, part: Part) -> Result<Fetched, FetchError> {
        let range = format!("bytes={}-{}", part.start, part.end);
        let range = HeaderValue::try_from(range).ok();
        let response = self.ask(&Method::GET, uri, range).await?;
        Fetched::part(response, part, self.idle)
    }

    /// How many bytes there are at a URL, if the server says so (HEAD).
    pub async fn length(&self, uri: &str) -> Result<Option<u64>, FetchError> {
        let response = self.ask(&Method::HEAD, uri, None).await?;
        let length = response.headers().get(header::CONTENT_LENGTH);
        Ok(length.and_then(|it| it.to_str().ok()?.parse().ok()))
    }

    /// Follows redirects until there is an answer that is not one.
    async fn ask(
        &self,
        method: &Method,
        uri: &str,
        range: Option<HeaderValue>,
    ) -> Result<Response, FetchError> {
        let mut checked = self.filter.check(uri).await?;
        for _ in 0..=REDIRECTS {
            let from = checked.url.clone();
            let response = self.once(method, checked, range.clone()).await?;
            let Some(to) = redirect(&from, &response) else {
                let status = response.status();
                // A part is an answer only to one who asked for it.
                return if status.is_success()
                    && (range.is_some() || status != StatusCode::PARTIAL_CONTENT)
                {
                    Ok(response)
                } else {
                    Err(FetchError::Status(status))
                };
            };
            checked = match self.filter.check(&to).await {
                Ok(checked) => checked,
                Err(why) => return Err(FetchError::Redirect { to, why }),
            };
        }
        Err(FetchError::Redirects(REDIRECTS))
    }

    async fn once(
        &self,
        method: &Method,
        checked: Checked,
        range: Option<HeaderValue>,
    ) -> Result<Response, FetchError> {
        let client = self.client(&checked)?;
        let mut request = client
            .request(method.clone(), checked.url)
            // The bytes themselves are wanted, not what they can be compressed to.
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        match timeout(self.connect.saturating_add(self.idle), request.send()).await {
            Err(_) => Err(FetchError::Slow(self.idle)),
            Ok(Err(error)) if error.is_timeout() => Err(FetchError::Slow(self.connect)),
            Ok(Err(error)) => Err(FetchError::unreachable(&error)),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// A client that knows no addresses but the checked ones. One for each request, for what it knows
    /// is of that request.
    fn client(&self, checked: &Checked) -> Result<Client, FetchError> {
        let builder = Client::builder()
            .user_agent(AGENT)
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(self.connect)
            .dns_resolver(Known(checked.addresses.clone()));
        // Reading the system's certificates takes time, and fails where there are none.
        let builder = match checked.url.scheme() {
            "https" => builder,
            _ => builder.tls_certs_only([]),
        };
        let client = builder.build();
        client.map_err(|error| FetchError::unreachable(&error))
    }
}

/// Where an answer sends its reader on to, if it does.
fn redirect(from: &Url, response: &Response) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = response.headers().get(header::LOCATION)?.to_str().ok()?;
    // What cannot be joined is no URL, and the filter says so.
    Some(from.join(to).map_or_else(|_| to.to_owned(), String::from))
}

/// A resolver that gives one answer to every question.
struct Known(Vec<SocketAddr>);

impl Resolve for Known {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        let answer: BoxFuture<_> = Box::pin(std::future::ready(Ok(addresses)));
        answer
    }
}
