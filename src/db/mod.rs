//! The database: sessions, transactions and one module of statements for each kind of row.
//!
//! Only this file, `open` and `dump` know that there are two kinds of databases. SQLite and PostgreSQL
//! both read `$1` as the first argument, so a statement is written once and runs on either. It may use
//! what both have: `RETURNING`, `ON CONFLICT`, row values, `string_agg`, and timestamps that come from
//! the application's clock, never from the database's.

mod blobs;
mod cache;
mod cloud_id;
mod dump;
pub mod identity;
mod images;
mod keyset;
mod latest_timestamp;
mod listing;
mod members;
mod metadefs;
mod open;
mod pool;
mod row;
mod seeds;
mod selectivity;
mod sql;
mod tasks;
mod template;
mod uploads;
mod usage;
mod wait;

use std::sync::Arc;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, SqliteConnection};

use crate::domain::fault::{Access, DatabaseFails};
use crate::simulation::faults::database_fails;
pub use blobs::BlobOwner;
pub use cache::CachedImage;
pub use dump::{Dump, latest_schema};
pub use listing::{CommunityImages, ImagePage, ImageScope};
pub use metadefs::{NamespacePage, NamespaceScope, TagPage};
pub use open::DbOpenError;
use open::MIGRATIONS;
use pool::{ConnectionState, Pool, PooledConnection};
pub use row::FoundImage;
use selectivity::SelectivityCache;
pub use sql::{Arg, Sql};
pub use tasks::{TaskClaim, TaskOutcome};
pub use template::DatabaseTemplate;
pub use uploads::UploadLease;

/// A database of one of the two kinds; a clone is cheap and is the same database.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    selectivity: Arc<SelectivityCache>,
}

/// The connections of a database.
///
/// SQLite lets many read but one write. Writers queue here, first come first served, rather than at
/// the lock of its file, which has no order and makes them sleep.
#[derive(Clone, Debug)]
enum Pools {
    Sqlite {
        read: Pool<SqliteConnection>,
        write: Pool<SqliteConnection>,
    },
    Postgres(Pool<PgConnection>),
}

/// A connection in use: to read, or to write in a transaction.
#[derive(Debug)]
pub struct Session {
    connection: AnyConnection,
    /// Set while the transaction is still to begin, together with the first statement.
    begin_pending: bool,
    /// Statements to run at the commit.
    queue: Vec<Sql>,
    selectivity: Arc<SelectivityCache>,
}

#[derive(Debug)]
enum AnyConnection {
    Sqlite(PooledConnection<SqliteConnection>),
    Postgres(PooledConnection<PgConnection>),
}

impl Db {
    fn from_pools(pools: Pools) -> Self {
        let selectivity = Arc::default();
        Self { pools, selectivity }
    }

    /// Returns a session that only reads; each of its statements sees all that was committed before.
    ///
    /// # Errors
    /// Fails if no connection is free in time, or none can be opened.
    pub async fn read(&self) -> sqlx::Result<Session> {
        check_injected_fault(Access::Read)?;
        Ok(self.session(match &self.pools {
            Pools::Sqlite { read, .. } => AnyConnection::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.acquire().await?),
        }))
    }

    /// Returns a session that writes: all of it at [`Session::commit`], or nothing.
    ///
    /// # Errors
    /// Fails if no connection is free in time, or none can be opened.
    pub async fn write(&self) -> sqlx::Result<Session> {
        check_injected_fault(Access::Write)?;
        let mut session = self.session(match &self.pools {
            Pools::Sqlite { write, .. } => AnyConnection::Sqlite(write.acquire().await?),
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.acquire().await?),
        });
        match session.connection {
            AnyConnection::Sqlite(_) => session.begin_pending = true,
            AnyConnection::Postgres(_) => {
                // Before the statement: if this future is dropped while it runs, the connection needs
                // a rollback.
                session.set_state(ConnectionState::InTransaction);
                session.run(Sql::new("BEGIN")).await?;
            }
        }
        Ok(session)
    }

    /// Closes the idle connections, so that SQLite merges its write-ahead log into the file. The
    /// database can be used again.
    pub async fn close_idle(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close_idle().await;
                write.close_idle().await;
            }
            Pools::Postgres(pool) => pool.close_idle().await,
        }
    }

    /// Returns the kind of the database: `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    /// Checks that the database answers.
    ///
    /// # Errors
    /// Fails if it does not.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let mut session = self.read().await?;
        let _: Option<(i32,)> = session.one(Sql::new("SELECT 1")).await?;
        Ok(())
    }

    /// Refuses new sessions, waits for those in use to end and closes all connections: after this,
    /// nobody who still holds this database can change it.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Closes this database like [`close`](Self::close). One in memory, whose contents end with its
    /// connection, goes on as the database that is returned.
    pub async fn close_or_transfer(&self) -> Option<Self> {
        match &self.pools {
            Pools::Sqlite { write, .. } if self.is_in_memory() => {
                let pool = write.transfer().await?;
                let (read, write) = (pool.clone(), pool);
                Some(Self {
                    pools: Pools::Sqlite { read, write },
                    selectivity: Arc::clone(&self.selectivity),
                })
            }
            _ => {
                self.close().await;
                None
            }
        }
    }

    fn session(&self, connection: AnyConnection) -> Session {
        Session {
            connection,
            begin_pending: false,
            queue: Vec::new(),
            selectivity: Arc::clone(&self.selectivity),
        }
    }
}

/// Fails if an injected fault makes the database fail for the request or job of this task.
fn check_injected_fault(access: Access) -> sqlx::Result<()> {
    match database_fails(access) {
        None => Ok(()),
        Some(DatabaseFails::Away) => Err(sqlx::Error::PoolTimedOut),
        Some(DatabaseFails::Broken) => {
            Err(sqlx::Error::Protocol("injected by a fault rule".into()))
        }
    }
}

/// Runs a statement on the connection of a session.
macro_rules! run {
    ($session:expr, $row:ty, $sql:expr, $method:ident) => {{
        let before = $session.mark_unknown();
        let answer = match &mut $session.connection {
            AnyConnection::Sqlite(pooled) => {
                query!($row, $sql).$method(pooled.connection()?).await
            }
            AnyConnection::Postgres(pooled) => {
                query!($row, $sql).$method(pooled.connection()?).await
            }
        };
        // After an error of the database, such as a duplicate key, the connection can be used on; after
        // any other error it cannot.
        let usable = answer.is_ok() || matches!(answer, Err(sqlx::Error::Database(_)));
        if usable {
            $session.set_state(before);
        }
        answer
    }};
}

/// Builds the query with each argument bound as its own type.
macro_rules! query {
    ($row:ty, $sql:expr) => {{
        let mut query = sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text()));
        for arg in $sql.args() {
            query = match arg {
                Arg::Text(text) => query.bind(text.clone()),
                Arg::Int(number) => query.bind(*number),
                Arg::Bool(flag) => query.bind(*flag),
                Arg::Time(time) => query.bind(*time),
                Arg::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query
    }};
}

impl Session {
    /// Runs a statement and returns all its rows.
    ///
    /// # Errors
    /// Fails if the statement does, or a row does not have the columns of `T`.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Vec<T>> {
        let sql = self.with_begin(sql);
        run!(self, T, sql, fetch_all)
    }

    /// Runs a statement and returns its first row, if there is one.
    ///
    /// # Errors
    /// Fails like [`all`](Self::all).
    pub async fn one<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Option<T>> {
        let sql = self.with_begin(sql);
        run!(self, T, sql, fetch_optional)
    }

    /// Runs a statement that returns no rows.
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn run(&mut self, sql: Sql) -> sqlx::Result<()> {
        self.all::<()>(sql).await.map(drop)
    }

    /// Queues a statement for the commit, whose failure its own then is. The session does not see its
    /// effect.
    pub fn queue(&mut self, sql: Sql) {
        self.queue.push(sql);
    }

    /// Begins the transaction together with its first statement, and ends it with its last: SQLite
    /// takes several statements at once, and each call of it costs more than a statement.
    fn with_begin(&mut self, sql: Sql) -> Sql {
        if !std::mem::take(&mut self.begin_pending) {
            return sql;
        }
        // From here on, a session that is dropped needs a rollback.
        self.set_state(ConnectionState::InTransaction);
        Sql::new("BEGIN IMMEDIATE; ").append(sql)
    }

    /// Runs a query like [`one`](Self::one) and locks the row until the commit. `table` is the name or
    /// alias of the table to lock. (In SQLite, a session that writes locks the whole database.)
    ///
    /// # Errors
    /// Fails like [`all`](Self::all).
    pub async fn lock_one<T: Row>(&mut self, sql: Sql, table: &str) -> sqlx::Result<Option<T>> {
        let sql = match self.connection {
            AnyConnection::Sqlite(_) => sql,
            AnyConnection::Postgres(_) => sql.push(" FOR UPDATE OF ").push(table),
        };
        self.one(sql).await
    }

    /// Locks the row with this id until the commit, before it and rows of other tables are read.
    ///
    /// PostgreSQL waits for a locked row and then reads that row again, but rows of other tables as they
    /// were before the wait. (In SQLite, a session that writes locks the whole database.)
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn lock_row(&mut self, table: &str, id: &str) -> sqlx::Result<()> {
        match self.connection {
            AnyConnection::Sqlite(_) => Ok(()),
            AnyConnection::Postgres(_) => {
                let sql = Sql::new("SELECT FROM ").push(table).push(" WHERE id = ");
                self.run(sql.push_bind(id).push(" FOR UPDATE")).await
            }
        }
    }

    /// Takes the advisory lock of this name until the commit. (In SQLite, a session that writes locks
    /// the whole database.)
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn advisory_lock(&mut self, name: &str) -> sqlx::Result<()> {
        match self.connection {
            AnyConnection::Sqlite(_) => Ok(()),
            AnyConnection::Postgres(_) => {
                let sql = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
                self.run(sql.bind(name)).await
            }
        }
    }

    /// Runs the queued statements and commits the transaction.
    ///
    /// # Errors
    /// Fails if a statement does; then nothing of the session is kept.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let queue = std::mem::take(&mut self.queue);
        let commit = Sql::new("COMMIT");
        match self.connection {
            AnyConnection::Sqlite(_) => {
                let whole = queue
                    .into_iter()
                    .reduce(|all, next| all.push("; ").append(next))
                    .map_or(commit.clone(), |all| all.push("; ").append(commit));
                self.run(whole).await?;
            }
            AnyConnection::Postgres(_) => {
                for sql in queue {
                    self.run(sql).await?;
                }
                self.run(commit).await?;
            }
        }
        self.set_state(ConnectionState::Clean);
        Ok(())
    }

    /// Marks a connection outside of a transaction as unknown while a statement runs, in case the
    /// statement is given up. Returns the state to set again once it has ended.
    fn mark_unknown(&mut self) -> ConnectionState {
        let before = self.state();
        if before == ConnectionState::Clean {
            self.set_state(ConnectionState::Unknown);
        }
        before
    }

    fn state(&self) -> ConnectionState {
        match &self.connection {
            AnyConnection::Sqlite(pooled) => pooled.state,
            AnyConnection::Postgres(pooled) => pooled.state,
        }
    }

    fn set_state(&mut self, state: ConnectionState) {
        match &mut self.connection {
            AnyConnection::Sqlite(pooled) => pooled.state = state,
            AnyConnection::Postgres(pooled) => pooled.state = state,
        }
    }
}

/// A row that either database can return; `#[derive(FromRow)]` implements it.
pub trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
impl<T> Row for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
