//! The span of each control request, and one log line when it is answered.

use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use http::Method;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{MakeSpan, TraceLayer};
use tracing::Span;

use crate::api::LogResponse;
use crate::cloud::Cloud;

/// The target of the log lines of control requests.
const TARGET: &str = "lookalike::control";

/// The layer of the span.
pub(super) type Layer =
    TraceLayer<SharedClassifier<ServerErrorsAsFailures>, ControlSpan, (), LogResponse, (), (), ()>;

/// Returns the layer that puts each control request into a span and logs the response.
pub(super) fn layer() -> Layer {
    TraceLayer::new_for_http()
        .make_span_with(ControlSpan)
        .on_request(())
        .on_response(LogResponse)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// Makes the span of a control request: at INFO if it may change something, else at DEBUG.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlSpan;

impl MakeSpan<Body> for ControlSpan {
    fn make_span(&mut self, request: &Request) -> Span {
        let method = request.method();
        let original = request.extensions().get::<OriginalUri>();
        let path = original.map_or(request.uri().path(), |original| original.0.path());
        let cloud = request.extensions().get::<Cloud>();
        let below = cloud.map_or("", |cloud| cloud.start().below.as_str());
        if *method == Method::GET {
            tracing::debug_span!(target: TARGET, "control", %method, path, below)
        } else {
            tracing::info_span!(target: TARGET, "control", %method, path, below)
        }
    }
}
