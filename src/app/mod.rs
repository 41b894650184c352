//! One cloud: its database, its bytes, its clock, its rules. Whatever serves a request hangs here.

pub mod background;
pub mod context;
pub mod error;
pub mod hash_queue;
pub mod image_cache;
mod image_rules;
mod notifications;
pub mod policy;
mod protection;
pub mod settings;
pub mod task_queue;
pub mod uploads;

use std::ops::Deref;
use std::sync::Arc;

use uuid::Uuid;

use crate::config::Config;
use crate::db::{Db, LeaseClock};
use crate::dialect::Dialect;
use crate::domain::protection::PropertyProtection;
use crate::domain::schema::Schemas;
use crate::domain::task::TaskRules;
use crate::keystone::Keystone;
use crate::runtime::audit::AuditLog;
use crate::runtime::clock::Clock;
use crate::runtime::metrics::Metrics;
use crate::runtime::notifications::NotificationLog;
use crate::runtime::random::Random;
use crate::simulation::faults::Faults;
use crate::simulation::journal::Journal;
use crate::simulation::pacing::Pace;
use crate::simulation::request_counts::RateCounts;
use crate::store::Stores;
use context::RequestContext;
use hash_queue::HashQueue;
use image_cache::Cache;
use task_queue::Queue;
use uploads::Uploads;

pub use background::BackgroundTasks;
pub use policy::Rules;
pub use settings::Settings;

/// A handle of one running cloud, as one request or task sees it; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) parts: Arc<Parts>,
    /// The rows, as far as the faults of the present request let it reach them.
    pub db: Db,
    context: RequestContext,
}

/// The parts of an application.
#[derive(Debug)]
pub struct Parts {
    /// The differences of this cloud; [`App::dialect`] reads them.
    pub dialect: Dialect,
    /// Rows.
    pub db: Db,
    /// Bytes.
    pub stores: Stores,
    /// The time.
    pub clock: Clock,
    /// Ids, secrets and salts.
    pub random: Random,
    /// The policy rules.
    pub policy: Rules,
    /// The settings in force, and what is made of them; [`App::config`] reads them.
    pub settings: Settings,
    /// The Keystone elsewhere that checks tokens, where one is named.
    pub keystone: Option<Keystone>,
    /// Copies of images that are slow to read, where the settings ask for them.
    pub cache: Option<Cache>,
    /// The uploads that run in this process.
    pub uploads: Uploads,
    /// Made-up bytes that are still to be hashed.
    pub making: HashQueue,
    /// The tasks to do.
    pub queue: Queue,
    /// The fault rules in force.
    pub faults: Faults,
    /// The time that images and tasks are made to stay in a state.
    pub pace: Pace,
    /// The requests of each caller, where their rate is limited.
    pub counts: RateCounts,
    /// The journal of requests.
    pub journal: Journal,
    /// The last notifications, where somebody wants them.
    pub notifications: NotificationLog,
    /// The measurements of the server.
    pub metrics: Metrics,
    /// The audit lines of the server.
    pub audit: AuditLog,
    /// The work that goes on when its client goes away.
    pub apart: BackgroundTasks,
}

impl App {
    /// The application made of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            db: parts.db.clone(),
            parts: Arc::new(parts),
            context: RequestContext::default(),
        }
    }

    /// The settings in force now. Whoever reads several that belong together holds on to one answer.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.settings.config()
    }

    /// Returns what this cloud does differently from the newest Glance.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.parts.dialect
    }

    /// Returns what leases are measured by.
    #[must_use]
    pub fn lease_clock(&self) -> LeaseClock {
        LeaseClock {
            now: self.clock.system(),
            lease: self.config().replicas.lease(),
        }
    }

    /// The shapes of documents.
    #[must_use]
    pub fn schemas(&self) -> Arc<Schemas> {
        self.settings.schemas()
    }

    /// Returns the rules of this cloud's tasks.
    #[must_use]
    pub fn task_rules(&self) -> &'static TaskRules {
        self.dialect().tasks
    }

    /// Returns the property protections in force.
    #[must_use]
    pub fn protection(&self) -> Arc<PropertyProtection> {
        self.settings.protection()
    }

    /// Returns a random number from 0 to 1, 1 excluded.
    #[must_use]
    pub fn random_fraction(&self) -> f64 {
        // Without randomness nothing is certain but 0.
        let bytes = self.random::<4>().unwrap_or_default();
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// An id that nothing has yet.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.random.id(self.context.stream.as_ref())
    }

    /// Bytes that nobody can guess, unless a seed was asked for: for tokens, secrets and salts.
    pub fn random<const N: usize>(&self) -> crate::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.random.fill(self.context.stream.as_ref(), &mut bytes)?;
        Ok(bytes)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}
