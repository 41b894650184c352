//! Audit lines about whoever is refused by the APIs.

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use super::extract::RequestId;
use crate::Error;
use crate::app::App;
use crate::identity::claimed::ClaimedUser;
use crate::runtime::audit::{TARGET, shown};
use crate::runtime::metrics::{Event, LoginApi};
use crate::simulation::connection::ConnectionAbort;

/// The header in which proxies name the client.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The place that a request comes from, and its id: what its audit line tells.
#[derive(Clone, Debug, Default)]
pub(in crate::api) struct AuditedRequest {
    source: Option<String>,
    forwarded_for: Option<String>,
    id: String,
}

impl<S: Sync> FromRequestParts<S> for AuditedRequest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let id = parts.extensions.get::<RequestId>().cloned();
        Ok(Self {
            source: source(&parts.extensions),
            forwarded_for: forwarded_for(&parts.headers),
            id: id.unwrap_or_default().0,
        })
    }
}

/// Returns the address that a request comes from.
fn source(extensions: &http::Extensions) -> Option<String> {
    let connection = extensions.get::<ConnectionAbort>()?;
    connection.peer().map(|peer| peer.to_string())
}

/// Returns the clients that proxies name, or the client itself: nothing vouches for it.
fn forwarded_for(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(FORWARDED_FOR)?;
    Some(shown(&String::from_utf8_lossy(value.as_bytes())))
}

impl AuditedRequest {
    /// Counts a log-in that was refused, and writes a line about it.
    pub(in crate::api) fn login_refused(&self, app: &App, api: LoginApi, claimed: &ClaimedUser) {
        app.metrics.count(Event::LoginRefused(api));
        let Some(suppressed) = app.audit.admit_refusal() else {
            return;
        };
        tracing::warn!(
            target: TARGET,
            api = api.as_str(),
            method = claimed.method,
            user = claimed.user.as_deref().map(shown),
            domain = claimed.domain.as_deref().map(shown),
            source = self.source,
            forwarded_for = self.forwarded_for,
            request_id = self.id,
            suppressed,
            "log-in refused"
        );
    }
}

/// Counts a request without a valid token, and notes it at DEBUG: clients come with tokens that have expired.
pub(in crate::api) fn token_refused(app: &App, extensions: &http::Extensions, headers: &HeaderMap) {
    app.metrics.count(Event::TokenRefused);
    if !tracing::enabled!(target: TARGET, tracing::Level::DEBUG) {
        return;
    }
    if let Some(suppressed) = app.audit.admit_refusal() {
        tracing::debug!(
            target: TARGET,
            source = source(extensions),
            forwarded_for = forwarded_for(headers),
            has_token = headers.contains_key("x-auth-token"),
            suppressed,
            "token refused"
        );
    }
}
