//! Parses the values of settings; each failure says what is allowed.

use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::words::Durability;
use crate::dialect::{self, Dialect, UnknownDialectError};
use crate::domain::import::ImportMethod;
use crate::domain::secret::Secret;

/// An address, or a name that has one; of several, the first of IPv4.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let refused = |why: &str| format!("{why}; HOST:PORT is allowed, such as 127.0.0.1:9292");
    let port = text.rsplit_once(':').map(|(_, port)| port);
    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
        return Err(refused("it has no port"));
    }
    let found = text.to_socket_addrs();
    let found: Vec<_> = found
        .map_err(|error| refused(&error.to_string()))?
        .collect();
    let best = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first());
    best.copied()
        .ok_or_else(|| refused("that host has no address"))
}

pub(super) fn durability(word: &str) -> Result<Durability, String> {
    word.parse().map_err(|_| "normal or full is allowed".into())
}

pub(super) fn dialect(name: &str) -> Result<&'static Dialect, UnknownDialectError> {
    dialect::named(name)
}

/// A URL to build others on, without a slash at the end.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let allowed = "a URL that begins with http:// or https:// is allowed";
    let uri: http::Uri = text
        .parse()
        .map_err(|error| format!("{error}; {allowed}"))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.authority().is_some() && uri.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(allowed.into()),
    }
}

/// A member of a list, without the spaces around it.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
pub(super) fn name(text: &str) -> Result<String, String> {
    Ok(text.trim().to_owned())
}

/// One of some words.
pub(super) fn one_of<T: std::fmt::Display + FromStr + 'static>(
    all: &'static [T],
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        text.trim().parse().map_err(|_| {
            let words: Vec<_> = all.iter().map(ToString::to_string).collect();
            format!("one of {} is allowed", words.join(", "))
        })
    }
}

/// A list of import methods; nothing: none.
pub(super) fn methods(text: &str) -> Result<Vec<ImportMethod>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let one = one_of(ImportMethod::ALL);
    text.split(',').map(one).collect()
}

/// A name and a value with a colon between them.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("NAME:VALUE is allowed".into()),
    }
}

/// A member of a list of ports; nothing is 0, which is no port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    match text.trim() {
        "" => Ok(0),
        text => text
            .parse()
            .map_err(|_| "a number up to 65535 is allowed".into()),
    }
}

/// A moment that a clock may start at.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let allowed = || "a time such as 2030-01-01T00:00:00Z, of 1970 to 9998, is allowed".to_owned();
    let moment = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| allowed())?;
    let moment = moment.to_utc();
    let shown = (1970..=9998).contains(&moment.year());
    shown.then_some(moment).ok_or_else(allowed)
}

/// Returns the source of all random values.
pub(super) fn seed(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("a text that is not empty is allowed".into());
    }
    Ok(text.to_owned())
}

/// A password, which is shown nowhere.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
pub(super) fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

/// A token of the control API, which is shown nowhere.
pub(super) fn token(text: &str) -> Result<Secret, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a token is made of visible ASCII characters, without spaces".into());
    }
    Ok(Secret::new(text))
}

/// A filter of tracing-subscriber, except that a word alone must be a level: otherwise a level that
/// is spelt wrongly would be taken for the name of a module, and silence all others.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let allowed =
        "error, warn, info, debug, trace, off or a filter such as info,hyper=debug is allowed";
    for part in text.split(',').map(str::trim) {
        let word = !part.contains(['=', '[']);
        if part.is_empty() || (word && LevelFilter::from_str(part).is_err()) {
            return Err(allowed.into());
        }
    }
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; {allowed}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_be_a_name_but_needs_a_port() {
        assert_eq!(
            listen("localhost:80"),
            Ok(SocketAddr::from(([127, 0, 0, 1], 80)))
        );
        assert!(listen("[::1]:80").is_ok_and(|address| address.is_ipv6()));
        assert!(listen("127.0.0.1").is_err());
        assert!(listen("127.0.0.1:99999").is_err());
    }

    #[test]
    fn a_moment_says_its_zone_and_is_one_that_a_clock_shows() {
        assert_eq!(
            moment("2030-01-01T01:00:00+01:00").unwrap().timestamp(),
            1_893_456_000
        );
        for bad in [
            "2030-01-01",
            "2030-01-01T00:00:00",
            "1969-12-31T23:59:59Z",
            "now",
            "",
        ] {
            assert!(moment(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_level_that_does_not_exist_is_refused() {
        for good in [
            "debug",
            "INFO",
            "warn,hyper=debug",
            "lookalike[request]=trace",
            "off",
        ] {
            assert!(log_filter(good).is_ok(), "{good:?}");
        }
        for bad in ["inof", "", "info,hyper", "hyper=loud"] {
            assert!(log_filter(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_base_url_loses_the_slash_at_its_end() {
        assert_eq!(
            base_url("https://glance.example/image/"),
            Ok("https://glance.example/image".into())
        );
        for bad in [
            "glance.example",
            "ftp://glance.example",
            "/image",
            "http://h/?a=b",
        ] {
            assert!(base_url(bad).is_err(), "{bad:?}");
        }
    }
}
