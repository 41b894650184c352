//! PostgreSQL: opening a database, and waiting for a server that is still starting, as it happens when both start together.
//!
//! `postgres_absent` takes the place of this module in a build without the feature `postgres`.

use std::io;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
pub(super) use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
pub(super) use sqlx::postgres::PgRow;
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, timeout_at};

use super::error::DbOpenError;
use super::migrations::{MigrationFile, migrate, migrations};
use super::pool::{ACQUIRE_TIMEOUT, Pool};
use crate::config::Durability;

/// Connections to PostgreSQL, whose default allows 100 for all replicas together.
const CONNECTIONS: usize = 16;

/// The shortest and the longest pause between two attempts.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The migrations as PostgreSQL runs them.
pub(super) const MIGRATIONS: &[MigrationFile] = migrations!("postgres");

/// Connects to a database and applies the migrations that it lacks.
///
/// # Errors
/// Fails if the database does not answer, its schema is newer than this program, or a migration fails.
pub(super) async fn open(
    url: &str,
    durability: Durability,
) -> Result<Pool<PgConnection>, DbOpenError> {
    let options: PgConnectOptions = url.parse()?;
    let waits = match durability {
        Durability::Normal => "off",
        Durability::Full => "on",
    };
    let options = options
        .options([
            ("synchronous_commit", waits),
            ("TimeZone", "UTC"),
            ("DateStyle", "ISO"),
        ])
        .log_statements(tracing::log::LevelFilter::Trace);
    let mut connection = options.connect().await?;
    migrate(&mut connection, MIGRATIONS, i64::MAX).await?;
    connection.close().await?;
    Ok(Pool::new(options, CONNECTIONS, ACQUIRE_TIMEOUT))
}

/// Waits until a server that cannot be reached yet answers. Any other error of it counts at once.
///
/// # Errors
/// Fails with the last error if the server did not start in time.
pub(super) async fn wait_for(url: &str, wait: Duration) -> sqlx::Result<()> {
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
    use crate::db::Db;

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
