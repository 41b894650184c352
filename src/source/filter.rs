//! The filter of URLs to download, and of their addresses: Glance's `[import_filtering_opts]`.
//!
//! The parser that checks a URL is the one that the download uses, and the addresses that were checked are
//! the only ones that are connected to: two readings of one URL, or two lookups of one name, would be a way
//! around the rules.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;

use crate::config::FilterOptions;

#[cfg(test)]
mod tests;

/// The rules for URLs and addresses.
#[derive(Clone, Debug)]
pub struct UrlFilter {
    schemes: AllowDenyList<String>,
    hosts: AllowDenyList<Host>,
    ports: AllowDenyList<u16>,
    allow_loopback: bool,
}

/// A URL that passed the filter, with the only addresses to connect to.
#[derive(Clone, Debug)]
pub struct CheckedUrl {
    /// The URL, with the scheme http or https.
    pub url: Url,
    /// The addresses that passed the filter; at least one.
    pub addresses: Vec<SocketAddr>,
}

/// The reason why a URL does not pass the filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The text is not a URL with a host.
    #[error("it is not a URL with a host")]
    Malformed,
    /// The lists of schemes forbid it, or it is neither http nor https.
    #[error("its scheme {0} is not allowed")]
    Scheme(String),
    /// The lists of hosts forbid it, or it is an address in an unusual notation.
    #[error("its host {0} is not allowed")]
    Host(String),
    /// The lists of ports forbid it.
    #[error("its port {0} is not allowed")]
    Port(u16),
    /// The host's name has no address.
    #[error("its host {host} has no address: {reason}")]
    Unresolved {
        /// The host.
        host: String,
        /// The error of the resolver.
        reason: String,
    },
    /// All of the host's addresses are loopback, link-local, unspecified or disallowed.
    #[error("its host {host} is at {address}, which is not allowed")]
    Address {
        /// The host.
        host: String,
        /// The first of its addresses.
        address: IpAddr,
    },
}

impl UrlFilter {
    /// Creates the filter of these settings.
    #[must_use]
    pub fn new(options: &FilterOptions) -> Self {
        let words = |list: &[String]| -> Vec<String> {
            let words = list.iter().filter(|word| !word.is_empty());
            words.map(|word| word.to_ascii_lowercase()).collect()
        };
        let hosts = |list: &[String]| words(list).iter().map(|host| Host::of(host)).collect();
        let ports = |list: &[u16]| list.iter().copied().filter(|port| *port != 0).collect();
        Self {
            schemes: AllowDenyList::new(
                words(&options.allowed_schemes),
                words(&options.disallowed_schemes),
            ),
            hosts: AllowDenyList::new(
                hosts(&options.allowed_hosts),
                hosts(&options.disallowed_hosts),
            ),
            ports: AllowDenyList::new(
                ports(&options.allowed_ports),
                ports(&options.disallowed_ports),
            ),
            allow_loopback: options.import_allow_loopback,
        }
    }

    /// Checks a URL and resolves its host.
    ///
    /// # Errors
    /// Fails with the rule that the URL breaks.
    pub async fn check(&self, uri: &str) -> Result<CheckedUrl, FilterError> {
        let (url, host) = self.read(uri)?;
        let port = url.port_or_known_default().ok_or(FilterError::Malformed)?;
        let addresses = match &host {
            Host::Ip(address) => vec![SocketAddr::new(*address, port)],
            Host::Name(name) => resolve(name, port).await?,
        };
        let first = addresses.first().map(SocketAddr::ip);
        let addresses: Vec<_> = addresses
            .into_iter()
            .filter(|address| self.passes(&host, address.ip()))
            .collect();
        match first {
            Some(address) if addresses.is_empty() => Err(FilterError::Address {
                host: host.to_string(),
                address,
            }),
            Some(_) => Ok(CheckedUrl { url, addresses }),
            None => Err(unresolved(&host.to_string(), "there is none")),
        }
    }

    /// Returns a URL that passes as far as no name has to be looked up.
    #[cfg(any(test, feature = "fuzzing"))]
    #[must_use]
    pub fn passes_without_lookup(&self, uri: &str) -> Option<Url> {
        let (url, host) = self.read(uri).ok()?;
        match &host {
            Host::Ip(address) if !self.passes(&host, *address) => None,
            _ => Some(url),
        }
    }

    /// Parses a URL and applies the rules that need no lookup of addresses.
    fn read(&self, uri: &str) -> Result<(Url, Host), FilterError> {
        // Parsers disagree on these: some drop them, some take \ for /.
        if uri.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(FilterError::Malformed);
        }
        let (scheme, rest) = uri.split_once("://").ok_or(FilterError::Malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        // Whatever the lists say, nothing else can be fetched.
        if !self.schemes.allows(&scheme) || !matches!(&*scheme, "http" | "https") {
            return Err(FilterError::Scheme(scheme));
        }
        let written = RawAuthority::parse(rest).ok_or(FilterError::Malformed)?;
        let url = Url::parse(uri).map_err(|_| FilterError::Malformed)?;
        let host = Host::of(url.host_str().ok_or(FilterError::Malformed)?);
        if !self.hosts.allows(&host) || host.is_disguised_as(written.host) {
            return Err(FilterError::Host(written.host.to_owned()));
        }
        match written.port {
            Some(port) if !self.ports.allows(&port) => Err(FilterError::Port(port)),
            _ => Ok((url, host)),
        }
    }

    /// Returns `true` if an address of this host may be connected to.
    fn passes(&self, host: &Host, address: IpAddr) -> bool {
        if self.hosts.allowed.contains(host) {
            return true;
        }
        let address = address.to_canonical();
        let local = match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        // A connection to the unspecified address goes to this machine.
        !local
            && !address.is_unspecified()
            && (self.allow_loopback || !address.is_loopback())
            && self.hosts.allows_address(address)
    }
}

/// A list of allowed and a list of denied values. If anything is allowed, only the allowed values pass.
#[derive(Clone, Debug)]
struct AllowDenyList<T> {
    allowed: Vec<T>,
    denied: Vec<T>,
}

impl<T: PartialEq> AllowDenyList<T> {
    fn new(allowed: Vec<T>, denied: Vec<T>) -> Self {
        Self { allowed, denied }
    }

    fn allows(&self, value: &T) -> bool {
        if self.allowed.is_empty() {
            !self.denied.contains(value)
        } else {
            self.allowed.contains(value)
        }
    }
}

impl AllowDenyList<Host> {
    /// Returns `true` if an address that a name resolves to is not denied.
    fn allows_address(&self, address: IpAddr) -> bool {
        !self.allowed.is_empty() || !self.denied.contains(&Host::Ip(address))
    }
}

/// A host in its canonical notation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Ip(IpAddr),
    Name(String),
}

impl Host {
    fn of(text: &str) -> Self {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => Self::Ip(address.to_canonical()),
            Err(_) => Self::Name(bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()),
        }
    }

    /// Returns `true` for an IPv4 address that was not written as four decimal numbers, such as 2130706433
    /// or 0x7f.1: only somebody who wants to get around the rules writes those.
    fn is_disguised_as(&self, written: &str) -> bool {
        matches!(self, Self::Ip(IpAddr::V4(address)) if !written.starts_with('[') && address.to_string() != written)
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// The host and the port as written in the URL, before a parser normalises them: it drops the default port
/// of the scheme, but the lists count a port that is written.
struct RawAuthority<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> RawAuthority<'a> {
    /// Reads the authority of a URL behind `://`.
    fn parse(rest: &'a str) -> Option<Self> {
        let authority = rest.split(['/', '?', '#']).next()?;
        let host_and_port = authority.rsplit('@').next()?;
        let (host, port) = match host_and_port.rfind(':') {
            // A colon in brackets belongs to an IPv6 address.
            Some(at) if !host_and_port.ends_with(']') => {
                (host_and_port.get(..at)?, host_and_port.get(at + 1..)?)
            }
            _ => (host_and_port, ""),
        };
        let port = match port {
            "" => None,
            port => Some(port.parse().ok()?),
        };
        (!host.is_empty()).then_some(Self { host, port })
    }
}

async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, FilterError> {
    let found = tokio::net::lookup_host((name, port)).await;
    let mut addresses = Vec::new();
    for address in found.map_err(|error| unresolved(name, &error.to_string()))? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn unresolved(host: &str, reason: &str) -> FilterError {
    FilterError::Unresolved {
        host: host.to_owned(),
        reason: reason.to_owned(),
    }
}
