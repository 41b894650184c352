//! A request as OpenTelemetry sees it: a part of its client's trace, with attributes by the semantic conventions for HTTP.

use std::sync::LazyLock;

use axum::extract::Request;
use http::{HeaderMap, StatusCode};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::Status;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetrySpanExt, SetParentError};

use crate::api::path_templates;
use crate::config::public_url::UrlScheme;
use crate::runtime::metrics::RouteNames;
use crate::simulation::connection::ConnectionAbort;

/// The names of the routes of the APIs.
static ROUTES: LazyLock<RouteNames> = LazyLock::new(|| RouteNames::new(&path_templates()));

/// The headers of a request as the propagator reads them.
struct HeaderExtractor<'a>(&'a HeaderMap);

impl Extractor for HeaderExtractor<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// Makes the span of a request one of its client's trace, and names it by the template of its path. `path` has no
/// secrets.
pub(super) fn begin(span: &Span, request: &Request, path: &str) {
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // Where no spans are exported, or not this one.
    if let Err(SetParentError::LayerNotFound | SetParentError::SpanDisabled) =
        span.set_parent(parent)
    {
        return;
    }
    let method = request.method().as_str().to_owned();
    let route = ROUTES.of(request.uri().path()).to_string();
    span.record("otel.kind", "server");
    span.record("otel.name", format!("{method} {route}"));
    span.set_attribute("http.request.method", method);
    span.set_attribute("http.route", route);
    span.set_attribute("url.path", path.to_owned());
    let scheme = request.extensions().get::<UrlScheme>().copied();
    span.set_attribute("url.scheme", scheme.unwrap_or_default().as_str());
    let peer = request.extensions().get::<ConnectionAbort>();
    if let Some(peer) = peer.and_then(ConnectionAbort::peer) {
        span.set_attribute("client.address", peer.to_string());
    }
    let agent = request.headers().get(http::header::USER_AGENT);
    if let Some(agent) = agent.and_then(|agent| agent.to_str().ok()) {
        span.set_attribute("user_agent.original", agent.to_owned());
    }
}

/// Notes the status of the answer; 5xx are errors of a server's span.
pub(super) fn end(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_attribute("error.type", status.as_str().to_owned());
        span.set_status(Status::error(""));
    }
}
