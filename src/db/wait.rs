//! Waiting for a database server that is still starting, as it happens when both start together.

use std::io;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, timeout_at};

use super::{Db, DbOpenError};
use crate::config::Durability;

/// The shortest and the longest pause between two attempts.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

impl Db {
    /// Opens a database like [`open`](Self::open), but gives a PostgreSQL that cannot be reached yet as
    /// long as `wait` to start. Any other error of it counts at once.
    ///
    /// # Errors
    /// Fails like [`open`](Self::open), or with the last error if the server did not start in time.
    pub async fn open_with_retry(
        url: &str,
        durability: Durability,
        wait: Duration,
    ) -> Result<Self, DbOpenError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            first_connection(url, wait).await?;
        }
        Self::open(url, durability).await
    }
}

async fn first_connection(url: &str, wait: Duration) -> sqlx::Result<()> {
    let deadline = Instant::now() + wait;
    let mut logged = false;
    let attempt = || async {
        let end = deadline.max(Instant::now() + PAUSE.1);
        match timeout_at(end, PgConnection::connect(url)).await {
            Ok(connection) => connection?.close().await,
            Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
        }
    };
    attempt
        .retry(
            ExponentialBuilder::default()
                .with_min_delay(PAUSE.0)
                .with_max_delay(PAUSE.1)
                .without_max_times(),
        )
        .when(|error| is_unavailable(error) && Instant::now() < deadline)
        .notify(|error, _| {
            if !std::mem::replace(&mut logged, true) {
                tracing::warn!(%error, seconds = wait.as_secs(), "waiting for the database server");
            }
        })
        .await
}

/// Returns `true` if there is no server, or it says that it is still starting (SQLSTATE 57P03).
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_never_answers_is_given_up() {
        let url = "postgres://nobody@127.0.0.1:1/none";
        let outcome =
            Db::open_with_retry(url, Durability::Normal, Duration::from_millis(120)).await;
        assert!(matches!(
            outcome,
            Err(DbOpenError::Database(sqlx::Error::Io(_)))
        ));
    }
}
