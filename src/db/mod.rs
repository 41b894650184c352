//! The database: sessions, transactions and one module of statements for each kind of row.
//!
//! Only this file, `session`, `open` and `dump` know that there are two kinds of databases. SQLite and PostgreSQL
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
mod session;
mod sql;
mod tasks;
mod template;
mod uploads;
mod usage;
mod wait;

use std::sync::Arc;

use sqlx::{PgConnection, SqliteConnection};

use crate::domain::fault::Access;
pub use blobs::Owned;
pub use cache::Cached;
use frequency::Frequency;
pub use images::Found;
pub use listing::{Community, Page, Set};
pub use metadefs::{NamespacePage, TagPage, Whose};
use open::MIGRATIONS;
use pool::{ConnectionState, Pool};
pub use row::FoundImage;
use selectivity::SelectivityCache;
use session::AnyConnection;
pub use session::{Row, Session};
pub use sql::{Arg, Sql};
pub use tasks::{TaskClaim, TaskOutcome};
pub use template::DatabaseTemplate;
pub use uploads::UploadLease;

/// A database of one of the two kinds; a clone is cheap and is the same database.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    frequency: Arc<Frequency>,
    check: Option<Arc<dyn SessionCheck>>,
}

/// Decides whether a session may begin: how a fault makes the database fail one request or task.
pub trait SessionCheck: std::fmt::Debug + Send + Sync {
    /// Fails as the database is to fail a session with this access.
    fn check(&self, access: Access) -> sqlx::Result<()>;
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

impl Db {
    fn over(pools: Pools) -> Self {
        Self {
            pools,
            frequency: Arc::default(),
            check: None,
        }
    }

    /// Returns the same database, whose sessions begin only if this check lets them.
    #[must_use]
    pub fn checked_by(&self, check: Arc<dyn SessionCheck>) -> Self {
        Self {
            check: Some(check),
            ..self.clone()
        }
    }

    fn check(&self, access: Access) -> sqlx::Result<()> {
        self.check
            .as_ref()
            .map_or(Ok(()), |check| check.check(access))
    }

    /// Returns a session that only reads; each of its statements sees all that was committed before.
    ///
    /// # Errors
    /// Fails if no connection is free in time, or none can be opened.
    pub async fn read(&self) -> sqlx::Result<Session> {
        self.check(Access::Read)?;
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
                    frequency: Arc::clone(&self.frequency),
                    check: None,
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

    /// A session that writes: all of it at [`Session::commit`], or nothing.
    pub async fn write(&self) -> sqlx::Result<Session> {
        self.check(Access::Write)?;
        let mut session = self.session(match &self.pools {
            Pools::Sqlite { write, .. } => Link::Sqlite(write.borrow().await?),
            Pools::Postgres(pool) => Link::Postgres(pool.borrow().await?),
        });
        match session.link {
            Link::Sqlite(_) => session.begins = true,
            Link::Postgres(_) => {
                // First: whoever is given up while it begins leaves something to undo.
                session.set(State::Open);
                session.run(Sql::new("BEGIN")).await?;
            }
        }
        Ok(session)
    }
}

/// Runs one statement on whichever connection the session has.
macro_rules! run {
    ($session:expr, $row:ty, $sql:expr, $method:ident) => {{
        let before = $session.begin();
        let answer = match &mut $session.link {
            Link::Sqlite(it) => query!($row, $sql).$method(it.connection()?).await,
            Link::Postgres(it) => query!($row, $sql).$method(it.connection()?).await,
        };
        // A refusal such as a duplicate leaves the connection sound; a break does not.
        let sound = answer.is_ok() || matches!(answer, Err(sqlx::Error::Database(_)));
        if sound {
            $session.set(before);
        }
        answer
    }};
}

/// The statement with every argument bound, each as its own type.
macro_rules! query {
    ($row:ty, $sql:expr) => {{
        let mut query = sqlx::query_as::<_, $row>(AssertSqlSafe($sql.text.clone()));
        for arg in &$sql.args {
            query = match arg {
                Arg::Text(it) => query.bind(it.clone()),
                Arg::Int(it) => query.bind(*it),
                Arg::Bool(it) => query.bind(*it),
                Arg::Time(it) => query.bind(*it),
                Arg::Bytes(it) => query.bind(it.clone()),
            };
        }
        query
    }};
}

impl Session {
    /// Every row of the answer.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Vec<T>> {
        let sql = self.begun(sql);
        run!(self, T, sql, fetch_all)
    }

    /// The one row of the answer, if there is one.
    pub async fn one<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Option<T>> {
        let sql = self.begun(sql);
        run!(self, T, sql, fetch_optional)
    }

    /// SQLite takes several statements at a time, and each time costs more than a statement: so
    /// the beginning of a transaction goes with its first statement, and its end with the last.
    fn begun(&mut self, sql: Sql) -> Sql {
        if !std::mem::take(&mut self.begins) {
            return sql;
        }
        // From here on there is something to undo.
        self.set(State::Open);
        Sql::new("BEGIN IMMEDIATE; ").join(sql)
    }

    /// Runs a statement at the commit: its failure is the commit's. What this session reads before
    /// does not see it.
    pub fn queue(&mut self, sql: Sql) {
        self.queue.push(sql);
    }

    /// Runs a statement that answers nothing.
    pub async fn run(&mut self, sql: Sql) -> sqlx::Result<()> {
        self.all::<()>(sql).await.map(drop)
    }

    /// Like [`one`](Self::one), and holds the row until the commit, so that nobody else changes it
    /// in between. (In SQLite a session that writes holds everything anyway.) `table` is the name
    /// or alias of the table to hold.
    pub async fn hold<T: Row>(&mut self, sql: Sql, table: &str) -> sqlx::Result<Option<T>> {
        let sql = match self.link {
            Link::Sqlite(_) => sql,
            Link::Postgres(_) => sql.then(" FOR UPDATE OF ").then(table),
        };
        self.one(sql).await
    }

    /// Holds the row of this id until the commit; what is read from here on is as it will stay. For
    /// when more than that row is read: PostgreSQL waits for a row and then reads it anew, but the
    /// rows of other tables it tells as they were before the wait. (In SQLite a session that writes
    /// holds everything anyway.)
    pub async fn hold_first(&mut self, table: &str, id: &str) -> sqlx::Result<()> {
        match self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(_) => {
                let sql = Sql::new("SELECT FROM ").then(table).then(" WHERE id = ");
                self.run(sql.bind(id).then(" FOR UPDATE")).await
            }
        }
    }

    /// Holds a word until the commit: whoever else wants it waits. (In SQLite a session that writes
    /// holds everything anyway.)
    pub async fn hold_word(&mut self, word: &str) -> sqlx::Result<()> {
        match self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(_) => {
                let sql = Sql::new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");
                self.run(sql.with(word)).await
            }
        }
    }

    /// Keeps what the session has written and queued.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let queue = std::mem::take(&mut self.queue);
        let commit = Sql::new("COMMIT");
        match self.link {
            Link::Sqlite(_) => {
                let whole = queue
                    .into_iter()
                    .reduce(|all, next| all.then("; ").join(next))
                    .map_or(commit.clone(), |all| all.then("; ").join(commit));
                self.run(whole).await?;
            }
            Link::Postgres(_) => {
                for sql in queue {
                    self.run(sql).await?;
                }
                self.run(commit).await?;
            }
        }
        self.set(State::Clean);
        Ok(())
    }

    /// From here until it is set again, the connection is one that somebody gave up on.
    fn begin(&mut self) -> State {
        let before = self.state();
        if before == State::Clean {
            self.set(State::Doubtful);
        }
        before
    }

    fn state(&self) -> State {
        match &self.link {
            Link::Sqlite(it) => it.state,
            Link::Postgres(it) => it.state,
        }
    }

    fn set(&mut self, state: State) {
        match &mut self.link {
            Link::Sqlite(it) => it.state = state,
            Link::Postgres(it) => it.state = state,
        }
    }
}
