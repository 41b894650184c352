//! A session: statements on one connection, and their transaction.

use std::io;
use std::sync::Arc;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection};
use tokio::time::timeout;
use tracing::Span;

use super::pool::{ConnectionState, PooledConnection};
use super::postgres::{PgConnection, PgRow, STATEMENT_LIMIT, is_lost};
use super::read_cache::{ChangedImages, ReadCache};
use super::selectivity::SelectivityCache;
use super::turns::Turn;
use super::{Arg, Sql};
use crate::domain::fault::DataAccess;
use crate::domain::notification::Notification;
use crate::domain::region::RegionKey;
use crate::runtime::metrics::Stopwatch;
use crate::runtime::notifications::NotificationLog;

/// A connection in use: to read, or to write in a transaction.
#[derive(Debug)]
pub struct Session {
    pub(super) connection: AnyConnection,
    /// Set while the transaction is still to begin, together with the first statement.
    pub(super) begin_pending: bool,
    /// The turn of the image that the session writes to, which ends after the connection is given back.
    pub(super) turn: Option<Turn>,
    /// Statements to run at the commit.
    pub(super) queue: Vec<Sql>,
    pub(super) selectivity: Arc<SelectivityCache>,
    /// The region whose images and tasks it sees and makes.
    pub(super) region: Option<RegionKey>,
    /// The time of the session, which ends with it.
    pub(super) _stopwatch: Stopwatch,
    /// The span of the session, as a part of that of its request or task.
    pub(super) _span: Span,
    /// The images that were read last, where this process alone writes to the database.
    pub(super) read_cache: Option<Arc<ReadCache>>,
    /// `true` if images are kept in memory with the versions of their rows.
    pub(super) has_versions: bool,
    /// The images that the transaction changes.
    pub(super) changed_images: ChangedImages,
    /// What to tell once the transaction has committed, and whom.
    pub(super) announced: Option<(NotificationLog, Vec<Arc<Notification>>)>,
    /// The kind of the session: its own changes, in a transaction, nobody else may see.
    pub(super) access: DataAccess,
}

/// A connection of either kind.
#[derive(Debug)]
pub(super) enum AnyConnection {
    Sqlite(PooledConnection<SqliteConnection>),
    Postgres(PooledConnection<PgConnection>),
}

impl AnyConnection {
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::match_same_arms, reason = "both are SQLite's then")
    )]
    fn state(&mut self) -> &mut ConnectionState {
        match self {
            Self::Sqlite(pooled) => &mut pooled.state,
            Self::Postgres(pooled) => &mut pooled.state,
        }
    }
}

/// Runs a statement on the connection of a session.
macro_rules! run {
    ($session:expr, $row:ty, $sql:expr, $method:ident) => {{
        let before = $session.mark_busy();
        match &mut $session.connection {
            AnyConnection::Sqlite(pooled) => {
                let query = query!($row, $sql, sqlite_text);
                let answer = query.$method(pooled.connection()?).await;
                // After an error of the database, such as a duplicate key, the connection can be used on;
                // after any other error it cannot.
                if answer.is_ok() || matches!(answer, Err(sqlx::Error::Database(_))) {
                    pooled.state = before;
                }
                answer
            }
            AnyConnection::Postgres(pooled) => {
                let query = query!($row, $sql, text);
                let mut answer = in_time(query.$method(pooled.connection()?)).await;
                // The first statement of a session reads, or begins a transaction: nothing was done yet.
                if pooled.is_reused && answer.as_ref().is_err_and(is_lost) {
                    pooled.reconnect().await?;
                    let query = query!($row, $sql, text);
                    answer = in_time(query.$method(pooled.connection()?)).await;
                }
                match &answer {
                    Err(error) if is_lost(error) => pooled.failed(error),
                    _ => {
                        pooled.state = before;
                        pooled.answered();
                    }
                }
                answer
            }
        }
    }};
}

/// Waits for the answer to a statement, as long as one may take at the most: the server may be gone without
/// a word.
async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let answer = timeout(STATEMENT_LIMIT, answer).await;
    answer.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())))
}

/// Builds the query with each argument bound as its own type.
macro_rules! query {
    ($row:ty, $sql:expr, $text:ident) => {{
        let mut query = sqlx::query_as::<_, $row>(AssertSqlSafe($sql.$text()));
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
    /// Appends the condition for the rows of the region that the session sees.
    pub(super) fn push_region(&self, sql: Sql, column: &str) -> Sql {
        match &self.region {
            Some(region) => sql
                .push(" AND ")
                .push(column)
                .push(" = ")
                .push_bind(region.as_str()),
            None => sql,
        }
    }

    /// Returns the region of what the session makes, as rows name it.
    pub(super) fn region_of_new(&self) -> Arg {
        self.region.as_ref().map_or("", RegionKey::as_str).into()
    }

    /// Runs a statement and returns all its rows.
    ///
    /// # Errors
    /// Fails if the statement does, or a row does not have the columns of `T`.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Vec<T>> {
        self.check_announced(&sql);
        let sql = self.with_begin(sql);
        run!(self, T, sql, fetch_all)
    }

    /// Runs a statement and returns its first row, if there is one.
    ///
    /// # Errors
    /// Fails like [`all`](Self::all).
    pub async fn one<T: Row>(&mut self, sql: Sql) -> sqlx::Result<Option<T>> {
        self.check_announced(&sql);
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
        self.check_announced(&sql);
        self.queue.push(sql);
    }

    /// Adds a notification to a log once the transaction has committed, and to the queues in it; if it does not commit,
    /// nobody is told.
    pub fn announce(&mut self, log: &NotificationLog, notification: Arc<Notification>) {
        for target in log.targets() {
            self.enqueue_notification(target, &notification.body);
        }
        let (_, announced) = self
            .announced
            .get_or_insert_with(|| (log.clone(), Vec::new()));
        announced.push(notification);
    }

    /// Announces that the transaction changes the image with this id. Each statement that does comes after it.
    pub(super) fn changes_image(&mut self, id: &str) {
        if self.read_cache.is_some() {
            self.changed_images.add(id);
        }
    }

    /// Announces that the transaction changes the locations of the image with this id. Where images are known by the
    /// versions of their rows, it writes the row, too.
    pub(super) fn changes_locations(&mut self, id: &str) {
        self.changes_image(id);
        if self.has_versions {
            let touch = Sql::new("UPDATE images SET id = id WHERE id = $1").bind(id);
            if !self.queue.contains(&touch) {
                self.queue(touch);
            }
        }
    }

    /// Announces that the transaction may change any image.
    pub(super) fn changes_all_images(&mut self) {
        self.changed_images = ChangedImages::All;
    }

    /// Checks, in a debug build, that a statement that changes images was announced: what the read cache has
    /// would be out of date otherwise.
    fn check_announced(&self, sql: &Sql) {
        debug_assert!(
            self.read_cache.is_none()
                || !sql.changes_images()
                || (self.access == DataAccess::Write
                    && !matches!(self.changed_images, ChangedImages::None)),
            "a change of images that was not announced: {sql:?}"
        );
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
    /// Returns `false` if there was no such row to lock: one that is there a moment later is not locked.
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn lock_row(&mut self, table: &str, id: &str) -> sqlx::Result<bool> {
        match self.connection {
            AnyConnection::Sqlite(_) => Ok(true),
            AnyConnection::Postgres(_) => {
                let sql = Sql::new("SELECT id FROM ").push(table).push(" WHERE id = ");
                let sql = sql.push_bind(id).push(" FOR UPDATE");
                let locked: Option<(String,)> = self.one(sql).await?;
                Ok(locked.is_some())
            }
        }
    }

    /// Begins the transaction of a session that was just opened.
    pub(super) async fn begin(mut self) -> sqlx::Result<Self> {
        match self.connection {
            AnyConnection::Sqlite(_) => self.begin_pending = true,
            AnyConnection::Postgres(_) => {
                // Before the statement: if this future is dropped while it runs, the connection needs
                // a rollback.
                self.set_state(ConnectionState::InTransaction);
                self.run(Sql::new("BEGIN")).await?;
            }
        }
        Ok(self)
    }

    /// Takes the advisory lock of this name until the commit, however long whoever has it works.
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn wait_for_advisory_lock(&mut self, name: &str) -> sqlx::Result<()> {
        if matches!(self.connection, AnyConnection::Postgres(_)) {
            self.run(Sql::new("SET LOCAL lock_timeout = 0")).await?;
        }
        self.advisory_lock(name).await
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
                self.commit_to_sqlite(whole).await?;
            }
            AnyConnection::Postgres(_) => {
                for sql in queue {
                    self.run(sql).await?;
                }
                self.run(commit).await?;
            }
        }
        self.set_state(ConnectionState::Clean);
        if let Some((log, announced)) = self.announced.take() {
            log.add(announced);
        }
        Ok(())
    }

    /// Runs the statements that end a transaction of SQLite, and removes what they change from the read cache.
    async fn commit_to_sqlite(&mut self, statements: Sql) -> sqlx::Result<()> {
        let changed = std::mem::take(&mut self.changed_images);
        let cache = match changed {
            ChangedImages::None => None,
            _ => self.read_cache.clone(),
        };
        let Some(cache) = cache else {
            return self.run(statements).await;
        };
        cache.begin_commit(&changed);
        self.changed_images = changed;
        let done = self.run(statements).await;
        // After any other error the commit may be under way, as it may if nobody waits for this any more.
        if matches!(done, Ok(()) | Err(sqlx::Error::Database(_))) {
            cache.end_commit();
        }
        done
    }

    /// Runs the queued statements and commits the transaction like [`commit`](Self::commit), and returns when
    /// the database has it on disk, whatever the durability of other commits: nothing may be removed, or told
    /// to be stored, because of a commit that a crash of PostgreSQL can undo. (SQLite loses no commit when its
    /// process ends.)
    ///
    /// # Errors
    /// Fails like [`commit`](Self::commit).
    pub async fn commit_durably(mut self) -> sqlx::Result<()> {
        if matches!(self.connection, AnyConnection::Postgres(_)) {
            self.queue(Sql::new("SET LOCAL synchronous_commit = on"));
        }
        self.commit().await
    }

    /// Marks a connection while a statement runs, in case the statement is given up. Returns the state to set
    /// again once it has ended. (A statement of SQLite ends by itself, and its one connection may be the
    /// database.)
    fn mark_busy(&mut self) -> ConnectionState {
        let before = *self.connection.state();
        match (&self.connection, before) {
            (AnyConnection::Postgres(_), _) => self.set_state(ConnectionState::Broken),
            (AnyConnection::Sqlite(_), ConnectionState::Clean) => {
                self.set_state(ConnectionState::Unknown);
            }
            (AnyConnection::Sqlite(_), _) => {}
        }
        before
    }

    pub(super) fn set_state(&mut self, state: ConnectionState) {
        *self.connection.state() = state;
    }
}

/// A row that either database can return; `from_row!` implements it for a struct.
pub trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
impl<T> Row for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
