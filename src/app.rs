//! One cloud: its database, its bytes, its clock, its rules. Whatever serves a request hangs here.

mod metadefs;
mod name;
mod open;
mod places;
mod protection;
mod rules;

use std::fs::File;
use std::ops::Deref;
use std::sync::Arc;

use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::protection::Protection;
use crate::domain::schema::Schemas;
use crate::identity::Keystone;
use crate::service::Images;
use crate::service::data::Uploads;
use crate::service::members::Members;
use crate::service::metadefs::Metadefs;
use crate::store::Stores;

pub use open::OpenError;
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
    /// The settings.
    pub config: Config,
    /// The Keystone elsewhere that checks tokens, where one is named.
    pub keystone: Option<Keystone>,
    /// The uploads that run in this process.
    pub uploads: Uploads,
    /// Held as long as the data is in use, so that no second server comes upon it.
    #[expect(dead_code, reason = "to hold it is all its use")]
    pub lock: Option<File>,
}

/// What runs beside the requests, until it is dropped.
#[derive(Debug)]
pub struct Watch(AbortHandle);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl App {
    /// The application made of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
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
    #[expect(dead_code, reason = "imports from another Glance will ask for it")]
    pub async fn endpoint(
        &self,
        caller: &Caller,
        sought: crate::identity::Sought<'_>,
    ) -> crate::Result<Option<String>> {
        crate::identity::endpoint(self, caller, sought).await
    }

    /// Looks after what uploads of this and other servers leave, as long as the answer is held.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let watch = crate::service::recovery::watch(self.clone());
        Watch(tokio::spawn(watch).abort_handle())
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
