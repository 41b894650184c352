//! Audit lines about calls of the control API: who changed what, and who was refused.

use http::request::Parts;
use http::{Method, StatusCode};

use super::ROOT;
use crate::app::context::RequestSource;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::domain::scrub;
use crate::runtime::audit::{TARGET, shown};
use crate::simulation::connection::ConnectionAbort;

/// A call, as its audit line tells it.
#[derive(Debug)]
pub(super) struct AuditedCall {
    method: Method,
    path: String,
    source: Option<String>,
    by_console: bool,
}

impl AuditedCall {
    /// Notes a call, before it is answered.
    pub(super) fn of(parts: &Parts) -> Self {
        let path = format!("{ROOT}{}", parts.uri.path());
        let connection = parts.extensions.get::<ConnectionAbort>();
        let peer = connection.and_then(ConnectionAbort::peer);
        Self {
            method: parts.method.clone(),
            path: shown(&scrub::path(&path)),
            source: peer.map(|peer| peer.to_string()),
            by_console: parts.extensions.get() == Some(&RequestSource::Console),
        }
    }

    /// Writes a line about the call, if it may have changed something or was refused.
    pub(super) fn answered(self, cloud: &Cloud, status: StatusCode) {
        let config = cloud.start();
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
        if !refused && self.method.is_safe() {
            return;
        }
        let admitted = if refused {
            config.audit.admit_refusal()
        } else {
            config.audit.admit_call()
        };
        let Some(suppressed) = admitted else {
            return;
        };
        let (method, path, source) = (self.method.as_str(), &self.path, &self.source);
        let (below, status) = (config.below.as_str(), status.as_u16());
        if refused {
            tracing::warn!(target: TARGET, method, path, below, source, status, suppressed, "control call refused");
        } else {
            let by = self.caller(config);
            tracing::info!(target: TARGET, by, method, path, below, source, status, suppressed, "control call");
        }
    }

    /// Returns what let the caller in.
    fn caller(&self, config: &Config) -> &'static str {
        if self.by_console {
            "console"
        } else if config.control.control_token.is_some() {
            "token"
        } else {
            "program of this machine"
        }
    }
}
