//! Opening a database by its URL, with migrations applied.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::migrations::{Engine, MIGRATIONS, latest_schema};
use super::{Db, Pool, Pools};
use crate::config::Durability;

/// The time that a request waits for a connection before it fails.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);

/// The number of pages in SQLite's write-ahead log that starts a checkpoint. Each checkpoint waits for the
/// disk, so they should be rare.
const CHECKPOINT: &str = "4000";

/// Connections that read an SQLite file at the same time; more than there are cores only take turns.
const SQLITE_READERS: usize = 3;

/// Connections to PostgreSQL, whose default allows 100 for all replicas together.
const POSTGRES_CONNECTIONS: usize = 16;

/// An error of opening a database.
#[derive(Debug, thiserror::Error)]
pub enum DbOpenError {
    /// The scheme of the URL is unknown.
    #[error("the database URL {0:?} must begin with sqlite: or postgres:")]
    Url(String),
    /// The schema is from a newer version of this program.
    #[error(
        "the database has migration {0}, which this version of lookalike does not know: it was written by a newer one. Start that version, or give another database"
    )]
    Newer(i64),
    /// A migration failed.
    #[error("the schema of the database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database cannot be reached, or refuses the connection.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
}

impl Db {
    /// Connects to the database at `url` and applies the migrations that it lacks.
    ///
    /// # Errors
    /// Fails if the URL has another scheme, the database does not answer, its schema is newer than this
    /// program, or a migration fails.
    pub async fn open(url: &str, durability: Durability) -> Result<Self, DbOpenError> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url, durability).await
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url, durability).await
        } else {
            Err(DbOpenError::Url(url.to_owned()))
        }
    }

    async fn open_postgres(url: &str, durability: Durability) -> Result<Self, DbOpenError> {
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
        migrate(&mut connection, Engine::Postgres, i64::MAX).await?;
        connection.close().await?;
        let pool = Pool::new(options, POSTGRES_CONNECTIONS, ACQUIRE_TIMEOUT);
        Ok(Self::from_pools(Pools::Postgres(pool)))
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
        // One transaction: another server that starts on the same file waits, and finds it done.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        migrate(&mut *transaction, Engine::Sqlite, i64::MAX).await?;
        transaction.commit().await?;
        let read = Pool::new(options.clone(), SQLITE_READERS, ACQUIRE_TIMEOUT);
        let write = Pool::new(options, 1, ACQUIRE_TIMEOUT);
        // A database in memory is this one connection, for both readers and writers.
        let read = if in_memory { write.clone() } else { read };
        write.add(connection);
        Ok(Self::from_pools(Pools::Sqlite { read, write }))
    }
}

/// Brings the schema up to date, unless it is from a newer version. Servers that start at once on
/// one PostgreSQL take turns, from the making of the table that tells what was done.
/// `last` is the last migration to come to.
pub(super) async fn migrate<C: Connection + Migrate>(
    connection: &mut C,
    engine: Engine,
    last: i64,
) -> Result<(), DbOpenError> {
    connection.lock().await?;
    let migrated = migrate_alone(connection, engine, last).await;
    connection.unlock().await?;
    migrated
}

async fn migrate_alone<C: Connection + Migrate>(
    connection: &mut C,
    engine: Engine,
    last: i64,
) -> Result<(), DbOpenError> {
    connection
        .ensure_migrations_table("_sqlx_migrations")
        .await?;
    let applied = connection
        .list_applied_migrations("_sqlx_migrations")
        .await?;
    if let Some(newer) = applied
        .iter()
        .map(|migration| migration.version)
        .find(|version| *version > latest_schema())
    {
        return Err(DbOpenError::Newer(newer));
    }
    let migrations = MIGRATIONS
        .iter()
        .filter(|migration| migration.version <= last)
        .map(|migration| migration.for_engine(engine))
        .collect();
    let migrator = Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    };
    Ok(migrator.run_direct(None, connection, false).await?)
}
