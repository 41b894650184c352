//! The database: sessions, transactions and one module of statements for each kind of row.
//!
//! Only this file, `session`, `open`, `postgres`, `dump` and `version_cache` know that there are two kinds of databases. SQLite and PostgreSQL
//! both read `$1` as the first argument, so a statement is written once and runs on either. It may use
//! what both have: `RETURNING`, `ON CONFLICT`, row values, `string_agg`, and timestamps that come from
//! the application's clock, never from the database's.

#[cfg(any(test, feature = "bench"))]
pub mod benchmarks;
mod blobs;
mod cache;
mod cloud_id;
mod dump;
mod error;
mod find_image;
mod from_row;
mod health;
pub mod identity;
mod images;
mod inventory;
mod kept_images;
mod keyset;
mod latest_timestamp;
mod lease;
mod listing;
mod members;
mod metadefs;
mod migrations;
mod object_store;
mod open;
mod pending_deletions;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(not(feature = "postgres"))]
mod postgres_absent;
mod purge;
mod read_cache;
mod readable_schema;
mod reserve;
mod row;
mod seeds;
mod selectivity;
mod session;
mod source_servers;
mod sql;
mod tasks;
mod template;
mod turns;
mod uploads;
mod usage;
mod version_cache;
mod webhooks;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqliteConnection;

use crate::domain::fault::DataAccess;
use crate::domain::region::RegionKey;
use crate::runtime::metrics::{Metrics, Stopwatch, TimedWork};
pub use blobs::BlobName;
pub use cache::CachedImage;
pub use dump::Dump;
pub use error::DbOpenError;
pub(crate) use from_row::from_row;
pub use lease::LeaseClock;
pub use listing::{CommunityImages, ImagePage, ImageScope};
pub use metadefs::{NamespacePage, NamespaceScope, TagPage};
pub use migrations::latest_schema;
pub use object_store::{ListedContainer, ListedObject};
pub use open::sqlite_file;
pub use pending_deletions::PendingDeletion;
use pool::{ACQUIRE_TIMEOUT, Pool};
use postgres::PgConnection;
#[cfg(not(feature = "postgres"))]
use postgres_absent as postgres;
pub use purge::PurgedTable;
use read_cache::{ChangedImages, ReadCache};
use reserve::Reserve;
pub use row::FoundImage;
use selectivity::SelectivityCache;
use session::AnyConnection;
pub use session::{Row, Session};
pub use sql::{Arg, Sql};
pub use tasks::{TaskClaim, TaskOutcome, TaskShares};
pub use template::DatabaseTemplate;
use turns::Turns;
pub use uploads::UploadLease;
use version_cache::VersionCache;
pub use webhooks::QueuedNotification;

/// The time within which a database must answer to be healthy.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// A database of one of the two kinds; a clone is cheap and is the same database.
#[derive(Clone, Debug)]
pub struct Db {
    /// One pointer, for every request has some clones.
    parts: Arc<DbParts>,
    check: Option<Arc<dyn SessionCheck>>,
    /// The region whose images and tasks sessions see and make; without one they see those of all, and make
    /// those of the first.
    region: Option<RegionKey>,
}

/// What all clones of a database share.
#[derive(Clone, Debug)]
pub struct DbParts {
    pools: Pools,
    selectivity: Arc<SelectivityCache>,
    turns: Arc<Turns>,
    metrics: Metrics,
    /// The images that were read last, where this process alone writes to the database.
    read_cache: Option<Arc<ReadCache>>,
    /// The images that were read last and their versions, where other processes may write to the database, too.
    version_cache: Option<Arc<VersionCache>>,
    /// The room on the disk of an SQLite file that is kept for deletions.
    reserve: Option<Arc<Reserve>>,
}

impl Deref for Db {
    type Target = DbParts;

    fn deref(&self) -> &DbParts {
        &self.parts
    }
}

/// Decides whether a session may begin: how a fault makes the database fail one request or task.
pub trait SessionCheck: std::fmt::Debug + Send + Sync {
    /// Checks an access.
    ///
    /// # Errors
    /// Fails as the database is to fail a session with this access.
    fn check(&self, access: DataAccess) -> sqlx::Result<()>;
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
    fn from_pools(pools: Pools) -> Self {
        let is_sqlite = matches!(pools, Pools::Sqlite { .. });
        Self::from_parts(DbParts {
            pools,
            read_cache: is_sqlite.then(Arc::default),
            version_cache: (!is_sqlite).then(Arc::default),
            selectivity: Arc::default(),
            turns: Arc::default(),
            metrics: Metrics::default(),
            reserve: None,
        })
    }

    fn from_parts(parts: DbParts) -> Self {
        Self {
            parts: Arc::new(parts),
            check: None,
            region: None,
        }
    }

    /// Returns the same database with a part changed.
    fn with(mut self, change: impl FnOnce(&mut DbParts)) -> Self {
        change(Arc::make_mut(&mut self.parts));
        self
    }

    /// Returns the same database, whose sessions are measured.
    #[must_use]
    pub fn measured_by(self, metrics: Metrics) -> Self {
        self.with(|parts| parts.metrics = metrics)
    }

    /// Returns the same database, whose sessions see and make images and tasks of one region.
    #[must_use]
    pub fn in_region(&self, region: RegionKey) -> Self {
        Self {
            region: Some(region),
            ..self.clone()
        }
    }

    /// Returns the same database, of which nothing is kept in memory: other processes write to it, too.
    #[must_use]
    pub fn shared_with_other_processes(&self) -> Self {
        self.clone().with(|parts| parts.read_cache = None)
    }

    /// Returns the same database, whose sessions begin only if this check lets them.
    #[must_use]
    pub fn checked_by(&self, check: Arc<dyn SessionCheck>) -> Self {
        Self {
            check: Some(check),
            ..self.clone()
        }
    }

    fn check(&self, access: DataAccess) -> sqlx::Result<()> {
        self.check
            .as_ref()
            .map_or(Ok(()), |check| check.check(access))
    }

    /// Returns a session that only reads; each of its statements sees all that was committed before.
    ///
    /// # Errors
    /// Fails if no connection is free in time, or none can be opened.
    pub async fn read(&self) -> sqlx::Result<Session> {
        self.check(DataAccess::Read)?;
        let wait = self.wait(DataAccess::Read);
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => AnyConnection::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.acquire().await?),
        };
        drop(wait);
        Ok(self.session(connection, DataAccess::Read))
    }

    /// Returns a session that writes: all of it at [`Session::commit`], or nothing.
    ///
    /// # Errors
    /// Fails if no connection is free in time, or none can be opened.
    pub async fn write(&self) -> sqlx::Result<Session> {
        self.check(DataAccess::Write)?;
        let wait = self.wait(DataAccess::Write);
        let connection = match &self.pools {
            Pools::Sqlite { write, .. } => {
                let connection = write.acquire().await?;
                // Whoever wrote before has given the connection back: its commit is over, however it ended.
                if let Some(cache) = &self.read_cache {
                    cache.end_commit();
                }
                AnyConnection::Sqlite(connection)
            }
            Pools::Postgres(pool) => AnyConnection::Postgres(pool.acquire_to_write().await?),
        };
        drop(wait);
        self.session(connection, DataAccess::Write).begin().await
    }

    /// Returns a session like [`write`](Self::write) that renews leases. It has a connection even if all
    /// sessions that write wait for locks: this server must not lose its claims because another one hangs.
    ///
    /// # Errors
    /// Fails like [`write`](Self::write).
    pub async fn renew(&self) -> sqlx::Result<Session> {
        let Pools::Postgres(pool) = &self.pools else {
            return self.write().await;
        };
        self.check(DataAccess::Write)?;
        let wait = self.wait(DataAccess::Write);
        let connection = AnyConnection::Postgres(pool.acquire().await?);
        drop(wait);
        self.session(connection, DataAccess::Write).begin().await
    }

    /// Returns a session like [`write`](Self::write) that locks the row of an image, or waits for it: of the
    /// sessions of this server that do so for one image, one at a time has a connection.
    ///
    /// # Errors
    /// Fails like [`write`](Self::write).
    pub async fn write_to(&self, image: &str) -> sqlx::Result<Session> {
        if let Pools::Sqlite { .. } = self.pools {
            return self.write().await;
        }
        let turn = self.turns.take(image, ACQUIRE_TIMEOUT).await?;
        let mut session = self.write().await?;
        session.turn = Some(turn);
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

    /// Returns `true` if the database is another process, which may be gone while this one runs.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// Returns the kind of the database: `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }

    /// Checks that the database answers, and soon.
    ///
    /// # Errors
    /// Fails if it does not.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let answer = async {
            let mut session = self.read().await?;
            let _: Option<(i32,)> = session.one(Sql::new("SELECT 1")).await?;
            Ok(())
        };
        let answer = tokio::time::timeout(PING_TIMEOUT, answer).await;
        answer.map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Waits until all that was committed so far, by any server, is on the disk of the database.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn flush(&self) -> sqlx::Result<()> {
        if let Pools::Sqlite { .. } = self.pools {
            return Ok(());
        }
        let mut session = self.write().await?;
        // A commit is on disk when all before it are; one that changes nothing would not be written.
        session.queue(Sql::new(
            "SELECT pg_logical_emit_message(TRUE, 'lookalike', '')",
        ));
        session.commit_durably().await
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
                Some(Self::from_parts(DbParts {
                    pools: Pools::Sqlite { read, write },
                    selectivity: Arc::clone(&self.selectivity),
                    turns: Arc::clone(&self.turns),
                    metrics: self.metrics.clone(),
                    read_cache: Some(Arc::default()),
                    version_cache: None,
                    reserve: None,
                }))
            }
            _ => {
                self.close().await;
                None
            }
        }
    }

    /// Measures the wait for a connection until it is dropped.
    fn wait(&self, access: DataAccess) -> Stopwatch {
        self.metrics.stopwatch(TimedWork::DatabaseWait(access))
    }

    fn session(&self, connection: AnyConnection, access: DataAccess) -> Session {
        let stopwatch = self.metrics.stopwatch(TimedWork::DatabaseSession(access));
        let kind = self.kind();
        let span = tracing::debug_span!(
            "database session",
            ?access,
            db.system.name = kind,
            otel.kind = "client"
        );
        Session {
            connection,
            begin_pending: false,
            turn: None,
            queue: Vec::new(),
            selectivity: Arc::clone(&self.selectivity),
            region: self.region.clone(),
            _stopwatch: stopwatch,
            _span: span,
            read_cache: self.read_cache.clone(),
            has_versions: self.version_cache.is_some(),
            changed_images: ChangedImages::None,
            announced: None,
            access,
        }
    }
}
