//! Log lines: on standard error, for people or for programs.

use std::io::IsTerminal;

use lookalike::config::LogFormat;
use tracing_subscriber::EnvFilter;

/// Begins to write the log lines that pass `filter`; without a format, the terminal decides.
///
/// # Errors
///
/// What is wrong with the filter.
pub(crate) fn start(format: Option<LogFormat>, filter: &str) -> Result<(), String> {
    // The notices of PostgreSQL are of no interest unless they are asked for (`sqlx=info`).
    let filter = EnvFilter::try_new(format!("sqlx=warn,{filter}"));
    let filter = filter.map_err(|error| error.to_string())?;
    let terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty()))
        // A broken pipe is nothing to complain about on the same broken pipe.
        .log_internal_errors(false);
    let outcome = match format {
        LogFormat::Pretty => lines.try_init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
    };
    outcome.map_err(|error| error.to_string())
}
