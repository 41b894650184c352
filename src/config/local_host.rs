//! The hosts that a server which only this machine reaches is known by. A page that has its own name lead
//! to this machine (DNS rebinding) gives another.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

use super::Config;

/// Returns `true` if the value of a `Host` header is an address, this machine's own name, the host of the
/// public URL or one that the settings accept.
pub(crate) fn is_known(config: &Config, host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|port| port.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    public_host(config).is_some_and(|public| public.eq_ignore_ascii_case(host))
        || config
            .connections
            .accept_host
            .iter()
            .any(|accepted| accepted.eq_ignore_ascii_case(name))
}

/// The host of the public URL, with its port if it has one.
fn public_host(config: &Config) -> Option<&str> {
    let (_, rest) = config.access.public_url.as_deref()?.split_once("://")?;
    rest.split('/').next()
}

/// Returns `true` if a request comes from a page of the server itself, or from no page: so a browser says
/// in `Origin` and `Sec-Fetch-Site`, which no page can change.
pub(crate) fn is_from_own_page(config: &Config, headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        let value = headers.get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    let site = text("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    let Some(origin) = text(ORIGIN.as_str()) else {
        return true;
    };
    let Some((_, origin)) = origin.split_once("://") else {
        return false;
    };
    let host = text(HOST.as_str()).unwrap_or_default();
    let is_host = origin == host && (!config.is_local() || is_known(config, host));
    is_host || public_host(config).is_some_and(|public| public.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn is_own(config: &Config, headers: [Option<&'static str>; 3]) -> bool {
        let names = ["host", "origin", "sec-fetch-site"].iter();
        let pairs = names.zip(headers).filter_map(|(name, value)| {
            Some((name.parse().unwrap(), HeaderValue::from_static(value?)))
        });
        is_from_own_page(config, &pairs.collect())
    }

    #[test]
    fn a_page_of_the_server_is_told_from_others() {
        let mut config = Config::default();
        for (host, origin, site, own) in [
            ("localhost:9292", None, None, true),
            (
                "localhost:9292",
                Some("http://localhost:9292"),
                Some("same-origin"),
                true,
            ),
            ("[::1]:9292", Some("http://[::1]:9292"), None, true),
            ("localhost:9292", None, Some("none"), true),
            ("localhost:9292", None, Some("same-site"), false),
            ("localhost:9292", None, Some("cross-site"), false),
            ("localhost:9292", Some("http://localhost:8000"), None, false),
            ("localhost:9292", Some("null"), None, false),
            (
                "evil.example",
                Some("http://evil.example"),
                Some("same-origin"),
                false,
            ),
            (
                "inner:9292",
                Some("https://glance.example"),
                Some("same-origin"),
                false,
            ),
        ] {
            let headers = [Some(host), origin, site];
            assert_eq!(is_own(&config, headers), own, "{headers:?}");
        }
        config.access.public_url = Some("https://glance.example/image".into());
        let proxied = [
            Some("inner:9292"),
            Some("https://glance.example"),
            Some("same-origin"),
        ];
        assert!(is_own(&config, proxied));
    }
}
