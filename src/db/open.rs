//! Opening a database by its URL, with migrations applied.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::error::DbOpenError;
use super::migrations::{SQLITE_MIGRATIONS, migrate};
use super::pool::{ACQUIRE_TIMEOUT, Pool};
use super::readable_schema::check_readable_schema;
use super::reserve::Reserve;
use super::{Db, Pools, postgres};
use crate::config::Durability;

/// The number of pages in SQLite's write-ahead log that starts a checkpoint. Each checkpoint waits for the
/// disk, so they should be rare.
const CHECKPOINT: &str = "4000";

/// The lease of a server whose settings do not say another.
#[cfg(test)]
const DEFAULT_LEASE: Duration = Duration::from_secs(30);

/// Connections that read an SQLite file at the same time; more than there are cores only take turns.
const SQLITE_READERS: usize = 3;

impl Db {
    /// Connects to the database at `url` and applies the migrations that it lacks.
    ///
    /// # Errors
    /// Fails if the URL has another scheme, the database does not answer, its schema is newer than this
    /// program, or a migration fails.
    #[cfg(test)]
    pub async fn open(url: &str, durability: Durability) -> Result<Self, DbOpenError> {
        Self::open_with_lease(url, durability, DEFAULT_LEASE).await
    }

    async fn open_with_lease(
        url: &str,
        durability: Durability,
        lease: Duration,
    ) -> Result<Self, DbOpenError> {
        if is_postgres(url) {
            let pool = postgres::open(url, durability, lease).await?;
            Ok(Self::from_pools(Pools::Postgres(pool)))
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url, durability).await
        } else {
            Err(DbOpenError::Url(url.to_owned()))
        }
    }

    /// Opens a database and applies the migrations that it lacks; gives a PostgreSQL that cannot be reached yet as
    /// long as `wait` to start. Any other error of it counts at once. There, the locks of a server that hangs
    /// end with its `lease`.
    ///
    /// # Errors
    /// Fails if the URL has another scheme, the schema is newer than this program, or a migration fails; or with the last
    /// error if the server did not start in time.
    pub async fn open_with_retry(
        url: &str,
        durability: Durability,
        lease: Duration,
        wait: Duration,
    ) -> Result<Self, DbOpenError> {
        if is_postgres(url) {
            postgres::wait_for(url, wait).await?;
        }
        Self::open_with_lease(url, durability, lease).await
    }

    async fn open_sqlite(url: &str, durability: Durability) -> Result<Self, DbOpenError> {
        let options: SqliteConnectOptions = url.parse()?;
        let in_memory = url.contains(":memory:");
        let options = options
            .create_if_missing(true)
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", CHECKPOINT)
            .busy_timeout(ACQUIRE_TIMEOUT)
            .synchronous(match durability {
                Durability::Normal => SqliteSynchronous::Normal,
                Durability::Full => SqliteSynchronous::Full,
            })
            .log_statements(tracing::log::LevelFilter::Trace);
        let options = if in_memory {
            options
        } else {
            options.journal_mode(SqliteJournalMode::Wal)
        };
        let mut connection = options.connect().await?;
        if !in_memory {
            check_readable_schema(&mut connection).await?;
        }
        // One transaction: another server that starts on the same file waits, and finds it done.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        migrate(&mut *transaction, SQLITE_MIGRATIONS, i64::MAX).await?;
        transaction.commit().await?;
        let (read, write) = if in_memory {
            // It is this one connection, for both readers and writers.
            let pool = Pool::of_database(connection, options, ACQUIRE_TIMEOUT);
            (pool.clone(), pool)
        } else {
            let read = Pool::new(options.clone(), SQLITE_READERS, ACQUIRE_TIMEOUT);
            let write = Pool::new(options, 1, ACQUIRE_TIMEOUT);
            write.add(connection);
            (read, write)
        };
        let reserve = match sqlite_file(url) {
            Some(file) => Some(Arc::new(Reserve::beside(&file).await)),
            None => None,
        };
        let db = Self::from_pools(Pools::Sqlite { read, write });
        Ok(db.with(|parts| parts.reserve = reserve))
    }
}

/// Returns the file of an SQLite database; `None` for a database that is in memory, or elsewhere.
#[must_use]
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return None;
    }
    let options: SqliteConnectOptions = url.parse().ok()?;
    Some(options.get_filename().to_owned())
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}
