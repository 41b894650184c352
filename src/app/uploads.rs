//! The uploads that run in this process.

use std::collections::BTreeMap;
use std::time::Instant;

use parking_lot::{Mutex, MutexGuard};

use crate::Result;
use crate::runtime::random::system_hex;

/// One attempt to fill an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempt {
    /// The image.
    pub image: String,
    /// The name of the attempt, which no other attempt has.
    pub claim: String,
}

impl Attempt {
    /// Returns a new attempt.
    ///
    /// # Errors
    /// Fails if the system has no random numbers.
    pub fn new(image: &str) -> Result<Self> {
        Ok(Self {
            image: image.to_owned(),
            // Of no seed: what a former run left may have its names.
            claim: system_hex::<16>()?,
        })
    }
}

/// The uploads that run in this process.
#[derive(Debug)]
pub struct Uploads {
    /// The name that this process claims them by.
    pub server: String,
    /// Each with the last moment at which the database knew that it is this process's.
    running: Mutex<BTreeMap<Attempt, Instant>>,
}

impl Uploads {
    /// None yet, of a server that goes by this name.
    #[must_use]
    pub fn new(server: String) -> Self {
        let running = Mutex::default();
        Self { server, running }
    }

    /// Returns the attempts under way.
    #[must_use]
    pub fn running(&self) -> Vec<Attempt> {
        self.map().keys().cloned().collect()
    }

    /// Lists an attempt as one under way.
    pub(crate) fn begin(&self, attempt: &Attempt) {
        self.map().insert(attempt.clone(), Instant::now());
    }

    /// Lists it no longer.
    pub(crate) fn end(&self, attempt: &Attempt) {
        self.map().remove(attempt);
    }

    /// Notes that these were still this process's at a moment.
    pub(crate) fn renewed(&self, attempts: &[Attempt], since: Instant) {
        let mut running = self.map();
        for attempt in attempts {
            if let Some(known) = running.get_mut(attempt) {
                *known = since;
            }
        }
    }

    /// Locks the map of attempts.
    pub(crate) fn map(&self) -> MutexGuard<'_, BTreeMap<Attempt, Instant>> {
        self.running.lock()
    }
}
