//! Where a server is, for those that want to ask it.

use std::net::SocketAddr;

use lookalike::Config;
use lookalike::server::reachable;
use reqwest::Url;

use super::failure::Failure;

/// The URL of a server, or of one of its sandboxes, that is given on the command line: without what
/// stands behind it in the URLs of its control.
pub(super) fn url(text: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("{why}; http://HOST:PORT is allowed"));
    let url = match Url::parse(text) {
        Ok(it) => it,
        Err(_) if !text.contains("://") => return wrong("it does not begin with http://"),
        Err(error) => return wrong(&error.to_string()),
    };
    if !["http", "https"].contains(&url.scheme()) {
        return wrong("it does not begin with http://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("it has a query or a fragment");
    }
    let text = text.trim_end_matches('/');
    Ok(text.strip_suffix("/_lookalike").unwrap_or(text).to_owned())
}

/// The address that a server with these settings is reached by on this machine. Its port is in the
/// port file, if there is one.
pub(super) fn of(config: &Config) -> Result<SocketAddr, Failure> {
    let mut address = reachable(config.listen);
    if let Some(file) = config.port_file.as_deref() {
        // Whoever names one does not mean the server that happens to be elsewhere.
        let text = std::fs::read_to_string(file).map_err(|error| {
            let file = file.display();
            Failure::start(format!(
                "the port file {file} cannot be read ({error}): is the server running?"
            ))
        })?;
        let port = text.trim().parse();
        address.set_port(
            port.map_err(|_| Failure::start(format!("the port file has no port but {text:?}")))?,
        );
    }
    if address.port() == 0 {
        let why =
            "which port the server took is not known: give --port-file or --listen as it has them";
        return Err(Failure::start(why));
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_is_told_apart() {
        let read = |it| url(it).unwrap();
        assert_eq!(read("http://127.0.0.1:9292/"), "http://127.0.0.1:9292");
        assert_eq!(
            read("http://h:1/sandbox/a/_lookalike/"),
            "http://h:1/sandbox/a"
        );
        for (wrong, why) in [
            ("foo", "does not begin with http://"),
            ("localhost:9292", "does not begin with http://"),
            ("htp://x", "does not begin with http://"),
            ("http://", "empty host"),
            ("http://h:99999", "port"),
            ("http://h?x=1", "query"),
        ] {
            let said = url(wrong).unwrap_err();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}
