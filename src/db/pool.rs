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

/// The time that a request waits for a connection before it fails.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);

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
    size: usize,
    acquire_timeout: Duration,
}

impl<C> Pool<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// Creates a pool of at most `size` connections, which are opened when they are needed.
    pub(super) fn new(options: C::Options, size: usize, acquire_timeout: Duration) -> Self {
        let inner = PoolInner {
            options,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(size)),
            size,
            acquire_timeout,
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
        let next = Self::new(inner.options.clone(), inner.size, inner.acquire_timeout);
        *next.inner.idle() = idle;
        Some(next)
    }

    /// Refuses further acquisitions and waits for the connections in use, as long as for a connection.
    async fn drain(&self) {
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
        let permits = Arc::clone(&self.inner.permits);
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => timeout(self.inner.acquire_timeout, permits.acquire_owned())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)?
                .map_err(|_| sqlx::Error::PoolClosed)?,
        };
        let idle = self.inner.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => timeout(self.inner.acquire_timeout, self.inner.options.connect())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??,
        };
        Ok(PooledConnection {
            connection: Some(connection),
            pool: Arc::clone(&self.inner),
            permit: Some(permit),
            state: ConnectionState::Clean,
        })
    }
}

impl<C: Connection> PoolInner<C> {
    fn idle(&self) -> MutexGuard<'_, Vec<C>> {
        self.idle.lock()
    }
}

/// The state of a connection, which says what it needs before it is lent again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ConnectionState {
    /// Ready to be lent.
    Clean,
    /// In a transaction that has to be rolled back.
    InTransaction,
    /// Unknown, because a statement was given up or the connection failed: to be pinged.
    Unknown,
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
    pub(super) state: ConnectionState,
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
        let pool = Arc::clone(&self.pool);
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
            let clean = async {
                if in_transaction {
                    connection.execute("ROLLBACK").await?;
                }
                connection.ping().await
            };
            if clean.await.is_ok() {
                pool.idle().push(connection);
            }
            drop(permit);
        });
    }
}
