//! The log: lines on standard error, for people or for programs.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::IsTerminal;

use super::json_lines::{JsonLines, JsonMembers};
use super::otel::{self, PendingSpans};
use chrono::Local;
use lookalike::ScrubbedWriter;
use lookalike::config::LogFormat;
use tracing::Subscriber;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, registry};

/// Starts the log with the lines that pass `filter`. Without a format it is `pretty` on a terminal,
/// and `json` elsewhere. Returns the spans that are to be sent at the end.
///
/// # Errors
///
/// A filter that cannot be parsed, or a variable of OpenTelemetry.
pub(super) fn start(format: Option<LogFormat>, filter: &str) -> Result<PendingSpans, String> {
    // The notices of PostgreSQL are of no interest unless they are asked for (`sqlx=info`).
    let filter = EnvFilter::try_new(format!("sqlx=warn,{filter}"));
    let filter = filter.map_err(|error| error.to_string())?;
    let (spans, pending) = otel::layer()?;
    // A filter for all layers at once costs less than one for each.
    let outcome = match spans {
        None => registry().with(filter).with(lines(format)).try_init(),
        Some(spans) => registry()
            .with(lines(format).with_filter(filter))
            .with(spans)
            .try_init(),
    };
    outcome.map_err(|error| error.to_string())?;
    log_panics();
    Ok(pending)
}

/// Returns the layer that writes lines.
fn lines<S>(format: Option<LogFormat>) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| ScrubbedWriter::new(std::io::stderr()))
        .with_ansi(terminal && !no_color)
        // A broken pipe cannot be reported on the same broken pipe.
        .log_internal_errors(false);
    match format {
        LogFormat::Pretty if terminal => Box::new(lines.compact().with_timer(TimeOfDay)),
        LogFormat::Pretty => Box::new(lines),
        LogFormat::Json => Box::new(lines.event_format(JsonLines).fmt_fields(JsonMembers)),
    }
}

/// Has panics logged as all else is: in the form that was asked for, and without secrets.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        let backtrace =
            (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(%panic, backtrace, "a panic");
    }));
}

/// Writes the local time of day, for a person who watches.
struct TimeOfDay;

impl FormatTime for TimeOfDay {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", Local::now().format("%H:%M:%S%.3f"))
    }
}
