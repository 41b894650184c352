//! Sandboxes: clouds of their own in one process, each below a path of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::{Mutex, MutexGuard};

use super::Cloud;
use crate::cloud::error::OpenError;
use crate::cloud::lease::WarmStart;
use crate::config::Config;
use crate::config::stores::Place;
use crate::dialect::Dialect;
use crate::domain::seed::Seed;
use crate::runtime::random::system_hex;

/// The default time after which an unused sandbox is deleted.
const IDLE: Duration = Duration::from_hours(1);

/// The interval of the search for unused sandboxes.
const ROUND: Duration = Duration::from_millis(500);

/// The greatest number of sandboxes: each has a database in memory, and a thread for it.
const MOST: usize = 2000;

/// The longest name, in characters.
const LONGEST: usize = 255;

/// The clouds of one server; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Clouds(Arc<CloudsInner>);

#[derive(Debug)]
struct CloudsInner {
    main: Cloud,
    sandboxes: Mutex<BTreeMap<String, Arc<Sandbox>>>,
    /// The compiled data of the first sandbox of each dialect, shared by the others of that dialect.
    known: Mutex<Vec<(&'static Dialect, WarmStart)>>,
}

/// A cloud of its own.
#[derive(Debug)]
pub struct Sandbox {
    /// The name in URLs.
    pub id: String,
    /// The name that its creator gave it.
    pub name: Option<String>,
    /// The time of creation, by the system's clock.
    pub created_at: DateTime<Utc>,
    /// The time after which it is deleted when it is not used.
    pub expires_after: Duration,
    /// The cloud.
    pub cloud: Cloud,
    used: Mutex<Instant>,
}

/// The parameters of a new sandbox.
#[derive(Clone, Debug, Default)]
pub struct SandboxSettings {
    /// The name to give it.
    pub name: Option<String>,
    /// The time after which it is deleted when it is not used.
    pub expires_after: Option<Duration>,
    /// The dialect; that of the main cloud, where none is given.
    pub dialect: Option<&'static Dialect>,
    /// The initial data; that of the main cloud, where none is given.
    pub seeds: Option<Vec<Seed>>,
    /// The settings; those of the main cloud, where none are given. What they say of places is left out: it is in memory.
    pub config: Option<Box<Config>>,
}

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// There are too many.
    #[error("there are {MOST} sandboxes already: delete some, or let them expire")]
    TooMany,
    /// Its name is not possible.
    #[error("a sandbox's name has 1 to {LONGEST} characters")]
    Name,
    /// The sandbox cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Sandbox {
    /// Notes that it is in use.
    pub fn touch(&self) {
        *lock(&self.used) = Instant::now();
    }

    fn is_over(&self) -> bool {
        lock(&self.used).elapsed() >= self.expires_after
    }
}

impl Clouds {
    /// The main cloud alone, for now.
    #[must_use]
    pub fn new(main: Cloud) -> Self {
        Self(Arc::new(CloudsInner {
            main,
            sandboxes: Mutex::default(),
            known: Mutex::default(),
        }))
    }

    /// The cloud that is no sandbox.
    #[must_use]
    pub fn main(&self) -> &Cloud {
        &self.0.main
    }

    /// The sandbox of this id.
    #[must_use]
    pub fn sandbox(&self, id: &str) -> Option<Arc<Sandbox>> {
        self.map().get(id).cloned()
    }

    /// All sandboxes, by id.
    #[must_use]
    pub fn sandboxes(&self) -> Vec<Arc<Sandbox>> {
        self.map().values().cloned().collect()
    }

    /// Makes a sandbox: in memory, with the settings of the main cloud.
    pub async fn add(&self, wanted: SandboxSettings) -> Result<Arc<Sandbox>, SandboxError> {
        let fits = |text: &String| (1..=LONGEST).contains(&text.chars().count());
        if !wanted.name.as_ref().is_none_or(fits) {
            return Err(SandboxError::Name);
        }
        if self.map().len() >= MOST {
            return Err(SandboxError::TooMany);
        }
        // So that one test does not come upon another's cloud.
        let id = system_hex::<8>().map_err(OpenError::from)?;
        let cloud = self
            .open_sandbox(&id, wanted.dialect, wanted.seeds, wanted.config.as_deref())
            .await?;
        let created_at = cloud.app().await.clock.system();
        let sandbox = Arc::new(Sandbox {
            id: id.clone(),
            name: wanted.name,
            created_at,
            expires_after: wanted.expires_after.unwrap_or(IDLE),
            cloud,
            used: Mutex::new(Instant::now()),
        });
        let full = {
            let mut map = self.map();
            let full = map.len() >= MOST;
            if !full {
                map.insert(id, Arc::clone(&sandbox));
            }
            full
        };
        if full {
            sandbox.cloud.end().await;
            return Err(SandboxError::TooMany);
        }
        Ok(sandbox)
    }

    /// Opens the cloud of a sandbox. Only one with the settings of the main cloud shares what others have compiled.
    async fn open_sandbox(
        &self,
        id: &str,
        dialect: Option<&'static Dialect>,
        seeds: Option<Vec<Seed>>,
        config: Option<&Config>,
    ) -> Result<Cloud, OpenError> {
        let mut settings = settings(config.unwrap_or(self.main().start()), id);
        if let Some(dialect) = dialect {
            settings.change_dialect(dialect);
        }
        let dialect = settings.dialect.dialect;
        let is_common = config.is_none() && seeds.is_none();
        let known = match (config, &seeds) {
            (Some(_), _) => WarmStart::default(),
            (None, Some(_)) => self.known(dialect).without_start(),
            (None, None) => self.known(dialect),
        };
        let seeds = match seeds {
            Some(seeds) => seeds,
            None => self.main().seeds().await,
        };
        let cloud = Box::pin(Cloud::open_with(settings, seeds, known)).await?;
        if is_common {
            self.keep_known(dialect, cloud.known().await);
        }
        Ok(cloud)
    }

    /// Removes a sandbox; whether it was there.
    pub async fn remove(&self, id: &str) -> bool {
        let removed = self.map().remove(id);
        let Some(sandbox) = removed else {
            return false;
        };
        sandbox.cloud.end().await;
        true
    }

    /// Removes sandboxes that nobody uses, as long as it is polled.
    pub async fn expire(&self) {
        loop {
            tokio::time::sleep(ROUND).await;
            while let Some(sandbox) = self.take_unused() {
                tracing::info!(sandbox = sandbox.id, "deleted an expired sandbox");
                sandbox.cloud.end().await;
            }
        }
    }

    /// Takes one out that nobody has used for so long. Whoever is about to holds it, too.
    fn take_unused(&self) -> Option<Arc<Sandbox>> {
        let mut map = self.map();
        let unused = |shared: &&Arc<Sandbox>| Arc::strong_count(shared) == 1 && shared.is_over();
        let id = map.values().find(unused)?.id.clone();
        map.remove(&id)
    }

    /// Lets go whoever follows what goes on in one of them, or is held up by a fault or the pace.
    pub async fn clear_simulation(&self) {
        self.main().clear_simulation().await;
        for sandbox in self.sandboxes() {
            sandbox.cloud.clear_simulation().await;
        }
    }

    /// Returns the number of uploads and of tasks that run in all clouds.
    pub async fn running(&self) -> (usize, usize) {
        let (mut uploads, mut tasks) = self.main().running().await;
        for sandbox in self.sandboxes() {
            let more = sandbox.cloud.running().await;
            uploads += more.0;
            tasks += more.1;
        }
        (uploads, tasks)
    }

    /// Ends the requests whose data still comes, in all clouds: they are answered.
    pub async fn close_uploads(&self) {
        self.main().app().await.apart.close_uploads();
        for sandbox in self.sandboxes() {
            sandbox.cloud.app().await.apart.close_uploads();
        }
    }

    /// Closes all clouds; what runs in them ends at the deadline at the latest.
    pub async fn close(&self, deadline: tokio::time::Instant) {
        for sandbox in self.sandboxes() {
            self.remove(&sandbox.id).await;
        }
        self.main().close(deadline).await;
    }

    /// Returns the compiled data that the sandboxes of a dialect share.
    fn known(&self, dialect: &Dialect) -> WarmStart {
        let known = lock(&self.0.known);
        let found = known.iter().find(|(of, _)| of.is(dialect));
        found.map(|(_, known)| known.clone()).unwrap_or_default()
    }

    fn keep_known(&self, dialect: &'static Dialect, learned: WarmStart) {
        let mut known = lock(&self.0.known);
        known.retain(|(of, _)| !of.is(dialect));
        known.push((dialect, learned));
    }

    fn map(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Sandbox>>> {
        lock(&self.0.sandboxes)
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock()
}

/// The settings of a sandbox: those of the main cloud, but everything is in memory.
fn settings(main: &Config, id: &str) -> Config {
    let mut config = main.clone();
    config.ephemeral = true;
    config.database_url = None;
    config.port_file = None;
    config.state.state = None;
    config.cache_node.image_cache_dir = None;
    // They are read already.
    config.seeds.seed.clear();
    config.below = format!("/sandbox/{id}");
    for store in &mut config.stores.store {
        if store.place != Place::Web {
            store.place = Place::Memory;
        }
    }
    config
}
