//! `lookalike healthcheck`: asks a server for its health, with no tool but this program, for use in
//! containers.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use clap::Args;

use super::address::Target;
use super::block_on;
use super::control::{cause, seconds};
use super::failure::CliError;
use super::trust::Trust;

/// The time that a server has to answer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The time between two attempts.
const INTERVAL: Duration = Duration::from_millis(100);

/// The options of `healthcheck`.
#[derive(Args, Debug)]
pub(super) struct HealthOptions {
    /// The URL of the server; --url is the same
    #[arg(value_name = "URL", hide = true)]
    server: Option<String>,

    /// Wait up to this many seconds for the server to become healthy [default: ask once]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    wait: Option<f64>,

    #[command(flatten)]
    target: Target,
}

/// Asks the server for its health, until it is healthy or the time to wait is over.
///
/// A public URL in the settings is not asked: it may lead through a proxy that is not up yet.
///
/// # Errors
///
/// Anything but an answer of 200.
pub(super) fn check(options: &HealthOptions) -> Result<(), CliError> {
    let begin = Instant::now();
    let wait = options.wait.map(Duration::from_secs_f64);
    let wait = wait.unwrap_or_default();
    loop {
        match check_once(options) {
            Err(failure) if !failure.is_usage() && begin.elapsed() < wait => {
                std::thread::sleep(INTERVAL.min(wait.saturating_sub(begin.elapsed())));
            }
            outcome => return outcome,
        }
    }
}

fn check_once(options: &HealthOptions) -> Result<(), CliError> {
    let base = match &options.server {
        Some(server) => options.target.below(&without_path(server))?,
        None => options.target.url()?,
    };
    let url = format!("{base}/healthcheck");
    if base.starts_with("https://") {
        let trust = options.target.trust_of_check(&base);
        return match block_on(ask_securely(&url, &trust))?? {
            200 => Ok(()),
            status => Err(CliError::start(format!(
                "unhealthy: {url} answered {status}"
            ))),
        };
    }
    let (address, host, prefix) = resolve(&base)?;
    let unhealthy = |why: String| CliError::start(format!("unhealthy: {url} {why}"));
    match ask(address, host, &format!("{prefix}/healthcheck")) {
        Ok(200) => Ok(()),
        Ok(status) => Err(unhealthy(format!("answered {status}"))),
        Err(error) => Err(unhealthy(match error.kind() {
            io::ErrorKind::ConnectionRefused => "is not there (connection refused)".into(),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                format!("did not answer within {} seconds", TIMEOUT.as_secs())
            }
            _ => format!("did not answer: {error}"),
        })),
    }
}

/// Returns the status of the answer to a GET of a URL that begins with https://.
pub(super) async fn ask_securely(url: &str, trust: &Trust) -> Result<u16, CliError> {
    let unhealthy = |error: reqwest::Error| {
        let why = if error.is_timeout() {
            format!("did not answer within {} seconds", TIMEOUT.as_secs())
        } else {
            format!("did not answer: {}", cause(&error))
        };
        CliError::start(format!("unhealthy: {url} {why}"))
    };
    let client = trust.client()?.timeout(TIMEOUT).build();
    let request = client.map_err(unhealthy)?.get(url);
    let agent = concat!("lookalike/", env!("CARGO_PKG_VERSION"));
    let request = request.header("User-Agent", agent);
    let request = request.header("Accept", "text/plain");
    let response = request.send().await.map_err(unhealthy)?;
    Ok(response.status().as_u16())
}

/// Removes the path of a URL. As an argument the URL may have any path.
fn without_path(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            format!("{scheme}://{host}")
        }
        None => url.to_owned(),
    }
}

/// Returns the address of a URL's host, the host, and the path without a slash at its end.
fn resolve(url: &str) -> Result<(SocketAddr, &str, &str), CliError> {
    let url = url.trim_end_matches('/');
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        CliError::usage(format!(
            "{url:?}: it is no http URL; http://HOST:PORT and https://HOST:PORT are allowed"
        ))
    })?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = if host.ends_with(']') || !host.contains(':') {
        ":80"
    } else {
        ""
    };
    let unresolved = |error: &str| CliError::start(format!("unhealthy: {url:?}: {error}"));
    let found = format!("{host}{port}").to_socket_addrs();
    let found: Vec<_> = found
        .map_err(|error| unresolved(&error.to_string()))?
        .collect();
    let best = found.iter().find(|address| address.is_ipv4());
    let best = best.or(found.first());
    let best = best.ok_or_else(|| unresolved("that host has no address"))?;
    Ok((*best, host, path))
}

/// Returns the status of the answer to a GET of the path at the address.
pub(super) fn ask(address: SocketAddr, host: &str, path: &str) -> io::Result<u16> {
    let deadline = Instant::now() + TIMEOUT;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let agent = concat!("lookalike/", env!("CARGO_PKG_VERSION"));
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut head = Vec::new();
    let mut part = [0; 256];
    while !head.contains(&b'\n') && head.len() < 1024 {
        let left = deadline.saturating_duration_since(Instant::now());
        // A time-out of zero would mean none.
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let length = stream.read(&mut part)?;
        if length == 0 {
            break;
        }
        head.extend_from_slice(part.get(..length).unwrap_or_default());
    }
    status(&head).ok_or_else(|| io::Error::other("that is no HTTP server"))
}

/// Parses the status in a line such as `HTTP/1.1 200 OK`.
fn status(head: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next()?;
    let mut words = line.strip_prefix("HTTP/1.")?.split(' ');
    words.nth(1)?.parse().ok()
}
