//! Spans for OpenTelemetry: sent over OTLP (HTTP, protobuf) to the collector that the usual `OTEL_…` variables name.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter as OtlpExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// The name of the service unless a variable has another.
const SERVICE: &str = "lookalike";

/// The variables that name a collector.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// The time that the last spans have to be sent at the end.
const LAST: Duration = Duration::from_secs(2);

/// The spans that are still to be sent.
#[derive(Debug, Default)]
pub(super) struct PendingSpans(Option<SdkTracerProvider>);

impl PendingSpans {
    /// Sends the last spans, as long as that takes little time.
    pub(super) fn send(self) {
        if let Some(provider) = self.0 {
            // The exporter has reported why, if it could not.
            provider.shutdown_with_timeout(LAST).ok();
        }
    }
}

/// A layer that makes spans.
type SpanLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// Returns the layer that makes spans for the collector, if the environment names one, and what sends the last of them.
///
/// # Errors
///
/// A variable with a value that cannot be used.
pub(super) fn layer<S>() -> Result<(Option<SpanLayer<S>>, PendingSpans), String>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    if !is_wanted() {
        return Ok((None, PendingSpans::default()));
    }
    let exporter = OtlpExporter::builder().with_http().build();
    let exporter = exporter.map_err(|error| format!("OTEL_EXPORTER_OTLP_…: {error}"))?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(ReportingExporter::new(exporter))
        .with_resource(resource())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(SERVICE))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_target(false)
        .with_filter(filter_fn(is_exported));
    Ok((Some(Box::new(layer)), PendingSpans(Some(provider))))
}

/// Returns whether a span, or an event within one, is for the collector.
fn is_exported(metadata: &Metadata<'_>) -> bool {
    let most = if metadata.is_span() {
        Level::DEBUG
    } else {
        Level::WARN
    };
    metadata.target().starts_with("lookalike") && *metadata.level() <= most
}

fn is_wanted() -> bool {
    let variable = |name: &str| std::env::var(name).unwrap_or_default().trim().to_owned();
    let is_off = variable("OTEL_SDK_DISABLED").eq_ignore_ascii_case("true")
        || variable("OTEL_TRACES_EXPORTER") == "none";
    !is_off && ENDPOINTS.iter().any(|name| !variable(name).is_empty())
}

/// Returns what all spans tell of the process: what the environment says, and the program.
fn resource() -> Resource {
    let named = std::env::var("OTEL_SERVICE_NAME").is_ok_and(|name| !name.is_empty())
        || std::env::var("OTEL_RESOURCE_ATTRIBUTES")
            .is_ok_and(|attributes| attributes.contains("service.name="));
    let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    let resource = if named {
        resource
    } else {
        resource.with_service_name(SERVICE)
    };
    resource.build()
}

/// An exporter that logs once when the collector is gone, and once when it is back.
#[derive(Debug)]
struct ReportingExporter {
    inner: OtlpExporter,
    is_failing: AtomicBool,
}

impl ReportingExporter {
    fn new(inner: OtlpExporter) -> Self {
        Self {
            inner,
            is_failing: AtomicBool::new(false),
        }
    }
}

impl SpanExporter for ReportingExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let outcome = self.inner.export(batch).await;
        let was_failing = self.is_failing.swap(outcome.is_err(), Ordering::Relaxed);
        match &outcome {
            Err(error) if !was_failing => {
                tracing::warn!(%error, "the collector does not take spans; they are dropped until it does");
            }
            Ok(()) if was_failing => tracing::info!("the collector takes spans again"),
            _ => {}
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}
