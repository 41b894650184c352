//! Copies of a database in memory: the quickest way to a new database that has the schema, or all rows,
//! of another.
//!
//! A copy can grow to 1 GiB, SQLite's limit for deserialized databases. So the schema of a database that
//! holds the bytes of images too is made by the migrations.

use std::sync::{Arc, OnceLock};

use sqlx::sqlite::{SqliteConnectOptions, SqliteOwnedBuf};
use sqlx::{ConnectOptions, SqliteConnection};

use super::migrations::{SQLITE_MIGRATIONS, migrate};
use super::pool::{ACQUIRE_TIMEOUT, Pool};
use super::{Db, DbOpenError, Dump, Pools, latest_schema};
use crate::{Error, Result};

/// The size of a page of a database in memory, in bytes. Nearly every one of some 140 tables and indexes is smaller than a
/// page of SQLite's usual 4 KiB, and each sandbox has them all.
const PAGE_SIZE: u32 = 1024;

/// The empty database with its schema, copied from the first database of the process.
static SCHEMA: OnceLock<DatabaseTemplate> = OnceLock::new();

/// A database in memory, serialized by SQLite; a clone is cheap.
#[derive(Clone)]
pub struct DatabaseTemplate(pub(super) Arc<[u8]>);

impl std::fmt::Debug for DatabaseTemplate {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "DatabaseTemplate({} bytes)", self.0.len())
    }
}

impl Db {
    /// Returns `true` if the database is in memory and ends with the process.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        matches!(&self.pools, Pools::Sqlite { read, write } if read.is_same(write))
    }

    /// Returns `true` if both are clones of one database.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.pools, &other.pools) {
            (Pools::Sqlite { write: one, .. }, Pools::Sqlite { write: other, .. }) => {
                one.is_same(other)
            }
            (Pools::Postgres(one), Pools::Postgres(other)) => one.is_same(other),
            _ => false,
        }
    }

    /// Creates an empty database in memory, with its schema.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub async fn in_memory() -> Result<Self, DbOpenError> {
        if let Some(schema) = SCHEMA.get() {
            return Self::from_template(schema).await;
        }
        let mut connection = options()?.page_size(PAGE_SIZE).connect().await?;
        migrate(&mut connection, SQLITE_MIGRATIONS, i64::MAX).await?;
        let db = Self::from_connection(connection)?;
        if let Some(schema) = db.template().await? {
            // Another thread may have been faster with the same.
            SCHEMA.set(schema).ok();
        }
        Ok(db)
    }

    /// Migrates a dump of an older schema to this one: restores it into a database of its schema, applies
    /// the later migrations and dumps that.
    ///
    /// # Errors
    /// Fails if the dump does not fit its schema, or a migration fails.
    pub async fn migrate_dump(dump: Dump) -> Result<Dump> {
        if dump.schema >= latest_schema() {
            return Ok(dump);
        }
        let failed = |error: DbOpenError| Error::Internal(error.to_string());
        let mut connection = options()?.connect().await?;
        migrate(&mut connection, SQLITE_MIGRATIONS, dump.schema)
            .await
            .map_err(failed)?;
        let db = Self::from_connection(connection)?;
        db.restore(&dump).await?;
        if let Pools::Sqlite { write, .. } = &db.pools {
            let mut pooled = write.acquire().await?;
            let connection = pooled.connection()?;
            migrate(connection, SQLITE_MIGRATIONS, i64::MAX)
                .await
                .map_err(failed)?;
        }
        db.dump().await
    }

    /// Serializes this database; `None` if it is not in memory.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub async fn template(&self) -> sqlx::Result<Option<DatabaseTemplate>> {
        match &self.pools {
            Pools::Sqlite { read, write } if read.is_same(write) => {
                let mut pooled = write.acquire().await?;
                let bytes = pooled.connection()?.serialize(None).await?;
                Ok(Some(DatabaseTemplate(bytes.as_ref().into())))
            }
            _ => Ok(None),
        }
    }

    /// Creates a database in memory with all rows of the template.
    ///
    /// # Errors
    /// Fails if SQLite does.
    pub async fn from_template(template: &DatabaseTemplate) -> Result<Self, DbOpenError> {
        let mut connection = options()?.connect().await?;
        let bytes = SqliteOwnedBuf::try_from(&*template.0)?;
        connection.deserialize(None, bytes, false).await?;
        Ok(Self::from_connection(connection)?)
    }

    fn from_connection(connection: SqliteConnection) -> sqlx::Result<Self> {
        let pool = Pool::of_database(connection, options()?, ACQUIRE_TIMEOUT);
        Ok(Self::from_pools(Pools::Sqlite {
            read: pool.clone(),
            write: pool,
        }))
    }
}

fn options() -> sqlx::Result<SqliteConnectOptions> {
    let options: SqliteConnectOptions = "sqlite::memory:".parse()?;
    Ok(options
        .foreign_keys(true)
        .log_statements(tracing::log::LevelFilter::Trace))
}
