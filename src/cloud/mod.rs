//! Clouds as their owner sees them: each can be made anew, and a server can hold many.

mod database_lock;
pub mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod lease;
pub mod metadefs;
pub mod open;
pub mod open_mode;
pub mod ownership;
pub mod rollback;
mod sandboxes;
pub mod seed;
pub mod server_files;
pub mod settings;
pub mod simulation;
mod snapshot;
mod users;
pub mod workers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant as Deadline, timeout_at};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::Error;
use crate::app::App;
use crate::config::Config;
use crate::domain::seed::Seed;
use crate::runtime::random::TaskStream;
pub use error::OpenError;
use lease::{DataLease, WarmStart};
use open_mode::OpenMode;
use seed::{SeedReport, plant};
use workers::BackgroundWorkers;

pub use sandboxes::{Clouds, Sandbox, SandboxError, SandboxSettings};
pub use simulation::UnknownFaultError;
use snapshot::Snapshots;
pub use snapshot::{Snapshot, SnapshotError};
pub use users::CloudUser;
use users::KnownPasswords;

/// The time that a database has for the last statements of a cloud, even after the deadline of its end.
const CLOSING: Duration = Duration::from_millis(500);

/// The time that a reset waits for running requests. On a busy machine an ordinary one takes a while; one that
/// waits for its client must not hold a reset up for long.
const GRACE: Duration = Duration::from_millis(250);

/// A cloud that stays the same to whoever holds it, however often it is made anew; cloning it is
/// cheap.
#[derive(Clone, Debug)]
pub struct Cloud {
    inner: Arc<CloudInner>,
    /// The random stream of the present request.
    stream: Option<TaskStream>,
}

#[derive(Debug)]
struct CloudInner {
    /// The settings at each start.
    start: Config,
    /// The time at which it was opened.
    opened: Instant,
    /// Whether there was something in it before.
    had_data: AtomicBool,
    hold: Mutex<DataLease>,
    /// The passwords that are known.
    passwords: KnownPasswords,
    /// States of it that were kept.
    snapshots: Snapshots,
    /// What runs now. Whoever writes it has the cloud to himself: requests wait until then.
    now: RwLock<Generation>,
}

/// A cloud from one beginning to the next.
#[derive(Clone, Debug)]
struct Generation {
    app: App,
    watch: Arc<Mutex<BackgroundWorkers>>,
    /// The requests that are under way.
    guests: TaskTracker,
}

impl Generation {
    fn of(app: App) -> Self {
        let watch = Arc::new(Mutex::new(app.watch()));
        Self {
            app,
            watch,
            guests: TaskTracker::new(),
        }
    }

    /// Ends all that it does; after this it changes nothing any more.
    async fn end(&self) {
        self.quiesce().await;
        self.app.db.close().await;
        self.release_files();
    }

    /// Ends all that it does beside its requests, most of which end of themselves.
    async fn quiesce(&self) {
        // Nobody waits for a fault any more.
        self.app.faults.clear();
        self.guests.close();
        // Most requests end of themselves, and sooner than anybody notices.
        tokio::time::timeout(GRACE, self.guests.wait()).await.ok();
        self.watch.lock().await.end().await;
        self.app.apart.end().await;
    }

    /// Leaves what only one can have, to the next.
    fn release_files(&self) {
        if let Some(cache) = &self.app.cache {
            cache.end();
        }
        self.app.journal.end();
        self.app.notifications.end();
    }
}

impl Cloud {
    /// Opens the cloud that the settings describe, and begins what runs beside its requests.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        Box::pin(Self::open_with(config, Vec::new(), WarmStart::default())).await
    }

    /// Opens a cloud with more seeds than the settings name, and with the warm start of a cloud that has
    /// such settings.
    pub async fn open_with(
        mut config: Config,
        seeds: Vec<Seed>,
        known: WarmStart,
    ) -> Result<Self, OpenError> {
        config.dialect.check()?;
        config.adopt_dialect_defaults();
        config.limit_to_dialect();
        let mut hold = DataLease::take(&config)?;
        hold.seeds.extend(seeds);
        hold.learn(known, &config);
        let alone = hold.is_alone(&config.data);
        let (snapshots, left) = Snapshots::open(&config, &hold)?;
        let begin = snapshots.broken_off(&left, &hold, &config.data).await?;
        let was_loading = matches!(begin, OpenMode::Snapshot { .. });
        let app = Box::pin(App::open(config.clone(), &mut hold, begin)).await?;
        snapshots.tidy(&app, left).await?;
        let had_data = hold.found || was_loading;
        let inner = Arc::new(CloudInner {
            start: config,
            opened: Instant::now(),
            had_data: AtomicBool::new(had_data),
            hold: Mutex::new(hold),
            passwords: KnownPasswords::default(),
            snapshots,
            now: RwLock::new(Generation::of(app)),
        });
        let stream = None;
        let cloud = Self { inner, stream };
        Box::pin(cloud.begin(alone)).await?;
        Ok(cloud)
    }

    /// Puts the state in that the settings name, unless there are images, and lays by what is there.
    async fn begin(&self, alone: bool) -> Result<(), OpenError> {
        let config = self.start();
        let had_data = self.inner.had_data.load(Ordering::Relaxed);
        if let Some(path) = &config.state.state {
            let app = self.app().await;
            let mut db = app.db.read().await.map_err(Error::from)?;
            let images = db.count_images_including_deleted().await?;
            drop((db, app));
            if images == 0 {
                if had_data {
                    tracing::warn!(state = %path.display(), "the database has no images: the snapshot of --state replaces its users, projects and definitions");
                }
                let put_in = self.begin_with_file(path).await;
                return put_in.map_err(|error| OpenError::State {
                    path: path.clone(),
                    reason: OpenError::from(error).to_string(),
                });
            }
        }
        if alone {
            self.forget_start().await?;
        }
        if had_data
            && alone
            && !config.control.no_control
            && let Err(error) = self.keep_start().await
        {
            tracing::warn!(%error, "the data at the start could not be copied: resets will be refused");
        }
        Ok(())
    }

    /// The cloud as it runs now. A reset puts another in its place.
    pub async fn app(&self) -> App {
        let now = self.inner.now.read().await;
        now.app.in_stream(self.stream.clone())
    }

    /// Returns the same cloud for one request, which draws from this stream.
    #[must_use]
    pub fn in_stream(&self, stream: Option<TaskStream>) -> Self {
        let inner = Arc::clone(&self.inner);
        Self { inner, stream }
    }

    /// Lets a request in: returns the cloud as it runs now, and a token to hold until the response is
    /// there. A reset gives such requests a moment to end.
    pub async fn enter(&self) -> (App, TaskTrackerToken) {
        let now = self.inner.now.read().await;
        (now.app.clone(), now.guests.token())
    }

    /// The settings that it begins with, each time.
    #[must_use]
    pub fn start(&self) -> &Config {
        &self.inner.start
    }

    /// Returns the time since the cloud was opened. A reset does not change it.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.inner.opened.elapsed()
    }

    /// Returns the number of uploads and of tasks that run in it.
    pub async fn running(&self) -> (usize, usize) {
        let app = self.app().await;
        (app.uploads.running().len(), app.queue.begun.len())
    }

    /// Puts the cloud back to its start. Requests that come meanwhile wait; work that runs is ended
    /// and leaves nothing.
    pub async fn reset(&self) -> Result<(), OpenError> {
        let cloud = self.clone();
        snapshot::run_to_end(async move {
            if cloud.put_start_in().await? {
                return Ok(());
            }
            if cloud.inner.had_data.load(Ordering::Relaxed) {
                return Err(OpenError::NotLaidBy.into());
            }
            cloud.begin_anew().await
        })
        .await
        .map_err(OpenError::from)
    }

    /// Empties the cloud, whatever it began with: a reset goes back to this from now on.
    pub async fn wipe(&self) -> Result<(), OpenError> {
        let cloud = self.clone();
        snapshot::run_to_end(async move {
            cloud.forget_start().await?;
            cloud.inner.had_data.store(false, Ordering::Relaxed);
            cloud.begin_anew().await
        })
        .await
        .map_err(OpenError::from)
    }

    async fn reopen(&self, begin: OpenMode) -> Result<(), OpenError> {
        let mut hold = self.inner.hold.lock().await;
        let mut now = self.inner.now.write().await;
        let config = self.inner.start.clone();
        // A file that cannot be read any more must be found while there is something to go back to.
        App::check(config.clone()).await?;
        now.quiesce().await;
        hold.suspend(&now.app).await;
        now.release_files();
        let opened = Box::pin(App::open(config.clone(), &mut hold, begin)).await;
        let (app, done) = match opened {
            Ok(app) => (app, Ok(())),
            Err(reason) => match Box::pin(App::open(config, &mut hold, OpenMode::Rollback)).await {
                Ok(app) => (app, Err(reason)),
                // The old one stays, and says that its database is closed.
                Err(back) => return Err(OpenError::closed(reason, back)),
            },
        };
        hold.release(&app).await;
        *now = Generation::of(app);
        done
    }

    /// The seeds that it begins with, each time.
    pub async fn seeds(&self) -> Vec<Seed> {
        self.inner.hold.lock().await.seeds.clone()
    }

    /// Returns the compiled data that a cloud with such settings can share.
    pub(super) async fn known(&self) -> WarmStart {
        self.inner.hold.lock().await.known()
    }

    /// Adds to it what a seed says and it does not have yet, until the next reset.
    pub async fn plant(&self, seed: &Seed) -> crate::Result<SeedReport> {
        let app = self.app().await;
        let (cloud, own) = (app.clone(), seed.clone());
        let planting = async move { Box::pin(plant(&cloud, &own)).await };
        let planted = app.apart.run("the planting of a seed", planting).await?;
        self.inner.passwords.learn(seed);
        Ok(planted)
    }

    /// Ends all that it does, at once: nobody wants what is in it any more.
    pub async fn end(&self) {
        self.inner.now.read().await.end().await;
    }

    /// Lets go whoever follows what goes on in it: such requests would never end.
    pub async fn clear_simulation(&self) {
        let app = self.app().await;
        app.clear_simulation();
        app.journal.end();
        app.notifications.end();
    }

    /// Ends what runs beside the requests, at the latest at the deadline, and closes the database. Everything acknowledged is
    /// safe.
    pub async fn close(&self, deadline: Deadline) {
        let now = self.inner.now.read().await;
        if !now.app.apart.settle(deadline).await {
            tracing::warn!(
                "stopped work that did not end in time after its requests; --shutdown-grace gives it longer"
            );
        }
        now.watch.lock().await.end().await;
        let deadline = deadline.max(Deadline::now() + CLOSING);
        if timeout_at(deadline, now.app.close()).await.is_err() {
            tracing::warn!(
                "the database did not answer in time, so tasks stay this server's until their lease ends"
            );
        }
    }
}
