//! Opening a cloud: its directory, its database, its bytes; and putting right what a crash left.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

use super::error::OpenError;
use super::lease::DataLease;
use super::open_mode::OpenMode;
use super::ownership::{claim_directory, claim_stores};
use crate::app::hash_queue::HashQueue;
use crate::app::image_cache::Cache;
use crate::app::policy::Rules;
use crate::app::settings::{CompiledSettings, Settings};
use crate::app::task_queue::Queue;
use crate::app::uploads::Uploads;
use crate::app::{App, BackgroundTasks, Parts};
use crate::config::Config;
use crate::config::stores::Place;
use crate::db::{DatabaseTemplate, Db};
use crate::keystone::Keystone;
use crate::runtime::clock::Clock;
use crate::runtime::notifications::NotificationLog;
use crate::runtime::random::Random;
use crate::service::recovery::{DeadServers, recover, sweep};
use crate::service::{cache, outbox};
use crate::simulation::faults::Faults;
use crate::simulation::journal::Journal;
use crate::simulation::pacing::Pace;
use crate::simulation::request_counts::RateCounts;
use crate::store::Stores;
use crate::{Error, identity};

impl App {
    /// Opens the cloud that the settings describe; makes it if it is not there.
    pub async fn open(
        config: Config,
        hold: &mut DataLease,
        begin: OpenMode,
    ) -> Result<Self, OpenError> {
        match (&begin, hold.known.start.clone()) {
            (OpenMode::Existing | OpenMode::Empty, Some(start)) => {
                Self::copy(&config, hold, &start).await
            }
            _ => Self::make(&config, hold, begin).await,
        }
    }

    /// A cloud that begins as one did before it: [`Self::start_to_copy`].
    async fn copy(
        config: &Config,
        hold: &mut DataLease,
        start: &DatabaseTemplate,
    ) -> Result<Self, OpenError> {
        let app = Self::assemble(config, hold, Db::from_template(start).await?)?;
        cache::tidy(&app).await?;
        Ok(app)
    }

    async fn make(
        config: &Config,
        hold: &mut DataLease,
        begin: OpenMode,
    ) -> Result<Self, OpenError> {
        let db = if let Some(db) = hold.put_aside(&begin) {
            db
        } else {
            if hold.known.password.is_none() {
                identity::begin_hashing(config);
            }
            database(config).await?
        };
        let mut app = Self::assemble(config, hold, db)?;
        // Before anything is put in: what is another's is left as it is.
        if !matches!(begin, OpenMode::Rollback) {
            if !config.ephemeral {
                claim_directory(&app, &mut hold.cloud).await?;
            }
            claim_stores(&app, &mut hold.cloud).await?;
        }
        let gone = Box::pin(app.begin(hold, &begin)).await?;
        app.come_after_what_is_there().await?;
        if app.keystone.is_none() {
            let app = app.repeating(&hold.secret, &[b"identity"]);
            identity::bootstrap(&app, &hold.secret, &mut hold.known.password).await?;
            identity::follow_settings(&app).await?;
            identity::register(&app).await?;
        }
        Box::pin(recover(&app, &gone)).await?;
        if hold.is_to_be_added_to(&begin) {
            super::metadefs::load_files(&app.repeating(&hold.secret, &[b"metadefs"])).await?;
        }
        if app.is_to_be_planted(hold, &begin).await? {
            for seed in hold.dialect_seed.iter().chain(&hold.seeds) {
                let app = app.repeating(&hold.secret, &[b"seed", seed.name.as_bytes()]);
                Box::pin(super::seed::plant(&app, seed)).await?;
            }
        }
        cache::tidy(&app).await?;
        hold.remove_dead(&config.data)?;
        app.sweep(&begin).await?;
        if matches!(begin, OpenMode::Existing | OpenMode::Empty) {
            hold.known.start = app.start_to_copy(hold).await?;
        }
        Ok(app)
    }

    /// Returns a handle that draws the same each time for what has this name.
    fn repeating(&self, secret: &[u8], name: &[&[u8]]) -> Self {
        self.in_stream(Some(self.random.repeated_stream(secret, name)))
    }

    /// Removes bytes that nobody needs. The last: until here a state may have to give way to what was
    /// there before it, which needs its bytes.
    async fn sweep(&self, begin: &OpenMode) -> Result<(), Error> {
        let OpenMode::Snapshot { state, .. } = begin else {
            return sweep(self).await;
        };
        for done in [self.remove_others(state).await, sweep(self).await] {
            if let Err(error) = done {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(error = cause, "cannot delete unused data");
            }
        }
        Ok(())
    }

    /// A cloud in memory.
    #[cfg(test)]
    pub(crate) async fn for_tests() -> Self {
        let config = Config::for_tests();
        let mut hold = DataLease::take(&config).unwrap();
        let opening = Self::open(config, &mut hold, OpenMode::Existing);
        Box::pin(opening).await.unwrap()
    }

    /// Puts in what it begins with; tells whose work in it is to be given up.
    async fn begin(
        &self,
        hold: &mut DataLease,
        begin: &OpenMode,
    ) -> Result<DeadServers, OpenError> {
        match begin {
            OpenMode::Existing => hold.found = self.has_data().await?,
            OpenMode::Empty => self.wipe().await?,
            OpenMode::Rollback => {
                if let Some(before) = &hold.before {
                    before.come_back(self).await?;
                }
                return Ok(hold.gone_and_self());
            }
            OpenMode::Snapshot {
                state, blob_stores, ..
            } => {
                if let Some(before) = &mut hold.before {
                    before.keep_rows(self).await?;
                }
                self.restore_bytes(state, blob_stores).await?;
                if let Some(before) = &mut hold.before {
                    before.mark_replaced();
                }
                self.db.restore(&state.rows).await?;
                // Whoever was at work in it was so then.
                return Ok(DeadServers::All);
            }
        }
        Ok(hold.gone())
    }

    /// All that the cloud begins with, where it is rows in memory and nothing else: to copy them is
    /// quicker than to make them once more, and their ids stay the same.
    async fn start_to_copy(&self, hold: &DataLease) -> Result<Option<DatabaseTemplate>, Error> {
        let config = self.config();
        let places = config.stores.store.iter().map(|store| &store.place);
        let in_memory =
            |place: &Place| matches!(place, Place::Memory | Place::Web) || place.is_own();
        // Files are read anew each time, and a state takes the place of the seeds.
        let named = config.metadefs.metadefs.is_some() || config.state.state.is_some();
        // They expire so long after they are made.
        let mut seeds = hold.dialect_seed.iter().chain(&hold.seeds);
        let tasks = seeds.any(|seed| !seed.document.tasks.is_empty());
        if !config.ephemeral || named || tasks || !places.into_iter().all(in_memory) {
            return Ok(None);
        }
        for store in self.stores.all().filter(|store| !store.read_only) {
            let contents = store.store.contents().await?;
            if !(contents.complete.is_empty() && contents.partial.is_empty()) {
                return Ok(None);
            }
        }
        Ok(self.db.template().await?)
    }

    /// Sees that the files which the settings name can be used.
    pub async fn check(config: Config) -> Result<(), OpenError> {
        if !config.names_files() {
            return Ok(());
        }
        let checking = spawn_blocking(move || {
            let made = CompiledSettings::of(config.clone())?;
            Rules::open(&config, made.protection.policies())?;
            super::metadefs::check(&config)
        });
        let checked = checking.await;
        checked.map_err(|error| Error::Internal(format!("the files of the settings: {error}")))?
    }

    /// The cloud with all its parts, but as they were found.
    fn assemble(config: &Config, hold: &mut DataLease, db: Db) -> Result<Self, OpenError> {
        outbox::check(config)?;
        let metrics = config.metrics.handle.clone();
        let db = db.measured_by(metrics.clone());
        let stores = Stores::open(config, &db)?;
        let made = match hold.known.made.take() {
            Some(made) => made,
            None => CompiledSettings::of(config.clone())?,
        };
        hold.known.made = (!config.names_files()).then(|| made.clone());
        let policy = Rules::open(config, made.protection.policies())?;
        Ok(Self::new(Parts {
            dialect: config.dialect.in_force(),
            db,
            stores,
            clock: Clock::new(config.determinism.start(None)),
            random: random(config, None),
            cache: image_cache(config)?,
            policy,
            keystone: Keystone::named(&config.keystone)?,
            uploads: Uploads::new(hold.name.clone()),
            making: HashQueue::default(),
            counts: RateCounts::default(),
            queue: Queue::default(),
            faults: Faults::counted_by(metrics.clone()),
            pace: Pace::default(),
            journal: Journal::new(config.journal),
            notifications: NotificationLog::for_queues(config.notification_targets()),
            metrics,
            audit: config.audit.clone(),
            apart: BackgroundTasks::default(),
            settings: Settings::new(made),
        }))
    }

    /// Returns whether the cloud was there before, and is to stay.
    async fn has_data(&self) -> Result<bool, Error> {
        if self.config().ephemeral {
            return Ok(false);
        }
        let mut db = self.db.read().await?;
        Ok(!db.identity_is_empty().await? || db.count_images_including_deleted().await? > 0)
    }

    /// Returns whether what it begins with now is all that its seeds are added to. Before the state comes that
    /// the settings name, they would be in its way.
    async fn is_to_be_planted(&self, hold: &DataLease, begin: &OpenMode) -> Result<bool, Error> {
        Ok(match begin {
            OpenMode::Empty => true,
            OpenMode::Snapshot { start, .. } => *start,
            OpenMode::Rollback => hold.is_to_be_added_to(begin),
            OpenMode::Existing => {
                self.config().state.state.is_none()
                    || self
                        .db
                        .read()
                        .await?
                        .count_images_including_deleted()
                        .await?
                        > 0
            }
        })
    }

    /// Where a run is to repeat, lets time and chance begin after all that the data holds already.
    async fn come_after_what_is_there(&mut self) -> Result<(), Error> {
        let config = self.config();
        if config.determinism.deterministic.is_none() {
            return Ok(());
        }
        let latest = self.db.read().await?.latest_timestamp().await?;
        let parts = Arc::get_mut(&mut self.parts);
        let parts = parts.ok_or_else(|| Error::Internal("the cloud is in use already".into()))?;
        parts.clock = Clock::new(config.determinism.start(latest));
        parts.random = random(&config, latest);
        Ok(())
    }

    /// Removes all rows and all bytes.
    async fn wipe(&self) -> Result<(), OpenError> {
        let clear = || self.db.clear();
        self.db.with_reserve(Error::is_database_full, clear).await?;
        let named = self.stores.all().filter(|store| !store.read_only);
        for store in named
            .map(|named| &named.store)
            .chain([self.stores.staging()])
        {
            let wrong = |reason| OpenError::Store {
                place: store.url(""),
                reason,
            };
            let contents = store.contents().await.map_err(wrong)?;
            for image in contents.partial {
                store.delete_partial(&image).await.map_err(wrong)?;
            }
            for image in contents.complete {
                store.delete(&image).await.map_err(wrong)?;
            }
        }
        Ok(())
    }

    /// Says that it is over. Everything acknowledged is safe already, and tasks that were begun are
    /// left to other servers or to the next start.
    pub async fn close(&self) {
        // What was begun here need not wait until the others miss this server.
        if let Err(error) = crate::service::jobs::worker::leave(self).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "cannot release tasks to other servers");
        }
        self.db.close_idle().await;
    }
}

/// Returns the source of ids. What the data holds already is not made once more: a second run has a seed
/// of its own.
fn random(config: &Config, latest: Option<DateTime<Utc>>) -> Random {
    let seed = config.determinism.deterministic.as_ref();
    let run = latest
        .map_or(0, |latest| latest.timestamp_micros())
        .to_be_bytes();
    Random::new(
        seed.map(|seed| [seed.as_bytes(), &run])
            .as_ref()
            .map(<[_; 2]>::as_slice),
    )
}

/// The database of the rows.
async fn database(config: &Config) -> Result<Db, OpenError> {
    let mut stores = config.stores.store.iter();
    let url = match &config.database_url {
        Some(url) => url.clone(),
        None if config.ephemeral => {
            if !stores.any(|store| matches!(store.place, Place::Database(_))) {
                return Ok(Db::in_memory().await?);
            }
            // It may have to hold more than a copy can.
            "sqlite::memory:".into()
        }
        None => format!(
            "sqlite://{}",
            config.data.join("lookalike.sqlite").display()
        ),
    };
    let wait = Duration::from_secs(config.database_wait.into());
    let lease = Duration::from_secs(config.replicas.lease.into());
    let db = Db::open_with_retry(&url, config.durability, lease, wait).await?;
    Ok(if config.database_shared {
        db.shared_with_other_processes()
    } else {
        db
    })
}

/// The image cache that the settings ask for, if they do.
fn image_cache(config: &Config) -> Result<Option<Cache>, OpenError> {
    Cache::open(config).map_err(|reason| OpenError::Cache {
        path: config
            .cache_node
            .image_cache_dir
            .clone()
            .unwrap_or_default(),
        reason,
    })
}
