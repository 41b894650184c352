//! Stands for the instruments where the program is compiled without metrics.

use std::sync::Arc;

use super::measured::{Event, Inventory, Ongoing, TextFormat, TimedWork};

/// Instruments of a server, a time that runs, work that is counted, bytes or a request: there is no value of it, so
/// nothing is ever measured.
#[derive(Clone, Debug)]
pub(super) enum NoInstruments {}

impl NoInstruments {
    /// `false`: this build of the program has no metrics.
    pub(super) const AVAILABLE: bool = false;

    /// Returns `None`: there are none.
    pub(super) fn collect(_: &[String]) -> Option<Arc<Self>> {
        None
    }

    pub(super) fn request(&self, _: &str) -> Self {
        match *self {}
    }

    pub(super) fn time(&self, _: TimedWork<'_>) -> Self {
        match *self {}
    }

    pub(super) fn begin(&self, _: Ongoing) -> Self {
        match *self {}
    }

    pub(super) fn traffic(&self) -> Self {
        match *self {}
    }

    pub(super) fn count(&self, _: Event) {
        match *self {}
    }

    pub(super) fn set_inventory(&self, _: &Inventory) {
        match *self {}
    }

    pub(super) fn text(&self, _: TextFormat) -> Option<String> {
        match *self {}
    }

    pub(super) fn pause(&mut self) {
        match *self {}
    }

    pub(super) fn resume(&mut self) {
        match *self {}
    }

    pub(super) fn count_received(&self, _: usize) {
        match *self {}
    }

    pub(super) fn count_sent(&self, _: usize) {
        match *self {}
    }

    pub(super) fn at(&mut self, _: &str) {
        match *self {}
    }

    pub(super) fn answered(self, _: u16) {
        match self {}
    }
}

/// Ends nothing; a time that is measured ends when it is dropped, which callers rely on.
impl Drop for NoInstruments {
    fn drop(&mut self) {}
}
