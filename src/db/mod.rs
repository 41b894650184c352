//! The database. This file and `open` alone know that there are two kinds.
//!
//! SQLite and PostgreSQL both read `$1` as the first argument, so a statement is written once and
//! runs on either. What it may use is what both have: `RETURNING`, `ON CONFLICT`, row values,
//! `string_agg`, and times that the app's clock tells rather than the database's.

mod blobs;
mod cache;
mod cloud;
mod frequency;
pub mod identity;
mod images;
mod latest;
mod listing;
mod members;
mod metadefs;
mod open;
mod order;
mod pool;
mod row;
mod seeds;
mod sql;
mod state;
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
pub use blobs::Owned;
pub use cache::Cached;
use frequency::Frequency;
pub use images::Found;
pub use listing::{Community, Page, Set};
pub use metadefs::{NamespacePage, TagPage, Whose};
use open::MIGRATIONS;
pub use open::{Durability, OpenError};
use pool::{Loan, Pool, State};
pub use sql::{Arg, Sql};
pub use state::{Rows, schema};
pub use tasks::{Claim, End};
pub use template::Template;
pub use uploads::Upload;

/// A database of one of the two kinds; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    frequency: Arc<Frequency>,
}

/// SQLite lets many read but one write, so writers queue here, in order, rather than in its file
/// lock, which has no order and makes them sleep.
#[derive(Clone, Debug)]
enum Pools {
    Sqlite {
        read: Pool<SqliteConnection>,
        write: Pool<SqliteConnection>,
    },
    Postgres(Pool<PgConnection>),
}

/// One connection, to read from or to write with.
#[derive(Debug)]
pub struct Session {
    link: Link,
    /// Whether the transaction is still to begin: with the first statement.
    begins: bool,
    /// What is to be run at the commit.
    queue: Vec<Sql>,
    /// How common tags and properties are.
    frequency: Arc<Frequency>,
}

#[derive(Debug)]
enum Link {
    Sqlite(Loan<SqliteConnection>),
    Postgres(Loan<PgConnection>),
}

impl Db {
    fn over(pools: Pools) -> Self {
        let frequency = Arc::default();
        Self { pools, frequency }
    }

    /// A session that only reads; each of its statements sees what was committed before it.
    pub async fn read(&self) -> sqlx::Result<Session> {
        spared(Access::Read)?;
        Ok(self.session(match &self.pools {
            Pools::Sqlite { read, .. } => Link::Sqlite(read.borrow().await?),
            Pools::Postgres(pool) => Link::Postgres(pool.borrow().await?),
        }))
    }

    /// Closes the connections that nobody uses, so that a database in a file is left tidy.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// What kind it is, in a word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    /// Sees that it answers.
    pub async fn answers(&self) -> sqlx::Result<()> {
        let mut session = self.read().await?;
        let _: Option<(i32,)> = session.one(Sql::new("SELECT 1")).await?;
        Ok(())
    }

    /// Lets nobody in any more, and waits until whoever was in has left: after this, nothing that
    /// holds this database can change it.
    pub async fn shut(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.shut().await;
                write.shut().await;
            }
            Pools::Postgres(pool) => pool.shut().await,
        }
    }

    /// Lets nobody in any more, like [`shut`](Self::shut), but goes on as the answer if it is in
    /// memory: what is in it is only gone when that is.
    pub async fn put_aside(&self) -> Option<Self> {
        match &self.pools {
            Pools::Sqlite { write, .. } if self.is_in_memory() => {
                let pool = write.hand_over().await?;
                let (read, write) = (pool.clone(), pool);
                Some(Self {
                    pools: Pools::Sqlite { read, write },
                    frequency: Arc::clone(&self.frequency),
                })
            }
            _ => {
                self.shut().await;
                None
            }
        }
    }

    fn session(&self, link: Link) -> Session {
        Session {
            link,
            begins: false,
            queue: Vec::new(),
            frequency: Arc::clone(&self.frequency),
        }
    }

    /// A session that writes: all of it at [`Session::commit`], or nothing.
    pub async fn write(&self) -> sqlx::Result<Session> {
        spared(Access::Write)?;
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

/// Fails if a fault wants the database to fail whatever this task of the runtime works for.
fn spared(access: Access) -> sqlx::Result<()> {
    match database_fails(access) {
        None => Ok(()),
        Some(DatabaseFails::Away) => Err(sqlx::Error::PoolTimedOut),
        Some(DatabaseFails::Broken) => Err(sqlx::Error::Protocol("a fault broke it".into())),
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

/// A row that either database can give; `#[derive(FromRow)]` makes one.
pub trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
impl<T> Row for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
