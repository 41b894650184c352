//! The span of each request, and one log line when it is answered.
//!
//! Whatever is logged on the way of a request stands in its span, so every line can be tied to it by the
//! request id. A query, a header or a body is never logged: they may hold secrets.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{MakeSpan, OnResponse, TraceLayer};
use tracing::field::Empty;
use tracing::{Level, Span};

use super::otel;
use crate::app::App;
use crate::domain::scrub;

/// The target of the log lines of requests, to both APIs and to the control API.
const TARGET: &str = "lookalike::request";

/// The layer of the span.
pub(crate) type Layer =
    TraceLayer<SharedClassifier<ServerErrorsAsFailures>, RequestSpan, (), LogResponse, (), (), ()>;

/// Returns the layer that puts each request into a span and logs the response.
pub(crate) fn layer() -> Layer {
    TraceLayer::new_for_http()
        .make_span_with(RequestSpan)
        .on_request(())
        .on_response(LogResponse)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// Makes the span of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestSpan;

impl MakeSpan<Body> for RequestSpan {
    fn make_span(&mut self, request: &Request) -> Span {
        let (method, path) = (request.method(), scrub::path(request.uri().path()));
        let app = request.extensions().get::<App>();
        let path = &*path;
        // Health checks come every second, the console looks often, and nobody wants to read of them.
        let span = if path.starts_with("/healthcheck") || app.is_some_and(App::is_for_console) {
            tracing::debug_span!(target: TARGET, "request", %method, path, otel.name = Empty, otel.kind = Empty)
        } else {
            tracing::info_span!(
                target: TARGET,
                "request",
                %method,
                path,
                sandbox = Empty,
                request_id = Empty,
                project = Empty,
                otel.name = Empty,
                otel.kind = Empty,
            )
        };
        otel::begin(&span, request, path);
        if let Some(sandbox) = app.and_then(sandbox_of) {
            span.record("sandbox", sandbox);
        }
        span
    }
}

fn sandbox_of(app: &App) -> Option<String> {
    let config = app.config();
    config.below.rsplit_once('/').map(|(_, id)| id.to_owned())
}

/// Tells the span of the present request who sends it and what its id is.
pub(in crate::api) fn identify(request_id: &str, project: Option<&str>) {
    let span = Span::current();
    span.record("request_id", request_id);
    if let Some(project) = project {
        span.record("project", project);
    }
}

/// Logs how a request was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogResponse;

impl<B> OnResponse<B> for LogResponse {
    fn on_response(self, response: &http::Response<B>, latency: Duration, span: &Span) {
        otel::end(span, response.status());
        let status = response.status().as_u16();
        let ms = (latency.as_secs_f64() * 1e6).round() / 1e3;
        if span
            .metadata()
            .is_some_and(|made| *made.level() == Level::DEBUG)
        {
            tracing::debug!(target: TARGET, status, ms, "answered");
        } else {
            tracing::info!(target: TARGET, status, ms, "answered");
        }
    }
}
