//! The address that the client reaches the server by: every link is made from it.

use http::{HeaderMap, Uri};

use crate::app::App;
use crate::config::Config;
use crate::config::public_url;

/// Stands in the URL of an endpoint for the address that the client reaches the server by.
pub(crate) const PUBLIC_URL: &str = "$(public_url)s";

/// The path of the identity, as the routes know it.
const IDENTITY: &str = "/identity";

/// The address that links begin with.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The address of the server's root, without a slash at the end.
    root: String,
    /// The path of the identity, as the present request has it.
    identity: &'static str,
}

impl Base {
    /// The configured one, else the one that the present request was sent to.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Self {
        let mount = app.mount().filter(|mount| mount.onto == IDENTITY);
        Self {
            root: public_url::base(&app.config(), app.scheme(), None, headers),
            identity: mount.map_or(IDENTITY, |mount| mount.prefix),
        }
    }

    /// The configured one, else where the server listens: for what no request asks for.
    pub(crate) fn without_request(config: &Config) -> Self {
        Self {
            root: public_url::base(config, config.tls.scheme(), None, &HeaderMap::new()),
            identity: config.dialect.in_force().paths.identity,
        }
    }

    /// The link to a path below `/v3`.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{}/v3{path}", self.root, self.identity)
    }

    /// Returns the link to a path below `/v2.0`.
    pub(crate) fn v2_link(&self, path: &str) -> String {
        format!("{}{}/v2.0{path}", self.root, self.identity)
    }

    /// The link to what was asked for, as it was asked for.
    pub(crate) fn itself(&self, uri: &Uri) -> String {
        let asked = uri.path_and_query();
        let asked = asked.map_or("/", |path_and_query| path_and_query.as_str());
        match asked.strip_prefix(IDENTITY) {
            Some(rest) => format!("{}{}{rest}", self.root, self.identity),
            None => format!("{}{asked}", self.root),
        }
    }

    /// The URL of an endpoint, as the client is to use it.
    pub(crate) fn endpoint(&self, url: &str) -> String {
        url.replace(PUBLIC_URL, &self.root)
    }
}
