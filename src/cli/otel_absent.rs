//! Stands for OpenTelemetry where it is compiled without.

use tracing_subscriber::Layer;

/// No spans.
#[derive(Debug, Default)]
pub(super) struct PendingSpans;

impl PendingSpans {
    /// Sends nothing.
    #[expect(clippy::unused_self, reason = "with OpenTelemetry there are spans")]
    pub(super) fn send(self) {}
}

/// A layer that makes spans.
type SpanLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// Returns no layer.
///
/// # Errors
///
/// None.
#[expect(clippy::unnecessary_wraps, reason = "with OpenTelemetry it can fail")]
pub(super) fn layer<S>() -> Result<(Option<SpanLayer<S>>, PendingSpans), String> {
    Ok((None, PendingSpans))
}
