//! Which URLs may be fetched, and by which addresses: the rules of Glance's `[import_filtering_opts]`.
//!
//! The one parser that judges a URL is the one that fetches it, and the addresses that were judged
//! are the only ones that are connected to: two readings of one text, or two answers to one question
//! for a name, would be a way past the rules.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;

use crate::config::FilterOptions;

#[cfg(test)]
mod tests;

/// The rules.
#[derive(Clone, Debug)]
pub struct Filter {
    schemes: List<String>,
    hosts: List<Host>,
    ports: List<u16>,
    allow_loopback: bool,
}

/// A URL that may be fetched, by these addresses and no others.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The URL, with the scheme http or https.
    pub url: Url,
    /// Where to connect to; at least one.
    pub addresses: Vec<SocketAddr>,
}

/// Why a URL may not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no URL with a host.
    #[error("it is no URL that names a host")]
    Malformed,
    /// By the lists of schemes, or because nothing here fetches it.
    #[error("its scheme {0} is not allowed")]
    Scheme(String),
    /// By the lists of hosts, or because an address is spelt in a way that hides it.
    #[error("its host {0} is not allowed")]
    Host(String),
    /// By the lists of ports.
    #[error("its port {0} is not allowed")]
    Port(u16),
    /// The host's name has no address.
    #[error("its host {host} has no address: {why}")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        why: String,
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

impl Filter {
    /// The rules that these settings make.
    #[must_use]
    pub fn new(options: &FilterOptions) -> Self {
        let words = |list: &[String]| -> Vec<String> {
            let words = list.iter().filter(|it| !it.is_empty());
            words.map(|it| it.to_ascii_lowercase()).collect()
        };
        let hosts = |list: &[String]| words(list).iter().map(|it| Host::of(it)).collect();
        let ports = |list: &[u16]| list.iter().copied().filter(|it| *it != 0).collect();
        Self {
            schemes: List::new(
                words(&options.allowed_schemes),
                words(&options.disallowed_schemes),
            ),
            hosts: List::new(
                hosts(&options.allowed_hosts),
                hosts(&options.disallowed_hosts),
            ),
            ports: List::new(
                ports(&options.allowed_ports),
                ports(&options.disallowed_ports),
            ),
            allow_loopback: options.import_allow_loopback,
        }
    }

    /// Judges a URL, which takes asking for the addresses of its host.
    pub async fn check(&self, uri: &str) -> Result<Checked, Refusal> {
        let (url, host) = self.read(uri)?;
        let port = url.port_or_known_default().ok_or(Refusal::Malformed)?;
        let addresses = match &host {
            Host::Ip(it) => vec![SocketAddr::new(*it, port)],
            Host::Name(name) => resolve(name, port).await?,
        };
        let first = addresses.first().map(SocketAddr::ip);
        let addresses: Vec<_> = addresses
            .into_iter()
            .filter(|it| self.passes(&host, it.ip()))
            .collect();
        match first {
            Some(address) if addresses.is_empty() => Err(Refusal::Address {
                host: host.to_string(),
                address,
            }),
            Some(_) => Ok(Checked { url, addresses }),
            None => Err(unresolved(&host.to_string(), "there is none")),
        }
    }

    /// What can be said without asking for addresses.
    fn read(&self, uri: &str) -> Result<(Url, Host), Refusal> {
        // Parsers disagree on these: some drop them, some take \ for /.
        if uri.contains(|it: char| it.is_whitespace() || it.is_control() || it == '\\') {
            return Err(Refusal::Malformed);
        }
        let (scheme, rest) = uri.split_once("://").ok_or(Refusal::Malformed)?;
        let scheme = scheme.to_ascii_lowercase();
        // Whatever the lists say, nothing else can be fetched.
        if !self.schemes.lets(&scheme) || !matches!(&*scheme, "http" | "https") {
            return Err(Refusal::Scheme(scheme));
        }
        let written = Written::of(rest).ok_or(Refusal::Malformed)?;
        let url = Url::parse(uri).map_err(|_| Refusal::Malformed)?;
        let host = Host::of(url.host_str().ok_or(Refusal::Malformed)?);
        if !self.hosts.lets(&host) || host.is_hidden_by(written.host) {
            return Err(Refusal::Host(written.host.to_owned()));
        }
        match written.port {
            Some(port) if !self.ports.lets(&port) => Err(Refusal::Port(port)),
            _ => Ok((url, host)),
        }
    }

    /// Whether an address of this host may be connected to.
    fn passes(&self, host: &Host, address: IpAddr) -> bool {
        if self.hosts.allowed.contains(host) {
            return true;
        }
        let address = address.to_canonical();
        let local = match address {
            IpAddr::V4(it) => it.is_link_local(),
            IpAddr::V6(it) => it.is_unicast_link_local(),
        };
        // To connect to the unspecified address is to connect to this machine.
        !local
            && !address.is_unspecified()
            && (self.allow_loopback || !address.is_loopback())
            && self.hosts.lets_address(address)
    }
}

/// What is allowed and what is not. If anything is allowed by name, that alone counts.
#[derive(Clone, Debug)]
struct List<T> {
    allowed: Vec<T>,
    denied: Vec<T>,
}

impl<T: PartialEq> List<T> {
    fn new(allowed: Vec<T>, denied: Vec<T>) -> Self {
        Self { allowed, denied }
    }

    fn lets(&self, it: &T) -> bool {
        if self.allowed.is_empty() {
            !self.denied.contains(it)
        } else {
            self.allowed.contains(it)
        }
    }
}

impl List<Host> {
    /// Whether an address that a name turned out to have is not denied.
    fn lets_address(&self, address: IpAddr) -> bool {
        !self.allowed.is_empty() || !self.denied.contains(&Host::Ip(address))
    }
}

/// A host, in the one spelling that can be compared.
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

    /// Whether this is an IPv4 address that was written otherwise than as four decimal numbers, such
    /// as 2130706433 or 0x7f.1: nobody needs that who has nothing to hide.
    fn is_hidden_by(&self, written: &str) -> bool {
        matches!(self, Self::Ip(IpAddr::V4(it)) if !written.starts_with('[') && it.to_string() != written)
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ip(it) => it.fmt(f),
            Self::Name(it) => it.fmt(f),
        }
    }
}

/// Host and port as they are written, before any parser has made them nice: one that is the scheme's
/// own is dropped by the parser, but counts when it is named.
struct Written<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Written<'a> {
    /// Of what stands behind `://`.
    fn of(rest: &'a str) -> Option<Self> {
        let authority = rest.split(['/', '?', '#']).next()?;
        let place = authority.rsplit('@').next()?;
        let (host, port) = match place.rfind(':') {
            // A colon in brackets belongs to an IPv6 address.
            Some(at) if !place.ends_with(']') => (place.get(..at)?, place.get(at + 1..)?),
            _ => (place, ""),
        };
        let port = match port {
            "" => None,
            port => Some(port.parse().ok()?),
        };
        (!host.is_empty()).then_some(Self { host, port })
    }
}

async fn resolve(name: &str, port: u16) -> Result<Vec<SocketAddr>, Refusal> {
    let found = tokio::net::lookup_host((name, port)).await;
    let mut addresses = Vec::new();
    for address in found.map_err(|error| unresolved(name, &error.to_string()))? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn unresolved(host: &str, why: &str) -> Refusal {
    Refusal::Unresolved {
        host: host.to_owned(),
        why: why.to_owned(),
    }
}
