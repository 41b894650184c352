//! A connection pool that lends connections first come, first served.
//!
//! sqlx has a pool of its own, but that one pings the database each time a connection comes back: a
//! second round trip for every request. Here a connection comes back without one if its last statement
//! ended well, and only otherwise is it rolled back or replaced.
//!
//! Other pools (`deadpool`) drop their idle connections when they close, and clean a connection when it
//! is next acquired. Here an abandoned transaction must end at once, for it holds locks that others wait
//! for, and the one connection of a database in memory must outlive its pool ([`Pool::transfer`]).

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::health::DatabaseHealth;

/// The time that a request waits for a connection before it fails.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);

/// The time that a connection may take to be made fit to be lent again.
const CLEAN_TIMEOUT: Duration = Duration::from_secs(5);

/// The interval at which [`Pool::drain`] looks for connections still in use.
const DRAIN_POLL: Duration = Duration::from_millis(1);

/// A pool of connections of one kind; a clone is the same pool.
#[derive(Debug)]
pub(super) struct Pool<C: Connection> {
    inner: Arc<PoolInner<C>>,
}

impl<C: Connection> Clone for Pool<C> {
    fn clone(&self) -> Self {
        let inner = Arc::clone(&self.inner);
        Self { inner }
    }
}

#[derive(Debug)]
struct PoolInner<C: Connection> {
    options: C::Options,
    idle: Mutex<Vec<C>>,
    permits: Arc<Semaphore>,
    /// What sessions that write need, too: fewer, for they wait for each other's locks, and reading goes on
    /// even if all of them wait.
    write_permits: Arc<Semaphore>,
    size: usize,
    acquire_timeout: Duration,
    /// `true` if the one connection is the database, which is in memory and ends with it.
    is_database: bool,
    health: DatabaseHealth,
}

impl<C> Pool<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// Creates a pool of at most `size` connections, which are opened when they are needed.
    pub(super) fn new(options: C::Options, size: usize, acquire_timeout: Duration) -> Self {
        Self::with(options, size, acquire_timeout, false)
    }

    /// Creates a pool of the one connection that is a database in memory: it is never let go, whatever it takes to
    /// make it fit to be lent again.
    pub(super) fn of_database(
        connection: C,
        options: C::Options,
        acquire_timeout: Duration,
    ) -> Self {
        let pool = Self::with(options, 1, acquire_timeout, true);
        pool.add(connection);
        pool
    }

    fn with(
        options: C::Options,
        size: usize,
        acquire_timeout: Duration,
        is_database: bool,
    ) -> Self {
        let inner = PoolInner {
            options,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(size)),
            write_permits: Arc::new(Semaphore::new(size - size / 4)),
            size,
            acquire_timeout,
            is_database,
            health: DatabaseHealth::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Returns `true` if the two are clones of one pool.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Adds a connection that was opened elsewhere with the same options.
    pub(super) fn add(&self, connection: C) {
        self.inner.idle().push(connection);
    }

    /// Closes the idle connections.
    pub(super) async fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.inner.idle());
        for connection in idle {
            // A connection that cannot be closed in order is gone all the same.
            connection.close().await.ok();
        }
    }

    /// Refuses further acquisitions, waits for the connections in use and closes them all.
    pub(super) async fn close(&self) {
        self.drain().await;
        self.close_idle().await;
    }

    /// Drains this pool and moves its connections to a new one; `None` if it had none.
    pub(super) async fn transfer(&self) -> Option<Self> {
        self.drain().await;
        let idle = std::mem::take(&mut *self.inner.idle());
        if idle.is_empty() {
            return None;
        }
        let inner = &self.inner;
        let options = inner.options.clone();
        let next = Self::with(
            options,
            inner.size,
            inner.acquire_timeout,
            inner.is_database,
        );
        *next.inner.idle() = idle;
        Some(next)
    }

    /// Refuses further acquisitions and waits for the connections in use, as long as for a connection.
    async fn drain(&self) {
        self.inner.write_permits.close();
        self.inner.permits.close();
        let deadline = Instant::now() + self.inner.acquire_timeout;
        while self.inner.permits.available_permits() < self.inner.size {
            if Instant::now() > deadline {
                tracing::warn!("a database connection is still in use after the pool was closed");
                break;
            }
            tokio::time::sleep(DRAIN_POLL).await;
        }
    }

    /// Returns an idle connection, or a new one.
    ///
    /// # Errors
    /// `PoolTimedOut` if none is free in time, `PoolClosed` if the pool is, or the error of opening one.
    pub(super) async fn acquire(&self) -> sqlx::Result<PooledConnection<C>> {
        let permit = self.inner.permit(&self.inner.permits).await?;
        let idle = self.inner.idle().pop();
        let is_reused = idle.is_some();
        let connection = match idle {
            Some(connection) => connection,
            None => self.inner.connect().await?,
        };
        Ok(PooledConnection {
            connection: Some(connection),
            pool: Arc::clone(&self.inner),
            permit: Some(permit),
            write_permit: None,
            state: ConnectionState::Clean,
            is_reused,
        })
    }

    /// Returns a connection like [`acquire`](Self::acquire) for a session that writes.
    ///
    /// # Errors
    /// Fails like [`acquire`](Self::acquire).
    pub(super) async fn acquire_to_write(&self) -> sqlx::Result<PooledConnection<C>> {
        let permit = self.inner.permit(&self.inner.write_permits).await?;
        let mut connection = self.acquire().await?;
        connection.write_permit = Some(permit);
        Ok(connection)
    }
}

impl<C: Connection> PoolInner<C> {
    fn idle(&self) -> MutexGuard<'_, Vec<C>> {
        self.idle.lock()
    }

    async fn permit(&self, of: &Arc<Semaphore>) -> sqlx::Result<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(of).try_acquire_owned() {
            return Ok(permit);
        }
        timeout(self.acquire_timeout, Arc::clone(of).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)
    }

    async fn connect(&self) -> sqlx::Result<C> {
        let connected = timeout(self.acquire_timeout, self.options.connect()).await;
        let connected = connected.map_err(|_| sqlx::Error::PoolTimedOut).flatten();
        if let Err(error) = &connected {
            self.health.lost(error);
        }
        connected
    }
}

/// The state of a connection, which says what it needs before it is lent again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ConnectionState {
    /// Ready to be lent.
    Clean,
    /// In a transaction that has to be rolled back.
    InTransaction,
    /// Unknown, because a statement was given up: to be pinged.
    Unknown,
    /// Of no use, because the connection failed, or a statement was given up that may still wait for a
    /// lock: to be closed, which ends the statement, too.
    Broken,
}

/// A connection on loan; dropped, it goes back to its pool.
#[derive(Debug)]
pub(super) struct PooledConnection<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    connection: Option<C>,
    pool: Arc<PoolInner<C>>,
    permit: Option<OwnedSemaphorePermit>,
    write_permit: Option<OwnedSemaphorePermit>,
    pub(super) state: ConnectionState,
    /// `true` if the connection was idle before, and nothing was run on it since: it may have died meanwhile.
    pub(super) is_reused: bool,
}

impl<C> PooledConnection<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// Returns the connection itself.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut C> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Replaces a connection that has died. The idle ones are let go, too: whatever ended it has most likely
    /// ended them.
    ///
    /// # Errors
    /// Fails if no other can be opened.
    pub(super) async fn reconnect(&mut self) -> sqlx::Result<()> {
        self.is_reused = false;
        self.connection = None;
        self.pool.idle().clear();
        self.connection = Some(self.pool.connect().await?);
        Ok(())
    }

    /// Notes that the connection has failed, and lets the idle ones go.
    pub(super) fn failed(&mut self, error: &sqlx::Error) {
        self.pool.health.lost(error);
        self.pool.idle().clear();
    }

    /// Notes that the database has answered.
    pub(super) fn answered(&mut self) {
        self.is_reused = false;
        self.pool.health.answered();
    }
}

impl<C> Drop for PooledConnection<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    fn drop(&mut self) {
        let (Some(mut connection), Some(permit)) = (self.connection.take(), self.permit.take())
        else {
            return;
        };
        let write_permit = self.write_permit.take();
        let pool = Arc::clone(&self.pool);
        if self.state == ConnectionState::Broken {
            // Dropped without a word, which would have to wait for the statement.
            return;
        }
        if self.state == ConnectionState::Clean {
            pool.idle().push(connection);
            return;
        }
        // Rolled back in a task that keeps the permit. A connection that fails even that is closed by
        // its own drop, and the next acquisition opens another.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let in_transaction = self.state == ConnectionState::InTransaction;
        runtime.spawn(async move {
            let cleaned = clean(&mut connection, in_transaction);
            let cleaned = if pool.is_database {
                cleaned.await
            } else {
                let cleaned = timeout(CLEAN_TIMEOUT, cleaned).await;
                cleaned.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            };
            if let Err(error) = &cleaned {
                tracing::warn!(%error, "a database connection could not be rolled back");
            }
            if cleaned.is_ok() || pool.is_database {
                pool.idle().push(connection);
            }
            drop((permit, write_permit));
        });
    }
}

/// Ends what a session has left on a connection, and checks that it answers.
async fn clean<C>(connection: &mut C, in_transaction: bool) -> sqlx::Result<()>
where
    C: Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    if in_transaction {
        match connection.execute("ROLLBACK").await {
            // SQLite refuses that without a transaction: the commit went through, though nobody waited for the answer.
            Err(sqlx::Error::Database(_)) => {
                connection.execute("BEGIN").await?;
                connection.execute("ROLLBACK").await?;
            }
            rolled_back => drop(rolled_back?),
        }
    }
    connection.ping().await
}
