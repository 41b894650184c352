//! What goes wrong underneath a request or a task, found by whatever works for it.
//!
//! It belongs to the task of the runtime that does the work; who hands work to another one, and
//! waits for it, [carries](carried) it there.

use std::io;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::Faults;
use crate::Error;
use crate::domain::fault::{Access, DatabaseFails, Effect, Facts, StoreFails};

tokio::task_local! {
    static UNDER: Arc<Under>;
}

/// What goes wrong underneath one request or task.
pub struct Under {
    faults: Faults,
    facts: Facts,
    /// The faults of the database that are for it.
    databases: Vec<String>,
    chance: Box<dyn Fn() -> f64 + Send + Sync>,
    told: Box<dyn Fn(&str) + Send + Sync>,
    state: Mutex<State>,
}

impl std::fmt::Debug for Under {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Under")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    /// The faults that were met, with whether they struck.
    met: Vec<(String, bool)>,
    /// Those that struck.
    struck: Vec<String>,
}

/// What is the matter with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFault {
    /// How it fails.
    pub fails: StoreFails,
    /// After how many bytes.
    pub after: u64,
}

impl StoreFault {
    /// What the store says.
    #[must_use]
    pub fn error(self) -> io::Error {
        match self.fails {
            StoreFails::Full => io::ErrorKind::StorageFull.into(),
            StoreFails::Denied => io::ErrorKind::PermissionDenied.into(),
            // As a bucket says it.
            StoreFails::Away => {
                let words = "The store does not answer as it should.";
                io::Error::other(Error::StoreUnavailable(words.into()))
            }
        }
    }
}

impl Under {
    /// What these faults mean for a request or a task, those of the database only if they are named;
    /// `chance` draws from 0 to 1, and `told` is told which ones strike.
    #[must_use]
    pub fn new(
        faults: Faults,
        facts: Facts,
        databases: Vec<String>,
        chance: impl Fn() -> f64 + Send + Sync + 'static,
        told: impl Fn(&str) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            faults,
            facts,
            databases,
            chance: Box::new(chance),
            told: Box::new(told),
            state: Mutex::default(),
        })
    }

    /// Works under it.
    pub async fn within<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        UNDER.scope(self, work).await
    }

    /// The faults that struck.
    #[must_use]
    pub fn struck(&self) -> Vec<String> {
        self.state().struck.clone()
    }

    /// The fault that strikes first of those that `fits` finds something in.
    fn strike<T>(&self, fits: impl Fn(&str, &Effect) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        let found = self
            .faults
            .judge_under(&self.facts, &mut state.met, &self.chance, fits);
        let (id, what) = found?;
        if !state.struck.contains(&id) {
            (self.told)(&id);
            state.struck.push(id);
        }
        Some(what)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

/// Does work that is handed to another task of the runtime under what this one is under.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let under = UNDER.try_with(Clone::clone).ok();
    async move {
        match under {
            Some(under) => Box::pin(UNDER.scope(under, work)).await,
            None => work.await,
        }
    }
}

/// What is the matter with the database, for what this task works for.
#[must_use]
pub fn database_fails(access: Access) -> Option<DatabaseFails> {
    let find = |under: &Arc<Under>| {
        // Most requests under something have to do with no fault of the database.
        if under.databases.is_empty() {
            return None;
        }
        under.strike(|id, effect| match effect {
            Effect::Database(fault) if under.databases.iter().any(|it| it == id) => {
                let here = fault.on.is_none_or(|it| it == access);
                here.then_some(fault.fails)
            }
            _ => None,
        })
    };
    UNDER.try_with(find).ok().flatten()
}

/// What is the matter with the store of this name, for what this task works for.
#[must_use]
pub fn store_fails(name: &str, access: Access) -> Option<StoreFault> {
    let fits = |_: &str, effect: &Effect| match effect {
        Effect::Store(fault) => {
            let here = fault.on.is_none_or(|it| it == access)
                && fault.name.as_deref().is_none_or(|it| it == name);
            here.then_some(StoreFault {
                fails: fault.fails,
                after: fault.after_bytes,
            })
        }
        _ => None,
    };
    let find = |under: &Arc<Under>| under.strike(fits);
    UNDER.try_with(find).ok().flatten()
}
