//! Stands for the metrics where they are compiled without: nothing is measured.

use super::measured::{Event, Inventory, Ongoing, TextFormat, Timed};

/// A handle of measurements that are not taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Metrics;

/// A time that is not measured.
#[derive(Debug, Default)]
pub struct Stopwatch;

/// Work that is not counted.
#[derive(Debug, Default)]
pub struct OngoingWork;

/// The bytes of connections, which are not counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic;

/// A request that is not measured.
#[derive(Debug, Default)]
pub struct RequestMeter;

impl Metrics {
    /// `false`: this build of the program has no metrics.
    pub const AVAILABLE: bool = false;

    /// Returns a handle that measures nothing.
    #[must_use]
    pub fn collecting(_routes: &[String]) -> Self {
        Self
    }

    /// Returns `false`: nothing is measured.
    #[must_use]
    pub fn is_collecting(&self) -> bool {
        false
    }

    /// Does nothing.
    #[must_use]
    pub fn request(&self, _method: &str) -> RequestMeter {
        RequestMeter
    }

    /// Does nothing.
    #[must_use]
    pub fn stopwatch(&self, _timed: Timed<'_>) -> Stopwatch {
        Stopwatch
    }

    /// Does nothing.
    pub fn count(&self, _event: Event) {}

    /// Does nothing.
    #[must_use]
    pub fn begin(&self, _work: Ongoing) -> OngoingWork {
        OngoingWork
    }

    /// Does nothing.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        Traffic
    }

    /// Does nothing.
    pub fn set_inventory(&self, _inventory: &Inventory) {}

    /// Returns `None`: there is nothing to read.
    #[must_use]
    pub fn text(&self, _format: TextFormat) -> Option<String> {
        None
    }
}

impl Stopwatch {
    /// Does nothing.
    pub fn pause(&mut self) {}

    /// Does nothing.
    pub fn resume(&mut self) {}

    /// Returns a stopwatch that has not started.
    #[must_use]
    pub fn paused(self) -> Self {
        self
    }
}

impl Traffic {
    /// Does nothing.
    pub fn received(&self, _bytes: usize) {}

    /// Does nothing.
    pub fn sent(&self, _bytes: usize) {}
}

impl RequestMeter {
    /// Does nothing.
    pub fn at(&mut self, _path: &str) {}

    /// Does nothing.
    pub fn answered(self, _status: u16) {}
}
