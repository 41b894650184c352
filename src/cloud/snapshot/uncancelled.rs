//! Work on a cloud that a client cannot cancel by going away.

use super::SnapshotError;
use crate::Error;

/// Runs work to its end, even if the client that asked for it goes away.
pub(in crate::cloud) async fn run_to_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, SnapshotError>> + Send + 'static,
) -> Result<T, SnapshotError> {
    let died = |error| Error::Internal(format!("work on a snapshot died: {error}"));
    tokio::spawn(work).await.map_err(died)?
}
