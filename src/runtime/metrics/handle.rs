//! The handle that a server and its clouds measure by.

use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::http::RequestMeter;
use super::instruments::{BytePair, Instruments};
use super::measured::{Event, Inventory, Ongoing, TextFormat, TimedWork};

/// A handle of the measurements of one server; cloning it is cheap. The default one measures nothing.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Option<Arc<Instruments>>);

impl Metrics {
    /// `true`: this build of the program has metrics.
    pub const AVAILABLE: bool = true;

    /// Returns a handle of new measurements, for a server with these templates of paths.
    #[must_use]
    pub fn collecting(routes: &[String]) -> Self {
        Self(Some(Arc::new(Instruments::new(routes))))
    }

    /// Returns `true` if anything is measured.
    #[must_use]
    pub fn is_collecting(&self) -> bool {
        self.0.is_some()
    }

    /// Begins the time of a request.
    #[must_use]
    pub fn request(&self, method: &str) -> RequestMeter {
        match &self.0 {
            Some(instruments) => RequestMeter::start(&instruments.http, method),
            None => RequestMeter::default(),
        }
    }

    /// Begins a time, which ends when the stopwatch is dropped.
    #[must_use]
    pub fn stopwatch(&self, timed: TimedWork<'_>) -> Stopwatch {
        Stopwatch(self.0.as_ref().map(|instruments| RunningTime {
            histogram: instruments.histogram(timed),
            since: Some(Instant::now()),
            before: Duration::ZERO,
        }))
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
        OngoingWork(self.0.as_ref().map(|instruments| {
            let gauges = &instruments.gauges;
            if let Ongoing::Connection = work {
                gauges.accepted.inc();
            }
            let gauge = gauges.of(work).clone();
            gauge.inc();
            gauge
        }))
    }

    /// Returns what counts the bytes of connections.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        Traffic(
            self.0
                .as_ref()
                .map(|instruments| instruments.traffic.clone()),
        )
    }

    /// Replaces the numbers of what the database has.
    pub fn set_inventory(&self, inventory: &Inventory) {
        if let Some(instruments) = &self.0 {
            instruments.gauges.set(inventory);
        }
    }

    /// Returns all measurements as text. Blocks for as long as it takes to read some small files of the system.
    #[must_use]
    pub fn text(&self, format: TextFormat) -> Option<String> {
        let registry = &self.0.as_ref()?.registry;
        let mut written = String::new();
        let outcome = match format {
            TextFormat::Prometheus => prometheus_text::encode(&mut written, registry),
            TextFormat::OpenMetrics => text::encode(&mut written, registry),
        };
        outcome.ok().map(|()| written)
    }
}

/// A time that is measured until this is dropped.
#[derive(Debug, Default)]
pub struct Stopwatch(Option<RunningTime>);

#[derive(Debug)]
struct RunningTime {
    histogram: Histogram,
    /// The moment since which the time runs; `None` during a pause.
    since: Option<Instant>,
    /// The time that passed before the last pause.
    before: Duration,
}

impl Stopwatch {
    /// Lets the time stand still.
    pub fn pause(&mut self) {
        if let Some(time) = &mut self.0
            && let Some(since) = time.since.take()
        {
            time.before += since.elapsed();
        }
    }

    /// Lets the time run on.
    pub fn resume(&mut self) {
        if let Some(time) = &mut self.0 {
            time.since.get_or_insert_with(Instant::now);
        }
    }

    /// Returns this stopwatch, which stands still for now.
    #[must_use]
    pub fn paused(mut self) -> Self {
        self.pause();
        self
    }
}

impl Drop for RunningTime {
    fn drop(&mut self) {
        let last = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.histogram.observe((self.before + last).as_secs_f64());
    }
}

/// Work that counts as under way until this is dropped.
#[derive(Debug, Default)]
pub struct OngoingWork(Option<Gauge>);

impl Drop for OngoingWork {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            gauge.dec();
        }
    }
}

/// The bytes of connections.
#[derive(Clone, Debug, Default)]
pub struct Traffic(Option<BytePair>);

impl Traffic {
    /// Counts bytes that came.
    pub fn received(&self, bytes: usize) {
        if let Some(pair) = &self.0 {
            pair.received.inc_by(bytes as u64);
        }
    }

    /// Counts bytes that went.
    pub fn sent(&self, bytes: usize) {
        if let Some(pair) = &self.0 {
            pair.sent.inc_by(bytes as u64);
        }
    }
}
