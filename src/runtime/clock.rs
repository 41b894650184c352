//! The time: the system's, until somebody sets it, stops it or moves it on.
//!
//! Each server has a clock of its own. What several servers have to agree on, they take from
//! [`Clock::system`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

/// Says that the clock runs, where else the moment is at which it stands.
const RUNS: i64 = i64::MIN;

/// The clock goes from 1970 up to the year 9999: beyond, texts would no longer be in the order of
/// their times. What is added to a time that it shows (the life of a token) has a year to spare.
const END: i64 = 253_370_764_800_000_000;

/// A sleep is never longer than this, so that no moment is too far away for the timer.
const NAP: Duration = Duration::from_hours(24);

/// How a clock starts. The default is the system's own time.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockSettings {
    /// What it shows at first; nothing: the system's time.
    pub now: Option<DateTime<Utc>>,
    /// Whether it stands.
    pub frozen: bool,
    /// How far [`Clock::step`] moves it while it stands.
    pub step: TimeDelta,
}

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockReading {
    /// The time.
    pub now: DateTime<Utc>,
    /// Whether it stands.
    pub frozen: bool,
    /// How far it is ahead of the system's; negative: behind.
    pub offset: TimeDelta,
}

/// That the clock cannot show a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock goes from 1970-01-01T00:00:00Z to 9998-12-31T23:59:59Z")]
pub struct ClockRangeError;

/// Tells the time. Reading it takes no lock.
#[derive(Debug)]
pub struct Clock {
    /// The moment at which it stands, in microseconds since 1970, or `RUNS`.
    stands: AtomicI64,
    /// How far it is ahead of the system's time while it runs, in microseconds.
    ahead: AtomicI64,
    start: ClockSettings,
    /// Held by whoever changes it.
    changing: Mutex<()>,
    changed: watch::Sender<()>,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(ClockSettings::default())
    }
}

impl Clock {
    /// A clock that starts like this.
    #[must_use]
    pub fn new(start: ClockSettings) -> Self {
        let clock = Self {
            stands: AtomicI64::new(RUNS),
            ahead: AtomicI64::new(0),
            start,
            changing: Mutex::default(),
            changed: watch::Sender::new(()),
        };
        clock.reset();
        clock
    }

    /// The time now, to the microsecond that both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        moment(self.micros())
    }

    /// The system's own time, which nobody moves: for what servers have to agree on.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the one place that asks the system"
    )]
    pub fn system(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// Whether it stands.
    pub fn is_frozen(&self) -> bool {
        self.stands.load(Ordering::Acquire) != RUNS
    }

    /// Whether it shows the system's own time.
    pub fn is_real(&self) -> bool {
        !self.is_frozen() && self.ahead.load(Ordering::Relaxed) == 0
    }

    /// All that it shows.
    pub fn reading(&self) -> ClockReading {
        let _still = self.still();
        let system = moment(self.system().timestamp_micros());
        let at = self.stands.load(Ordering::Acquire);
        let now = match at {
            RUNS => system + TimeDelta::microseconds(self.ahead.load(Ordering::Relaxed)),
            at => moment(at),
        };
        ClockReading {
            now,
            frozen: at != RUNS,
            offset: now - system,
        }
    }

    /// Has it show this time from now on, and stand or run; what is not said stays as it is.
    pub fn set(
        &self,
        now: Option<DateTime<Utc>>,
        frozen: Option<bool>,
    ) -> Result<(), ClockRangeError> {
        let still = self.still();
        if now.is_none() && !self.is_frozen() && frozen != Some(true) {
            return Ok(());
        }
        let now = match now {
            Some(now) => within(now.timestamp_micros())?,
            None => self.micros(),
        };
        if frozen.unwrap_or(self.is_frozen()) {
            self.stands.store(now, Ordering::Release);
        } else {
            let ahead = now.saturating_sub(self.system().timestamp_micros());
            self.ahead.store(ahead, Ordering::Relaxed);
            self.stands.store(RUNS, Ordering::Release);
        }
        drop(still);
        self.tell();
        Ok(())
    }

    /// Moves it on, or back, whether it stands or runs.
    pub fn advance(&self, by: TimeDelta) -> Result<(), ClockRangeError> {
        let still = self.still();
        let by = by.num_microseconds().ok_or(ClockRangeError)?;
        let now = self.micros().checked_add(by).ok_or(ClockRangeError)?;
        if self.is_frozen() {
            self.stands.store(within(now)?, Ordering::Release);
        } else {
            within(now)?;
            self.ahead.fetch_add(by, Ordering::Relaxed);
        }
        drop(still);
        self.tell();
        Ok(())
    }

    /// Moves it on by what it was started with, if it stands. At the end of its time it stays.
    pub fn step(&self) {
        if self.start.step.is_zero() || !self.is_frozen() {
            return;
        }
        // There is no later time.
        self.advance(self.start.step).ok();
    }

    /// Has it show what it showed at the start.
    pub fn reset(&self) {
        let still = self.still();
        let system = self.system().timestamp_micros();
        let now = self.start.now.map_or(system, |it| it.timestamp_micros());
        self.ahead
            .store(now.saturating_sub(system), Ordering::Relaxed);
        let stands = if self.start.frozen { now } else { RUNS };
        self.stands.store(stands, Ordering::Release);
        drop(still);
        self.tell();
    }

    /// Waits until it shows this time or a later one. Whoever moves it ends the wait at once; while
    /// it stands, nothing else does.
    pub async fn wait_until(&self, then: DateTime<Utc>) {
        let mut changed = self.changed.subscribe();
        loop {
            let Ok(left) = (then - self.now()).to_std() else {
                return;
            };
            if left.is_zero() {
                return;
            }
            // The sender is this clock's own: it is not gone.
            if self.is_frozen() {
                changed.changed().await.ok();
            } else {
                tokio::select! {
                    _ = changed.changed() => {}
                    () = tokio::time::sleep(left.min(NAP)) => {}
                }
            }
        }
    }

    /// Waits for a while, by this clock or by the system's, whichever is over first: for work that
    /// has to go on though the clock stands. The while begins when this is called, not when it is first
    /// polled: so what moves the clock before that is noticed.
    pub fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send + '_ {
        let then = TimeDelta::from_std(time).ok();
        let then = then.and_then(|it| self.now().checked_add_signed(it));
        let sleep = tokio::time::sleep(time);
        async move {
            tokio::select! {
                () = sleep => {}
                () = self.wait_until(then.unwrap_or(DateTime::<Utc>::MAX_UTC)) => {}
            }
        }
    }

    fn micros(&self) -> i64 {
        match self.stands.load(Ordering::Acquire) {
            RUNS => {
                let system = self.system().timestamp_micros();
                system.saturating_add(self.ahead.load(Ordering::Relaxed))
            }
            at => at,
        }
    }

    fn still(&self) -> MutexGuard<'_, ()> {
        self.changing.lock()
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }
}

fn within(micros: i64) -> Result<i64, ClockRangeError> {
    if (0..END).contains(&micros) {
        Ok(micros)
    } else {
        Err(ClockRangeError)
    }
}

fn moment(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests;
