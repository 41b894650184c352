//! The simulated clock: it shows the system's time until somebody sets, freezes or advances it.
//!
//! Each cloud has a clock of its own. Whatever several servers must agree on uses [`Clock::system`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

/// The value of `frozen_at` while the clock runs.
const RUNNING: i64 = i64::MIN;

/// The end of the clock's range in microseconds since 1970. After the year 9999, the texts of times
/// would no longer sort like the times; a year is left for what is added to a time, such as the lifetime
/// of a token.
const END: i64 = 253_370_764_800_000_000;

/// The longest sleep, so that no time is too far away for the timer.
const LONGEST_SLEEP: Duration = Duration::from_hours(24);

/// The settings of a clock at its start. The default is the system's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockSettings {
    /// The first time; `None`: the system's time.
    pub now: Option<DateTime<Utc>>,
    /// Whether the clock is frozen.
    pub frozen: bool,
    /// The time by which [`Clock::step`] advances a frozen clock.
    pub step: TimeDelta,
}

/// The state of a clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockReading {
    /// The time.
    pub now: DateTime<Utc>,
    /// Whether the clock is frozen.
    pub frozen: bool,
    /// The difference to the system's time; negative if the clock is behind.
    pub offset: TimeDelta,
}

/// The error of a time that the clock cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock goes from 1970-01-01T00:00:00Z to 9998-12-31T23:59:59Z")]
pub struct ClockRangeError;

/// A clock that can be set, frozen and advanced. Reading it takes no lock.
#[derive(Debug)]
pub struct Clock {
    /// The time at which the clock is frozen, in microseconds since 1970, or `RUNNING`.
    frozen_at: AtomicI64,
    /// The difference to the system's time while the clock runs, in microseconds.
    offset: AtomicI64,
    start: ClockSettings,
    /// The lock of whoever changes the clock.
    changing: Mutex<()>,
    changed: watch::Sender<()>,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(ClockSettings::default())
    }
}

impl Clock {
    /// Creates a clock with these settings.
    #[must_use]
    pub fn new(start: ClockSettings) -> Self {
        let clock = Self {
            frozen_at: AtomicI64::new(RUNNING),
            offset: AtomicI64::new(0),
            start,
            changing: Mutex::default(),
            changed: watch::Sender::new(()),
        };
        clock.reset();
        clock
    }

    /// Returns the time, in the microseconds that both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        from_micros(self.micros())
    }

    /// Returns the system's time, which no request changes: for what several servers must agree on.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the only place that reads the system's clock"
    )]
    pub fn system(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// Returns `true` if the clock is frozen.
    pub fn is_frozen(&self) -> bool {
        self.frozen_at.load(Ordering::Acquire) != RUNNING
    }

    /// Returns `true` if the clock shows the system's time.
    pub fn is_real(&self) -> bool {
        !self.is_frozen() && self.offset.load(Ordering::Relaxed) == 0
    }

    /// Returns the state of the clock.
    pub fn reading(&self) -> ClockReading {
        let _guard = self.lock();
        let system = from_micros(self.system().timestamp_micros());
        let at = self.frozen_at.load(Ordering::Acquire);
        let now = match at {
            RUNNING => system + TimeDelta::microseconds(self.offset.load(Ordering::Relaxed)),
            at => from_micros(at),
        };
        ClockReading {
            now,
            frozen: at != RUNNING,
            offset: now - system,
        }
    }

    /// Sets the time, and freezes the clock or lets it run; `None` leaves either as it is.
    pub fn set(
        &self,
        now: Option<DateTime<Utc>>,
        frozen: Option<bool>,
    ) -> Result<(), ClockRangeError> {
        let guard = self.lock();
        if now.is_none() && !self.is_frozen() && frozen != Some(true) {
            return Ok(());
        }
        let now = match now {
            Some(now) => in_range(now.timestamp_micros())?,
            None => self.micros(),
        };
        if frozen.unwrap_or(self.is_frozen()) {
            self.frozen_at.store(now, Ordering::Release);
        } else {
            let ahead = now.saturating_sub(self.system().timestamp_micros());
            self.offset.store(ahead, Ordering::Relaxed);
            self.frozen_at.store(RUNNING, Ordering::Release);
        }
        drop(guard);
        self.notify();
        Ok(())
    }

    /// Advances the clock, frozen or not; a negative time sets it back.
    pub fn advance(&self, by: TimeDelta) -> Result<(), ClockRangeError> {
        let guard = self.lock();
        let by = by.num_microseconds().ok_or(ClockRangeError)?;
        let now = self.micros().checked_add(by).ok_or(ClockRangeError)?;
        if self.is_frozen() {
            self.frozen_at.store(in_range(now)?, Ordering::Release);
        } else {
            in_range(now)?;
            self.offset.fetch_add(by, Ordering::Relaxed);
        }
        drop(guard);
        self.notify();
        Ok(())
    }

    /// Advances a frozen clock by the step of its settings. At the end of its range it stays.
    pub fn step(&self) {
        if self.start.step.is_zero() || !self.is_frozen() {
            return;
        }
        // An error means that there is no later time.
        self.advance(self.start.step).ok();
    }

    /// Sets the clock back to its settings.
    pub fn reset(&self) {
        let guard = self.lock();
        let system = self.system().timestamp_micros();
        let now = self.start.now.map_or(system, |now| now.timestamp_micros());
        self.offset
            .store(now.saturating_sub(system), Ordering::Relaxed);
        let frozen_at = if self.start.frozen { now } else { RUNNING };
        self.frozen_at.store(frozen_at, Ordering::Release);
        drop(guard);
        self.notify();
    }

    /// Waits until the clock shows this time or a later one. A change of the clock ends the wait at once;
    /// while the clock is frozen, nothing else does.
    pub async fn wait_until(&self, then: DateTime<Utc>) {
        let mut changed = self.changed.subscribe();
        loop {
            let Ok(left) = (then - self.now()).to_std() else {
                return;
            };
            if left.is_zero() {
                return;
            }
            // The sender is a field of this clock, so it still exists.
            if self.is_frozen() {
                changed.changed().await.ok();
            } else {
                tokio::select! {
                    _ = changed.changed() => {}
                    () = tokio::time::sleep(left.min(LONGEST_SLEEP)) => {}
                }
            }
        }
    }

    /// Waits for this time, by this clock or by the system's, whichever is over first: for work that must
    /// go on although the clock is frozen. The time starts with the call, not with the first poll, so that
    /// a change of the clock in between is noticed.
    pub fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send + '_ {
        let then = TimeDelta::from_std(time).ok();
        let then = then.and_then(|time| self.now().checked_add_signed(time));
        let sleep = tokio::time::sleep(time);
        async move {
            tokio::select! {
                () = sleep => {}
                () = self.wait_until(then.unwrap_or(DateTime::<Utc>::MAX_UTC)) => {}
            }
        }
    }

    fn micros(&self) -> i64 {
        match self.frozen_at.load(Ordering::Acquire) {
            RUNNING => {
                let system = self.system().timestamp_micros();
                system.saturating_add(self.offset.load(Ordering::Relaxed))
            }
            at => at,
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.changing.lock()
    }

    fn notify(&self) {
        self.changed.send_replace(());
    }
}

fn in_range(micros: i64) -> Result<i64, ClockRangeError> {
    if (0..END).contains(&micros) {
        Ok(micros)
    } else {
        Err(ClockRangeError)
    }
}

fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests;
