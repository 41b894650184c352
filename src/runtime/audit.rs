//! The audit lines of the log: refused log-ins and tokens, and calls of the control API, under a target of their own.
//!
//! Their number is bounded, so that whoever is refused again and again fills no disk: a line that is written tells
//! how many were left out before it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The target of all audit lines.
pub const TARGET: &str = "lookalike::audit";

/// The greatest number of characters of a client's text in a line.
const LONGEST: usize = 128;

/// The bound on the lines of one kind.
#[derive(Clone, Copy, Debug)]
struct LineRate {
    /// The number of lines that may come at once.
    burst: u32,
    /// The time after which one more may come.
    interval: Duration,
}

/// Anybody can cause these: 86,400 a day, of a few hundred bytes each.
const REFUSALS: LineRate = LineRate {
    burst: 100,
    interval: Duration::from_secs(1),
};

/// Only who controls the server causes these.
const CALLS: LineRate = LineRate {
    burst: 2000,
    interval: Duration::from_millis(20),
};

/// The audit lines of one server; cloning gives the same ones.
#[derive(Clone)]
pub struct AuditLog(Arc<AuditLogInner>);

impl std::fmt::Debug for AuditLog {
    /// Settings have one of these, and are compared by their texts: the present state is left out.
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("AuditLog").finish_non_exhaustive()
    }
}

struct AuditLogInner {
    refusals: Mutex<LineBucket>,
    calls: Mutex<LineBucket>,
}

impl Default for AuditLog {
    fn default() -> Self {
        let now = Instant::now();
        let bucket = |rate| Mutex::new(LineBucket::full(rate, now));
        Self(Arc::new(AuditLogInner {
            refusals: bucket(REFUSALS),
            calls: bucket(CALLS),
        }))
    }
}

impl AuditLog {
    /// Returns whether one more line about a refusal may be written, and how many were left out since the last.
    #[must_use]
    pub fn admit_refusal(&self) -> Option<u64> {
        self.0.refusals.lock().take(Instant::now())
    }

    /// Returns whether one more line about a call of the control API may be written, and how many were left out
    /// since the last.
    #[must_use]
    pub fn admit_call(&self) -> Option<u64> {
        self.0.calls.lock().take(Instant::now())
    }
}

/// The lines that may still be written.
struct LineBucket {
    rate: LineRate,
    left: u32,
    filled: Instant,
    suppressed: u64,
}

impl LineBucket {
    fn full(rate: LineRate, now: Instant) -> Self {
        Self {
            rate,
            left: rate.burst,
            filled: now,
            suppressed: 0,
        }
    }

    fn take(&mut self, now: Instant) -> Option<u64> {
        let passed = now.saturating_duration_since(self.filled).as_nanos();
        let more = passed / self.rate.interval.as_nanos();
        if let Ok(more) = u32::try_from(more) {
            self.filled += self.rate.interval * more;
            self.left = self.left.saturating_add(more).min(self.rate.burst);
        } else {
            *self = Self {
                suppressed: self.suppressed,
                ..Self::full(self.rate, now)
            };
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.suppressed += 1;
            return None;
        };
        self.left = left;
        Some(std::mem::take(&mut self.suppressed))
    }
}

/// Returns a text of a client as a line has it: without what controls a terminal or ends a line, and not too long.
#[must_use]
pub fn shown(text: &str) -> String {
    let letters = text.chars().take(LONGEST).flat_map(char::escape_debug);
    let mut shown: String = letters.collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_burst_are_left_out_and_counted() {
        let start = Instant::now();
        let mut bucket = LineBucket::full(REFUSALS, start);
        for _ in 0..100 {
            assert_eq!(bucket.take(start), Some(0));
        }
        for _ in 0..250 {
            assert_eq!(bucket.take(start), None);
        }
        assert_eq!(bucket.take(start + Duration::from_millis(1500)), Some(250));
        assert_eq!(bucket.take(start + Duration::from_millis(1900)), None);
        assert_eq!(bucket.take(start + Duration::from_secs(2)), Some(1));
    }

    #[test]
    fn a_day_of_refusals_is_less_than_a_hundred_thousand_lines() {
        let start = Instant::now();
        let mut bucket = LineBucket::full(REFUSALS, start);
        let moments = (0..864_000).map(|tenth| start + Duration::from_millis(100) * tenth);
        let lines = moments.filter(|now| bucket.take(*now).is_some()).count();
        assert!(lines < 90_000, "{lines}");
    }

    #[test]
    fn after_years_of_silence_there_is_one_burst() {
        let start = Instant::now();
        let mut bucket = LineBucket::full(CALLS, start);
        let later = start + Duration::from_hours(24 * 365 * 10);
        let lines = (0..5000).filter(|_| bucket.take(later).is_some()).count();
        assert_eq!(lines, 2000);
    }

    #[test]
    fn a_text_of_a_client_stays_on_its_line() {
        assert_eq!(
            shown("a\nb\u{1b}[31m\u{202e}c"),
            "a\\nb\\u{1b}[31m\\u{202e}c"
        );
        assert_eq!(shown(&"x".repeat(200)).chars().count(), 129);
    }
}
