//! One cloud: its database, its bytes, its clock, its rules. Whatever serves a request hangs here.

mod apart;
mod before;
mod double;
mod failure;
mod hold;
mod metadefs;
mod name;
mod open;
mod places;
mod protection;
mod rules;
pub mod seeds;
mod settings;
pub mod state;

use std::ops::Deref;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::protection::Protection;
use crate::domain::schema::Schemas;
use crate::double::faults::Faults;
use crate::double::journal::Journal;
use crate::double::pace::Pace;
use crate::identity::Keystone;
use crate::service::Images;
use crate::service::cache::{Cache, Caching};
use crate::service::made::Making;
use crate::service::members::Members;
use crate::service::metadefs::Metadefs;
use crate::service::queue::Queue;
use crate::service::tasks::Tasks;
use crate::service::uploads::Uploads;
use crate::store::Stores;

pub use crate::identity::Sought;
pub use apart::Apart;
pub use before::Before;
pub use failure::OpenError;
pub use hold::{Hold, Known};
pub use open::Begin;
pub use rules::Rules;
pub use settings::{Settings, Unchanged};

/// The running application; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What the application is made of.
#[derive(Debug)]
pub struct Parts {
    /// Rows.
    pub db: Db,
    /// Bytes.
    pub stores: Stores,
    /// The time.
    pub clock: Clock,
    /// Ids, secrets and salts.
    pub chance: Chance,
    /// Who may do what.
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
    pub making: Making,
    /// The tasks to do.
    pub queue: Queue,
    /// What goes wrong, as somebody wants it.
    pub faults: Faults,
    /// How long images and tasks stay in a state, as somebody wants it.
    pub pace: Pace,
    /// What clients sent.
    pub journal: Journal,
    /// What goes on when its client goes away.
    pub apart: Apart,
}

/// What runs beside the requests, until it is dropped.
#[derive(Debug)]
pub struct Watch {
    running: [JoinHandle<()>; 4],
    /// The tasks that one of them has begun, which end after it.
    begun: TaskTracker,
}

impl Watch {
    /// Ends it, and waits until it holds nothing any more.
    pub async fn end(&mut self) {
        for task in &mut self.running {
            // Its end is told only once.
            if task.is_finished() {
                continue;
            }
            task.abort();
            // How it ended is of no interest now.
            task.await.ok();
        }
        self.begun.close();
        self.begun.wait().await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for task in &self.running {
            task.abort();
        }
    }
}

impl App {
    /// The application made of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The settings in force now. Whoever reads several that belong together holds on to one answer.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.settings.config()
    }

    /// The shapes of documents.
    #[must_use]
    pub fn schemas(&self) -> Arc<Schemas> {
        self.settings.schemas()
    }

    /// Who may do what with custom properties.
    #[must_use]
    pub fn protection(&self) -> Arc<Protection> {
        self.settings.protection()
    }

    /// What this caller may do with images.
    #[must_use]
    pub fn images<'a>(&'a self, caller: &'a Caller) -> Images<'a> {
        Images::new(self, caller)
    }

    /// What this caller may do with the members of images.
    #[must_use]
    pub fn members<'a>(&'a self, caller: &'a Caller) -> Members<'a> {
        Members::new(self, caller)
    }

    /// What this caller may do with metadata definitions.
    #[must_use]
    pub fn metadefs<'a>(&'a self, caller: &'a Caller) -> Metadefs<'a> {
        Metadefs::new(self, caller)
    }

    /// The URL of an endpoint in the catalog of a caller's token, if it is there.
    pub async fn endpoint(
        &self,
        caller: &Caller,
        sought: Sought<'_>,
    ) -> crate::Result<Option<String>> {
        crate::identity::endpoint(self, caller, sought).await
    }

    /// What people call a caller's user and project, as far as that is known here.
    pub async fn names(&self, caller: &Caller) -> (Option<String>, Option<String>) {
        crate::identity::names(self, caller).await
    }

    /// A number from 0 to 1, 1 never: for what chance decides.
    #[must_use]
    pub fn chance(&self) -> f64 {
        // Without randomness nothing is certain but 0.
        let bytes = self.random::<4>().unwrap_or_default();
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// What this caller may do with tasks.
    #[must_use]
    pub fn tasks<'a>(&'a self, caller: &'a Caller) -> Tasks<'a> {
        Tasks::new(self, caller)
    }

    /// What this caller may do with the image cache.
    #[must_use]
    pub fn caching<'a>(&'a self, caller: &'a Caller) -> Caching<'a> {
        Caching::new(self, caller)
    }

    /// Does tasks, looks after what uploads of this and other servers leave, and fills the image
    /// cache, and hashes made-up bytes, as long as the answer is held.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let uploads = tokio::spawn(crate::service::recovery::watch(self.clone()));
        let tasks = tokio::spawn(crate::service::queue::watch(self.clone()));
        let cache = tokio::spawn(crate::service::cache::work(self.clone()));
        let made = tokio::spawn(crate::service::made::work(self.clone()));
        Watch {
            running: [uploads, tasks, cache, made],
            begun: self.queue.begun.clone(),
        }
    }

    /// An id that nothing has yet.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.chance.id()
    }

    /// Bytes that nobody can guess, unless a seed was asked for: for tokens, secrets and salts.
    pub fn random<const N: usize>(&self) -> crate::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
