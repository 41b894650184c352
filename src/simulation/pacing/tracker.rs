//! Work that is followed on its way from state to state.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::{Pace, Resting};
use crate::domain::pace::{PaceRule, PacedState, PauseRule};
use crate::runtime::clock::Clock;

/// Work that is under way at a pace.
#[derive(Debug)]
pub(super) struct PacedWork {
    pub(super) rule: Arc<PaceRule>,
    pub(super) keys: Vec<String>,
    /// The task, if it is one's.
    pub(super) task: Option<String>,
    /// Whether nobody follows it for the moment.
    pub(super) left: AtomicBool,
    pub(super) phase: watch::Sender<Phase>,
    /// Whether it was let go: it rests no more.
    pub(super) free: AtomicBool,
    /// Whether a poll has waited for it in vain.
    pub(super) slow: AtomicBool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Phase {
    /// The task works, or is about to.
    Moving,
    /// The task is held in a state.
    Held(PacedState, Remaining),
    /// The task has ended.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Remaining {
    /// The task is held for this number of polls.
    Polls(u64),
    /// The task is held until this time.
    Until(DateTime<Utc>),
}

impl PacedWork {
    /// Returns whether it rests, and is to be seen so now; else it goes on.
    pub(super) fn is_seen(&self, now: DateTime<Utc>) -> bool {
        let mut seen = false;
        self.phase.send_if_modified(|phase| {
            seen = match phase {
                Phase::Held(_, Remaining::Polls(left)) => {
                    let any = *left > 0;
                    *left = left.saturating_sub(1);
                    any
                }
                Phase::Held(_, Remaining::Until(then)) => now < *then,
                Phase::Moving | Phase::Ended => return false,
            };
            if !seen {
                *phase = Phase::Moving;
            }
            !seen
        });
        seen
    }

    pub(super) fn is_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    /// Lets it go on, now and from here on.
    pub(super) fn free(&self) {
        self.free.store(true, Ordering::SeqCst);
        self.release();
    }

    pub(super) fn release(&self) {
        self.phase.send_if_modified(|phase| {
            let held = matches!(phase, Phase::Held(..));
            if held {
                *phase = Phase::Moving;
            }
            held
        });
    }

    pub(super) fn resting(&self) -> Option<Resting> {
        let Phase::Held(stage, left) = *self.phase.borrow() else {
            return None;
        };
        let (polls, until) = match left {
            Remaining::Polls(polls) => (Some(polls), None),
            Remaining::Until(then) => (None, Some(then)),
        };
        Some(Resting {
            ids: self.keys.clone(),
            state: stage.as_str(),
            polls,
            until,
        })
    }
}

/// Work that is followed until this is dropped.
#[derive(Debug)]
pub struct PaceGuard {
    pub(super) pace: Pace,
    pub(super) track: Arc<PacedWork>,
    /// Whether somebody else goes on with it.
    pub(super) left: bool,
}

impl PaceGuard {
    /// Leaves it to whoever [finds](Pace::find) it.
    pub fn leave(mut self) {
        self.track.left.store(true, Ordering::Release);
        self.left = true;
    }

    /// Returns the reason of its failure.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        let failure = self.track.rule.failure.as_deref();
        failure.filter(|_| !self.track.free.load(Ordering::SeqCst))
    }

    /// Rests in a state, if it is to stay there: from here on others see it so.
    #[must_use]
    pub fn rest(&self, stage: PacedState, clock: &Clock) -> Option<Pause<'_>> {
        if self.track.free.load(Ordering::SeqCst) {
            return None;
        }
        let left = match self.track.rule.stay(stage)? {
            PauseRule::Polls(polls) => Remaining::Polls(polls),
            PauseRule::Time(time) => {
                let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
                let then = clock.now().checked_add_signed(time);
                Remaining::Until(then.unwrap_or(DateTime::<Utc>::MAX_UTC))
            }
        };
        self.track.phase.send_replace(Phase::Held(stage, left));
        self.track.slow.store(false, Ordering::Relaxed);
        // Somebody may have let it go just before it rested.
        if self.track.free.load(Ordering::SeqCst) {
            self.track.release();
        }
        // Uploads keep no hand busy anyway.
        let tasks = usize::from(stage != PacedState::Saving);
        self.pace.0.resting.fetch_add(tasks, Ordering::Relaxed);
        Some(Pause {
            following: self,
            left,
            tasks,
        })
    }
}

impl Drop for PaceGuard {
    fn drop(&mut self) {
        if self.left {
            return;
        }
        self.pace.forget(&self.track);
        self.track.phase.send_replace(Phase::Ended);
    }
}

/// Work that rests.
#[derive(Debug)]
pub struct Pause<'a> {
    following: &'a PaceGuard,
    left: Remaining,
    /// The number of tasks that are held in it.
    tasks: usize,
}

impl Pause<'_> {
    /// Waits until it may go on.
    pub async fn over(self, clock: &Clock) {
        let track = &self.following.track;
        let mut phase = track.phase.subscribe();
        let come = async {
            match self.left {
                Remaining::Polls(_) => std::future::pending().await,
                Remaining::Until(then) => clock.wait_until(then).await,
            }
        };
        tokio::select! {
            // Its sender is held here: it is not gone.
            _ = phase.wait_for(|phase| !matches!(phase, Phase::Held(..))) => {}
            () = come => track.release(),
        }
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        let resting = &self.following.pace.0.resting;
        resting.fetch_sub(self.tasks, Ordering::Relaxed);
    }
}
