//! The handles that a server and its clouds measure by. Each measures nothing if it has no instruments.

use std::sync::Arc;

use super::measured::{Event, Inventory, Ongoing, TextFormat, TimedWork};
use super::{BytePair, CountedWork, Instruments, MeteredRequest, RunningTime};

/// A handle of the measurements of one server; cloning it is cheap. The default one measures nothing.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Option<Arc<Instruments>>);

impl Metrics {
    /// Whether this build of the program has metrics.
    pub const AVAILABLE: bool = Instruments::AVAILABLE;

    /// Returns a handle of new measurements, for a server with these templates of paths.
    #[must_use]
    pub fn collecting(routes: &[String]) -> Self {
        Self(Instruments::collect(routes))
    }

    /// Returns `true` if anything is measured.
    #[must_use]
    pub fn is_collecting(&self) -> bool {
        self.0.is_some()
    }

    /// Begins the time of a request.
    #[must_use]
    pub fn request(&self, method: &str) -> RequestMeter {
        let instruments = self.0.as_ref();
        RequestMeter(instruments.map(|instruments| instruments.request(method)))
    }

    /// Begins a time, which ends when the stopwatch is dropped.
    #[must_use]
    pub fn stopwatch(&self, timed: TimedWork<'_>) -> Stopwatch {
        let instruments = self.0.as_ref();
        Stopwatch(instruments.map(|instruments| instruments.time(timed)))
    }

    /// Counts an event.
    pub fn count(&self, event: Event) {
        if let Some(instruments) = &self.0 {
            instruments.count(event);
        }
    }

    /// Counts work as under way until what is returned is dropped.
    #[must_use]
    pub fn begin(&self, work: Ongoing) -> OngoingWork {
        let counted = self.0.as_ref().map(|instruments| instruments.begin(work));
        OngoingWork { _counted: counted }
    }

    /// Returns what counts the bytes of connections.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let instruments = self.0.as_ref();
        Traffic(instruments.map(|instruments| instruments.traffic()))
    }

    /// Replaces the numbers of what the database has.
    pub fn set_inventory(&self, inventory: &Inventory) {
        if let Some(instruments) = &self.0 {
            instruments.set_inventory(inventory);
        }
    }

    /// Returns all measurements as text. Blocks for as long as it takes to read some small files of the system.
    #[must_use]
    pub fn text(&self, format: TextFormat) -> Option<String> {
        self.0.as_ref()?.text(format)
    }
}

/// A time that is measured until this is dropped.
#[derive(Debug, Default)]
pub struct Stopwatch(Option<RunningTime>);

impl Stopwatch {
    /// Lets the time stand still.
    pub fn pause(&mut self) {
        if let Some(time) = &mut self.0 {
            time.pause();
        }
    }

    /// Lets the time run on.
    pub fn resume(&mut self) {
        if let Some(time) = &mut self.0 {
            time.resume();
        }
    }

    /// Returns this stopwatch, which stands still for now.
    #[must_use]
    pub fn paused(mut self) -> Self {
        self.pause();
        self
    }
}

/// Work that counts as under way until this is dropped.
#[derive(Debug, Default)]
pub struct OngoingWork {
    _counted: Option<CountedWork>,
}

/// The bytes of connections.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Option<BytePair>);

impl Traffic {
    /// Counts bytes that came.
    pub fn received(&self, bytes: usize) {
        if let Some(pair) = &self.0 {
            pair.count_received(bytes);
        }
    }

    /// Counts bytes that went.
    pub fn sent(&self, bytes: usize) {
        if let Some(pair) = &self.0 {
            pair.count_sent(bytes);
        }
    }
}

/// A request whose time is taken. Dropped without an answer, it counts as abandoned.
#[derive(Debug, Default)]
pub struct RequestMeter(Option<MeteredRequest>);

impl RequestMeter {
    /// Notes the path, as the routes know it.
    pub fn at(&mut self, path: &str) {
        if let Some(request) = &mut self.0 {
            request.at(path);
        }
    }

    /// Ends the time: the head of the answer is there.
    pub fn answered(self, status: u16) {
        if let Some(request) = self.0 {
            request.answered(status);
        }
    }
}
