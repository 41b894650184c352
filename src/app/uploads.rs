//! The uploads that run in this process.

use std::collections::BTreeMap;
use std::time::Instant;

use parking_lot::{Mutex, MutexGuard};

/// The uploads that run in this process.
#[derive(Debug)]
pub struct Uploads {
    /// The name that this process claims them by.
    pub server: String,
    /// Each with the last moment at which the database knew that it is this process's.
    running: Mutex<BTreeMap<String, Instant>>,
}

impl Uploads {
    /// None yet, of a server that goes by this name.
    #[must_use]
    pub fn new(server: String) -> Self {
        let running = Mutex::default();
        Self { server, running }
    }

    /// The images that are filled.
    #[must_use]
    pub fn running(&self) -> Vec<String> {
        self.map().keys().cloned().collect()
    }

    /// Lists an image as one that is filled.
    pub(crate) fn begin(&self, image: &str) {
        self.map().insert(image.to_owned(), Instant::now());
    }

    /// Lists it no longer.
    pub(crate) fn end(&self, image: &str) {
        self.map().remove(image);
    }

    /// Notes that these were still this process's at a moment.
    pub(crate) fn renewed(&self, images: &[String], since: Instant) {
        let mut running = self.map();
        for image in images {
            if let Some(known) = running.get_mut(image) {
                *known = since;
            }
        }
    }

    /// Locks the map of running uploads.
    pub(crate) fn map(&self) -> MutexGuard<'_, BTreeMap<String, Instant>> {
        self.running.lock()
    }
}
