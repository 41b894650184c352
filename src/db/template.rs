//! A database in memory, copied as a whole: the quickest way to a new one that has its schema, or
//! all its rows, already.
//!
//! A copy can grow to 1 GiB: SQLite sets that limit to databases made of bytes. So where a database
//! is to hold the bytes of images too, its schema is made the ordinary way.

use std::sync::{Arc, OnceLock};

use sqlx::sqlite::{SqliteConnectOptions, SqliteOwnedBuf};
use sqlx::{ConnectOptions, SqliteConnection};

use super::open::{PATIENCE, migrate};
use super::{Db, Durability, OpenError, Pool, Pools};
use super::{Rows, schema};
use crate::{Error, Result};

/// The schema, as the first database of the process was given it.
static SCHEMA: OnceLock<Template> = OnceLock::new();

/// A database in memory as bytes; cloning it is cheap.
#[derive(Clone)]
pub struct Template(pub(super) Arc<[u8]>);

impl std::fmt::Debug for Template {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} bytes of a database", self.0.len())
    }
}

impl Db {
    /// Whether it ends with the process.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        matches!(&self.pools, Pools::Sqlite { read, write } if read.is(write))
    }

    /// Whether both are one.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (&self.pools, &other.pools) {
            (Pools::Sqlite { write: one, .. }, Pools::Sqlite { write: other, .. }) => one.is(other),
            (Pools::Postgres(one), Pools::Postgres(other)) => one.is(other),
            _ => false,
        }
    }

    /// An empty database in memory, with its schema.
    pub async fn in_memory() -> Result<Self, OpenError> {
        if let Some(schema) = SCHEMA.get() {
            return Self::of_template(schema).await;
        }
        let db = Self::open("sqlite::memory:", Durability::Normal).await?;
        if let Some(schema) = db.template().await? {
            // Whoever was faster has made the same.
            SCHEMA.set(schema).ok();
        }
        Ok(db)
    }

    /// Rows of an older schema as they are in this one: what the migrations since then make of them.
    pub async fn brought_up_to_date(rows: Rows) -> Result<Rows> {
        if rows.schema >= schema() {
            return Ok(rows);
        }
        let failed = |it: OpenError| Error::Internal(it.to_string());
        let mut connection = options()?.connect().await?;
        migrate(&mut connection, true, rows.schema)
            .await
            .map_err(failed)?;
        let db = Self::of_connection(connection)?;
        db.restore(&rows).await?;
        if let Pools::Sqlite { write, .. } = &db.pools {
            let mut loan = write.borrow().await?;
            let connection = loan.connection()?;
            migrate(connection, true, i64::MAX).await.map_err(failed)?;
        }
        db.dump().await
    }

    /// All of this database, if it is in memory.
    pub async fn template(&self) -> sqlx::Result<Option<Template>> {
        match &self.pools {
            Pools::Sqlite { read, write } if read.is(write) => {
                let mut loan = write.borrow().await?;
                let bytes = loan.connection()?.serialize(None).await?;
                Ok(Some(Template(bytes.as_ref().into())))
            }
            _ => Ok(None),
        }
    }

    /// A new database in memory with all that the template has.
    pub async fn of_template(template: &Template) -> Result<Self, OpenError> {
        let mut connection = options()?.connect().await?;
        let bytes = SqliteOwnedBuf::try_from(&*template.0)?;
        connection.deserialize(None, bytes, false).await?;
        Ok(Self::of_connection(connection)?)
    }

    fn of_connection(connection: SqliteConnection) -> sqlx::Result<Self> {
        let pool = Pool::new(options()?, 1, PATIENCE);
        pool.keep(connection);
        Ok(Self::over(Pools::Sqlite {
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
