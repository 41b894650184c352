//! Connections kept open and lent out, one borrower at a time, first come first served.
//!
//! sqlx has a pool of its own, but that one asks the database for a sign of life each time a
//! connection comes back: a second round trip for every request. Here a connection comes back
//! without a word if its last statement ended well, and only otherwise is it tidied or replaced.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How often to look whether what was lent is back.
const RETURN: Duration = Duration::from_millis(1);

/// Lends connections of one kind.
#[derive(Debug)]
pub(super) struct Pool<C: Connection> {
    inner: Arc<Inner<C>>,
}

impl<C: Connection> Clone for Pool<C> {
    fn clone(&self) -> Self {
        let inner = Arc::clone(&self.inner);
        Self { inner }
    }
}

#[derive(Debug)]
struct Inner<C: Connection> {
    options: C::Options,
    idle: Mutex<Vec<C>>,
    permits: Arc<Semaphore>,
    size: usize,
    patience: Duration,
}

impl<C> Pool<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// A pool of at most `size` connections; a borrower waits `patience` for one, then fails.
    pub(super) fn new(options: C::Options, size: usize, patience: Duration) -> Self {
        let inner = Inner {
            options,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(size)),
            size,
            patience,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Whether the two are one.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Adds a connection that is open already, with the same options.
    pub(super) fn keep(&self, connection: C) {
        self.inner.idle().push(connection);
    }

    /// Closes the connections that are idle.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.inner.idle());
        for connection in idle {
            // One that cannot say goodbye is gone all the same.
            connection.close().await.ok();
        }
    }

    /// Lends no more, waits until all that was lent is back, and closes it.
    pub(super) async fn shut(&self) {
        self.fence().await;
        self.close().await;
    }

    /// The same, but another pool has what came back; nothing if nothing did.
    pub(super) async fn hand_over(&self) -> Option<Self> {
        self.fence().await;
        let idle = std::mem::take(&mut *self.inner.idle());
        if idle.is_empty() {
            return None;
        }
        let inner = &self.inner;
        let next = Self::new(inner.options.clone(), inner.size, inner.patience);
        *next.inner.idle() = idle;
        Some(next)
    }

    /// Lends no more, and waits until all that was lent is back.
    async fn fence(&self) {
        self.inner.permits.close();
        let deadline = tokio::time::Instant::now() + self.inner.patience;
        while self.inner.permits.available_permits() < self.inner.size {
            if tokio::time::Instant::now() > deadline {
                tracing::warn!("a connection to the database did not come back");
                break;
            }
            tokio::time::sleep(RETURN).await;
        }
    }

    /// A connection to use: one that is idle, or a new one.
    pub(super) async fn borrow(&self) -> sqlx::Result<Loan<C>> {
        let permits = Arc::clone(&self.inner.permits);
        let permit = match Arc::clone(&permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(self.inner.patience, permits.acquire_owned())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)?
                .map_err(|_| sqlx::Error::PoolClosed)?,
        };
        let idle = self.inner.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => tokio::time::timeout(self.inner.patience, self.inner.options.connect())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??,
        };
        Ok(Loan {
            connection: Some(connection),
            pool: Arc::clone(&self.inner),
            permit: Some(permit),
            state: State::Clean,
        })
    }
}

impl<C: Connection> Inner<C> {
    fn idle(&self) -> MutexGuard<'_, Vec<C>> {
        self.idle.lock()
    }
}

/// What a connection needs before somebody else may have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// Nothing.
    Clean,
    /// Its transaction has to be undone.
    Open,
    /// A statement was given up or failed: it is not known how it is.
    Doubtful,
}

/// A borrowed connection; dropped, it goes back.
#[derive(Debug)]
pub(super) struct Loan<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    connection: Option<C>,
    pool: Arc<Inner<C>>,
    permit: Option<OwnedSemaphorePermit>,
    pub(super) state: State,
}

impl<C> Loan<C>
where
    C: Connection + 'static,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// The connection itself.
    pub(super) fn connection(&mut self) -> sqlx::Result<&mut C> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl<C> Drop for Loan<C>
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
        if self.state == State::Clean {
            pool.idle().push(connection);
            return;
        }
        // Undone behind the borrower's back. A connection that fails even that is closed by its
        // own drop, and the next borrower opens another.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let open = self.state == State::Open;
        runtime.spawn(async move {
            let tidy = async {
                if open {
                    connection.execute("ROLLBACK").await?;
                }
                connection.ping().await
            };
            if tidy.await.is_ok() {
                pool.idle().push(connection);
            }
            drop(permit);
        });
    }
}
