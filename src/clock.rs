//! The time, which tests can move.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, moved by as much as tests have asked for.
#[derive(Debug, Default)]
pub struct Clock {
    ahead_micros: AtomicI64,
}

impl Clock {
    /// The time now, to the microsecond that both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::microseconds(self.ahead_micros.load(Ordering::Relaxed));
        let now = self.system() + ahead;
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// The system's own time, which no test moves: for leases between servers.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the one place that asks the system"
    )]
    pub fn system(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// Moves the time on.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_micros
            .fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}
