//! One cloud: its database, its bytes, its clock, its rules. Whatever serves a request hangs here.

mod apart;
mod hold;
mod metadefs;
mod name;
mod open;
mod places;
mod protection;
mod rules;

use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::protection::Protection;
use crate::domain::schema::Schemas;
use crate::identity::Keystone;
use crate::service::Images;
use crate::service::cache::{Cache, Caching};
use crate::service::data::Uploads;
use crate::service::members::Members;
use crate::service::metadefs::Metadefs;
use crate::service::queue::Queue;
use crate::service::tasks::Tasks;
use crate::store::Stores;

pub use crate::identity::Sought;
pub use apart::Apart;
pub use hold::Hold;
pub use open::{Begin, OpenError};
pub use rules::Rules;

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
    /// Who may do what.
    pub policy: Rules,
    /// Who may do what with custom properties.
    pub protection: Protection,
    /// The shapes of documents.
    pub schemas: Schemas,
    /// The settings in force; [`App::config`] reads them.
    pub settings: ArcSwap<Config>,
    /// The Keystone elsewhere that checks tokens, where one is named.
    pub keystone: Option<Keystone>,
    /// Copies of images that are slow to read, where the settings ask for them.
    pub cache: Option<Cache>,
    /// The uploads that run in this process.
    pub uploads: Uploads,
    /// The tasks to do.
    pub queue: Queue,
    /// What goes on when its client goes away.
    pub apart: Apart,
}

/// What runs beside the requests, until it is dropped.
#[derive(Debug)]
pub struct Watch([JoinHandle<()>; 3]);

impl Watch {
    /// Ends it, and waits until it holds nothing any more.
    pub async fn end(&mut self) {
        for task in &mut self.0 {
            task.abort();
            // How it ended is of no interest now.
            task.await.ok();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for task in &self.0 {
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
        self.settings.load_full()
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
    /// cache, as long as the answer is held.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let uploads = tokio::spawn(crate::service::recovery::watch(self.clone()));
        let tasks = tokio::spawn(crate::service::queue::watch(self.clone()));
        let cache = tokio::spawn(crate::service::cache::work(self.clone()));
        Watch([uploads, tasks, cache])
    }

    /// An id that nothing has yet.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the one place that makes ids, and soon the app's own"
    )]
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    /// Bytes that nobody can guess: for tokens, secrets and salts.
    #[expect(clippy::unused_self, reason = "soon the app's own, like its ids")]
    pub fn random<const N: usize>(&self) -> crate::Result<[u8; N]> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes)
            .map_err(|error| crate::Error::Internal(format!("no randomness: {error}")))?;
        Ok(bytes)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
