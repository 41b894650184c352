//! Stands for the metrics where they are compiled without: nothing is measured.

use std::convert::Infallible;

use super::measured::{Event, Inventory, Ongoing, TextFormat, TimedWork};

/// A handle of measurements that are not taken: there is no value that would take one.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Option<Infallible>);

/// A time that is not measured.
#[derive(Debug, Default)]
pub struct Stopwatch(Option<Infallible>);

/// Work that is not counted.
#[derive(Debug, Default)]
pub struct OngoingWork(Option<Infallible>);

/// The bytes of connections, which are not counted.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Option<Infallible>);

/// A request that is not measured.
#[derive(Debug, Default)]
pub struct RequestMeter(Option<Infallible>);

impl Metrics {
    /// `false`: this build of the program has no metrics.
    pub const AVAILABLE: bool = false;

    /// Returns a handle that measures nothing.
    #[must_use]
    pub fn collecting(_: &[String]) -> Self {
        Self::default()
    }

    /// Returns `false`: nothing is measured.
    #[must_use]
    pub fn is_collecting(&self) -> bool {
        self.0.is_some()
    }

    /// Returns a request that is not measured.
    #[must_use]
    pub fn request(&self, _: &str) -> RequestMeter {
        RequestMeter(self.0)
    }

    /// Returns a time that is not measured.
    #[must_use]
    pub fn stopwatch(&self, _: TimedWork<'_>) -> Stopwatch {
        Stopwatch(self.0)
    }

    /// Counts nothing.
    pub fn count(&self, _: Event) {
        if let Some(none) = self.0 {
            match none {}
        }
    }

    /// Returns work that is not counted.
    #[must_use]
    pub fn begin(&self, _: Ongoing) -> OngoingWork {
        OngoingWork(self.0)
    }

    /// Returns what counts nothing.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        Traffic(self.0)
    }

    /// Replaces nothing.
    pub fn set_inventory(&self, _: &Inventory) {
        if let Some(none) = self.0 {
            match none {}
        }
    }

    /// Returns `None`: there is nothing to read.
    #[must_use]
    pub fn text(&self, _: TextFormat) -> Option<String> {
        self.0.map(|none| match none {})
    }
}

impl Stopwatch {
    /// Changes nothing.
    pub fn pause(&mut self) {
        self.0 = None;
    }

    /// Changes nothing.
    pub fn resume(&mut self) {
        self.0 = None;
    }

    /// Returns the same.
    #[must_use]
    pub fn paused(self) -> Self {
        self
    }
}

/// Ends nothing: a time that is measured has a destructor, which callers rely on.
impl Drop for Stopwatch {
    fn drop(&mut self) {}
}

/// Ends nothing, likewise.
impl Drop for OngoingWork {
    fn drop(&mut self) {}
}

impl Traffic {
    /// Counts nothing.
    pub fn received(&self, _: usize) {
        if let Some(none) = self.0 {
            match none {}
        }
    }

    /// Counts nothing.
    pub fn sent(&self, _: usize) {
        if let Some(none) = self.0 {
            match none {}
        }
    }
}

impl RequestMeter {
    /// Notes nothing.
    pub fn at(&mut self, _: &str) {
        self.0 = None;
    }

    /// Measures nothing.
    pub fn answered(self, _: u16) {
        if let Some(none) = self.0 {
            match none {}
        }
    }
}
