//! The names that a certificate of the server's own is for.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use http::Uri;

use crate::config::Config;

/// An address of each family in a block that is for documentation (RFC 5737, RFC 3849): nobody has it.
const NOBODY: [(&str, &str); 2] = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];

/// Returns the names and addresses by which clients may know a server with these settings, each once. Blocks for the name of
/// the machine only.
pub(super) fn of_server(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(machine_name());
    let listens = [Some(config.listen), config.tls.listen_http];
    for address in listens.into_iter().flatten() {
        names.extend(addresses(address));
    }
    names.extend(config.access.public_url.as_deref().and_then(host));
    names.extend(config.connections.accept_host.iter().cloned());
    names.extend(config.tls.tls_names.iter().cloned());
    let mut seen = Vec::with_capacity(names.len());
    for name in names {
        let name = name.to_ascii_lowercase();
        if !name.is_empty() && !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// The name of this machine, if it can be in a certificate.
fn machine_name() -> Option<String> {
    let name = rustix::system::uname();
    let name = name.nodename().to_str().ok()?;
    let is_part = |c: u8| c.is_ascii_alphanumeric() || b".-_".contains(&c);
    (!name.is_empty() && name.bytes().all(is_part)).then(|| name.to_owned())
}

/// Returns the address that a server listens on; if those are all of the machine, the ones that it speaks to others from.
fn addresses(listen: SocketAddr) -> Vec<String> {
    if !listen.ip().is_unspecified() {
        return vec![listen.ip().to_string()];
    }
    let found = NOBODY.iter().filter_map(|(from, to)| outward(from, to));
    found.map(|address| address.to_string()).collect()
}

/// Returns the address of this machine on the way to another. No packet is sent: a datagram socket only looks the way up.
fn outward(from: &str, to: &str) -> Option<IpAddr> {
    let socket = UdpSocket::bind(from).ok()?;
    socket.connect(to).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// The host in a URL, an address of IPv6 without its brackets.
fn host(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?;
    Some(host.trim_matches(['[', ']']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_settings_each_once() {
        let mut config = Config::default();
        config.access.public_url = Some("https://Glance.Example:8443/image".into());
        config.connections.accept_host = vec!["inner".into()];
        config.tls.tls_names = vec!["glance.example".into(), "10.0.0.7".into()];
        config.tls.listen_http = Some(([127, 0, 0, 2], 80).into());
        let names = of_server(&config);
        for name in [
            "localhost",
            "127.0.0.1",
            "::1",
            "127.0.0.2",
            "glance.example",
            "inner",
            "10.0.0.7",
        ] {
            let count = names.iter().filter(|known| *known == name).count();
            assert_eq!(count, 1, "{name}: {names:?}");
        }
        assert_eq!(host("https://[2001:db8::7]:1/"), Some("2001:db8::7".into()));
    }
}
