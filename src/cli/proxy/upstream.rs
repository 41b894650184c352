//! The servers behind the proxy, and which of them a request is for.

use std::path::Path;
use std::time::Duration;

use lookalike::{NumberedSecrets, with_causes};
use reqwest::{Certificate, Client, Url, redirect};

use crate::cli::recording::{IDENTITY, is_identity};

/// How long a connection to a server may take to come about.
const CONNECT: Duration = Duration::from_secs(30);

/// The servers behind the proxy.
#[derive(Debug)]
pub(super) struct Upstreams {
    pub(super) http: Client,
    glance: String,
    keystone: Option<String>,
}

impl Upstreams {
    /// Makes the client of these servers.
    pub(super) fn new(
        glance: &str,
        keystone: Option<&str>,
        cacert: Option<&Path>,
        insecure: bool,
    ) -> Result<Self, String> {
        let mut http = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            // A connection that the server has closed meanwhile would fail an upload, which cannot be sent again.
            .pool_max_idle_per_host(0)
            .tls_danger_accept_invalid_certs(insecure);
        if let Some(path) = cacert {
            let shown = path.display();
            let pem = std::fs::read(path).map_err(|error| format!("--cacert {shown}: {error}"))?;
            let certs = Certificate::from_pem_bundle(&pem);
            http =
                http.tls_certs_merge(certs.map_err(|error| format!("--cacert {shown}: {error}"))?);
        }
        let base = |url: &str, version: &str| {
            let url = url.trim_end_matches('/');
            url.strip_suffix(version).unwrap_or(url).to_owned()
        };
        Ok(Self {
            http: http.build().map_err(|error| with_causes(&error))?,
            glance: base(glance, "/v2"),
            keystone: keystone.map(|url| base(url, "/v3")),
        })
    }

    /// Returns the URL that a request is passed on to; none if there is no server for it.
    pub(super) fn target(&self, path: &str, query: Option<&str>) -> Option<String> {
        let question = query.map_or_else(String::new, |query| format!("?{query}"));
        if is_identity(path) {
            let rest = path.strip_prefix(IDENTITY).unwrap_or_default();
            let keystone = self.keystone.as_deref()?;
            return Some(format!("{keystone}{rest}{question}"));
        }
        Some(format!("{}{path}{question}", self.glance))
    }
}

/// Parses the URL of a server.
pub(super) fn url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; http://HOST:PORT is allowed"))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err("it does not begin with http:// or https://".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Returns a URL without the password in it.
pub(super) fn shown(url: &str) -> String {
    NumberedSecrets::query(url)
}
