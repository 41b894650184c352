//! PostgreSQL: opening a database, and waiting for a server that is still starting, as it happens when both start together.
//!
//! `postgres_absent` takes the place of this module in a build without the feature `postgres`.

use std::io;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
pub(super) use sqlx::PgConnection;
pub(super) use sqlx::postgres::PgRow;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgSeverity};
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, timeout_at};

use super::error::DbOpenError;
use super::migrations::{MigrationFile, migrate, migrations};
use super::pool::{ACQUIRE_TIMEOUT, Pool};
use crate::config::Durability;

/// Connections to PostgreSQL, whose default allows 100 for all replicas together.
const CONNECTIONS: usize = 16;

/// The longest time that one statement may take. The locks that it waits for end sooner.
pub(super) const STATEMENT_LIMIT: Duration = Duration::from_mins(2);

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
    lease: Duration,
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
    // Other servers that start may migrate meanwhile, which takes as long as it takes.
    let mut connection = options.connect().await?;
    migrate(&mut connection, MIGRATIONS, i64::MAX).await?;
    connection.close().await?;
    let limited = options.clone().options(limits(lease));
    let pooled = match limited.clone().options(tcp_limits(lease)).connect().await {
        Ok(connection) => {
            connection.close().await?;
            limited.options(tcp_limits(lease))
        }
        // A server on a system without these, or behind a Unix socket.
        Err(sqlx::Error::Database(_)) => limited,
        Err(error) => return Err(error.into()),
    };
    Ok(Pool::new(pooled, CONNECTIONS, ACQUIRE_TIMEOUT))
}

/// Returns the limits of the locks of a server that hangs: within a lease PostgreSQL ends its transactions,
/// and others do not wait for them as long. Nothing here leaves a transaction idle for a lease: see
/// `ReplicaOptions::removal`.
fn limits(lease: Duration) -> [(&'static str, String); 2] {
    let milliseconds = |time: Duration| format!("{}ms", time.as_millis().max(1));
    [
        ("lock_timeout", milliseconds(lease / 3)),
        ("idle_in_transaction_session_timeout", milliseconds(lease)),
    ]
}

/// Returns the limits after which PostgreSQL takes a silent client for gone.
fn tcp_limits(lease: Duration) -> [(&'static str, String); 4] {
    let seconds = |time: Duration| time.as_secs().max(1).to_string();
    [
        ("tcp_keepalives_idle", seconds(lease / 3)),
        ("tcp_keepalives_interval", seconds(lease / 9)),
        ("tcp_keepalives_count", "3".to_owned()),
        ("tcp_user_timeout", format!("{}ms", lease.as_millis())),
    ]
}

/// Returns `true` if an error means that its connection is of no use any more: it failed, or the server says
/// that it ends it (SQLSTATE 57P01 and others, all FATAL).
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<PgDatabaseError>()
            .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)),
        sqlx::Error::RowNotFound
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_)
        | sqlx::Error::TypeNotFound { .. } => false,
        _ => true,
    }
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
pub(super) mod tests;
