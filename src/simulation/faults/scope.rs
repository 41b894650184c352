//! The faults of stores and of the database that one request or task meets.
//!
//! A request carries its scope in its handle of the cloud, so whatever works for it is in the same one.

use std::io;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::Faults;
use crate::Error;
use crate::domain::fault::{DataAccess, DatabaseFailure, FaultEffect, RequestFacts, StoreFailure};

/// The faults of stores and of the database that are for one request or task.
pub struct FaultScope {
    faults: Faults,
    facts: RequestFacts,
    /// The faults of the database that are for it.
    databases: Vec<String>,
    chance: Box<dyn Fn() -> f64 + Send + Sync>,
    told: Box<dyn Fn(&str) + Send + Sync>,
    state: Mutex<ScopeState>,
}

impl std::fmt::Debug for FaultScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultScope")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct ScopeState {
    /// The faults that were met, with whether they struck.
    met: Vec<(String, bool)>,
    /// The ids of the rules that applied.
    struck: Vec<String>,
}

/// A fault of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InjectedStoreFault {
    /// The kind of failure.
    pub fails: StoreFailure,
    /// After how many bytes.
    pub after: u64,
}

impl InjectedStoreFault {
    /// Returns the error of the store.
    #[must_use]
    pub fn error(self) -> io::Error {
        match self.fails {
            StoreFailure::Full => io::ErrorKind::StorageFull.into(),
            StoreFailure::Denied => io::ErrorKind::PermissionDenied.into(),
            // As a bucket says it.
            StoreFailure::Away => {
                let words = "The store does not answer as it should.";
                io::Error::other(Error::StoreUnavailable(words.into()))
            }
        }
    }
}

impl FaultScope {
    /// What these faults mean for a request or a task, those of the database only if they are named;
    /// `chance` draws from 0 to 1, and `told` is told which ones strike.
    #[must_use]
    pub fn new(
        faults: Faults,
        facts: RequestFacts,
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

    /// The faults that struck.
    #[must_use]
    pub fn struck(&self) -> Vec<String> {
        self.state().struck.clone()
    }

    /// The fault that strikes first of those that `fits` finds something in.
    fn strike<T>(&self, fits: impl Fn(&str, &FaultEffect) -> Option<T>) -> Option<T> {
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

    fn state(&self) -> MutexGuard<'_, ScopeState> {
        self.state.lock()
    }
    /// Returns how the database is to fail a session with this access, if a fault says so.
    #[must_use]
    pub fn database_fails(&self, access: DataAccess) -> Option<DatabaseFailure> {
        // Most requests in a scope have to do with no fault of the database.
        if self.databases.is_empty() {
            return None;
        }
        self.strike(|id, effect| match effect {
            FaultEffect::Database(fault) if self.databases.iter().any(|known| known == id) => {
                let here = fault.on.is_none_or(|on| on == access);
                here.then_some(fault.fails)
            }
            _ => None,
        })
    }

    /// Returns how the store of this name is to fail an access, if a fault says so.
    #[must_use]
    pub fn store_fails(&self, name: &str, access: DataAccess) -> Option<InjectedStoreFault> {
        self.strike(|_, effect| match effect {
            FaultEffect::Store(fault) => {
                let here = fault.on.is_none_or(|on| on == access)
                    && fault.name.as_deref().is_none_or(|of| of == name);
                here.then_some(InjectedStoreFault {
                    fails: fault.fails,
                    after: fault.after_bytes,
                })
            }
            _ => None,
        })
    }
}
