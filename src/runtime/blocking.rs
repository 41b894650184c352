//! Blocking I/O, kept off the async threads.

use std::io;

use tokio::task::spawn_blocking;
use tracing::Span;

/// Runs blocking work on a thread of its own, within the caller's tracing span.
///
/// # Errors
///
/// Returns the error of the work, or one that says that its thread panicked.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let span = Span::current();
    spawn_blocking(move || span.in_scope(work))
        .await
        .map_err(io::Error::other)?
}
