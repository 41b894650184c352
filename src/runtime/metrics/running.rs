//! What is measured or counted for as long as it is there.

use std::time::{Duration, Instant};

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// A time that is measured until this is dropped.
#[derive(Debug)]
pub(super) struct RunningTime {
    histogram: Histogram,
    /// The moment since which the time runs; `None` during a pause.
    since: Option<Instant>,
    /// The time that passed before the last pause.
    before: Duration,
}

impl RunningTime {
    /// Begins a time, which the histogram takes at its end.
    pub(super) fn start(histogram: Histogram) -> Self {
        Self {
            histogram,
            since: Some(Instant::now()),
            before: Duration::ZERO,
        }
    }

    pub(super) fn pause(&mut self) {
        if let Some(since) = self.since.take() {
            self.before += since.elapsed();
        }
    }

    pub(super) fn resume(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }
}

impl Drop for RunningTime {
    fn drop(&mut self) {
        let last = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.histogram.observe((self.before + last).as_secs_f64());
    }
}

/// Work that counts as under way until this is dropped.
#[derive(Debug)]
pub(super) struct CountedWork(Gauge);

impl CountedWork {
    /// Counts work in a gauge.
    pub(super) fn count(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for CountedWork {
    fn drop(&mut self) {
        self.0.dec();
    }
}
