//! Asks a server whether it is well: with no tool but this program, as containers like it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use lookalike::Config;

use super::address;
use super::failure::Failure;

/// The settings that say where the server is.
pub(super) const USES: &[&str] = &["help", "url", "config", "listen", "port_file"];

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Fails unless the server at `url`, or else the one with these settings, says that it is well.
///
/// A public URL in the settings is not asked: it may lead through what is not up yet.
pub(super) fn check(url: Option<&str>, config: &Config) -> Result<(), Failure> {
    let (address, host) = match url {
        Some(url) => resolve(url)?,
        None => address::of(config).map(|it| (it, it.to_string()))?,
    };
    let unwell =
        |why: String| Failure::start(format!("unhealthy: http://{host}/healthcheck {why}"));
    match ask(address, &host) {
        Ok(200) => Ok(()),
        Ok(status) => Err(unwell(format!("answered {status}"))),
        Err(error) => Err(unwell(match error.kind() {
            io::ErrorKind::ConnectionRefused => "is not there (connection refused)".into(),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                format!("did not answer within {} seconds", PATIENCE.as_secs())
            }
            _ => format!("did not answer: {error}"),
        })),
    }
}

fn resolve(url: &str) -> Result<(SocketAddr, String), Failure> {
    let refused =
        |why: &str| Failure::usage(format!("{url:?}: {why}; http://HOST:PORT is allowed"));
    let host = url
        .strip_prefix("http://")
        .ok_or_else(|| refused("it is no http URL"))?;
    let host = host.split('/').next().unwrap_or_default();
    let found = host
        .to_socket_addrs()
        .map_err(|error| refused(&error.to_string()))?;
    let found: Vec<_> = found.collect();
    let best = found.iter().find(|it| it.is_ipv4()).or(found.first());
    let best = best.ok_or_else(|| refused("that host has no address"))?;
    Ok((*best, host.to_owned()))
}

/// The status that `/healthcheck` of the server at `address` answers with.
pub(super) fn ask(address: SocketAddr, host: &str) -> io::Result<u16> {
    let deadline = Instant::now() + PATIENCE;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let agent = concat!("lookalike/", env!("CARGO_PKG_VERSION"));
    let request = format!(
        "GET /healthcheck HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
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

/// The status in a line such as `HTTP/1.1 200 OK`.
fn status(head: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next()?;
    let mut words = line.strip_prefix("HTTP/1.")?.split(' ');
    words.nth(1)?.parse().ok()
}
