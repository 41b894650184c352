//! What stays in a state for longer than it has to, and who lets it go on.
//!
//! Whoever polls decides: a state that two polls are to see is seen by two, and the third finds the
//! next one. For that the third waits until the work has moved on; it is not polls alone that are
//! counted, so no test has to sleep.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::pace::{Pace as Rule, Stage, Stay};

/// How long a poll waits for work that may go on, before it is taken for slow work.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often to look at a clock that somebody may move.
const LOOK: Duration = Duration::from_millis(20);

/// The pace of one cloud; cloning gives the same one.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Whether there is anything here at all.
    in_use: AtomicBool,
    /// How many tasks rest.
    resting: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Arc<Rule>>,
    /// What is under way, by the ids of the image and the task.
    tracks: HashMap<String, Arc<Track>>,
}

/// Work that is under way at a pace.
#[derive(Debug)]
struct Track {
    rule: Arc<Rule>,
    keys: Vec<String>,
    phase: watch::Sender<Phase>,
    /// Whether a poll has waited for it in vain.
    slow: AtomicBool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// It works, or is about to.
    Moving,
    /// It rests.
    Held(Stage, Left),
    /// It is over.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Left {
    /// So many polls are to see it yet.
    Polls(u64),
    /// It rests until then.
    Until(DateTime<Utc>),
}

/// Something that rests, as it is shown.
#[derive(Clone, Debug)]
pub struct Resting {
    /// The ids of the image and of the task, as far as there are such.
    pub ids: Vec<String>,
    /// The state that it is in.
    pub state: &'static str,
    /// How many polls are to see it yet.
    pub polls: Option<u64>,
    /// Until when it rests.
    pub until: Option<DateTime<Utc>>,
}

impl Pace {
    /// Whether there is anything here.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.0.in_use.load(Ordering::Relaxed)
    }

    /// Puts these rules in the place of those before. What rests goes on.
    pub fn set(&self, rules: Vec<Rule>) {
        let mut state = self.state();
        state.rules = rules.into_iter().map(Arc::new).collect();
        for track in state.tracks.values() {
            track.release();
        }
        self.note(&state);
    }

    /// The rules as they were written.
    #[must_use]
    pub fn rules(&self) -> Vec<Value> {
        self.state()
            .rules
            .iter()
            .map(|it| it.written.clone())
            .collect()
    }

    /// What rests now.
    #[must_use]
    pub fn resting(&self) -> Vec<Resting> {
        let state = self.state();
        let first = state
            .tracks
            .iter()
            .filter(|(key, it)| it.keys.first() == Some(key));
        let mut resting: Vec<_> = first.filter_map(|(_, it)| it.resting()).collect();
        resting.sort_by(|one, other| one.ids.cmp(&other.ids));
        resting
    }

    /// How many tasks rest, and so keep no hand busy.
    #[must_use]
    pub fn idle_tasks(&self) -> usize {
        self.0.resting.load(Ordering::Relaxed)
    }

    /// Begins to follow work on an image, for a task if one is named, if a rule is for it.
    #[must_use]
    pub fn follow(
        &self,
        image: Option<&str>,
        name: Option<&str>,
        task: Option<&str>,
    ) -> Option<Following> {
        if !self.in_use() {
            return None;
        }
        let mut state = self.state();
        let rule = state
            .rules
            .iter()
            .find(|it| it.is_for(image, name))
            .cloned()?;
        let keys: Vec<_> = [image, task]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
        let track = Arc::new(Track {
            rule,
            keys: keys.clone(),
            phase: watch::Sender::new(Phase::Moving),
            slow: AtomicBool::new(false),
        });
        for key in keys {
            state.tracks.insert(key, Arc::clone(&track));
        }
        self.note(&state);
        Some(Following {
            pace: self.clone(),
            track,
            left: false,
        })
    }

    /// Goes on following what was [left](Following::leave) for this task.
    #[must_use]
    pub fn find(&self, task: &str) -> Option<Following> {
        if !self.in_use() {
            return None;
        }
        let track = self.state().tracks.get(task).cloned()?;
        let pace = self.clone();
        let left = false;
        Some(Following { pace, track, left })
    }

    /// Counts that somebody looks at an image or a task, and lets it go on if it was seen often
    /// enough. Then what is looked at is what it moves on to.
    pub async fn polled(&self, id: &str, clock: &Clock) {
        if !self.in_use() {
            return;
        }
        let Some(track) = self.state().tracks.get(id).cloned() else {
            return;
        };
        track.phase.send_if_modified(|phase| match phase {
            Phase::Held(_, Left::Polls(left)) if *left > 0 => {
                *left -= 1;
                false
            }
            Phase::Held(_, Left::Until(then)) if clock.now() < *then => false,
            Phase::Held(..) => {
                *phase = Phase::Moving;
                true
            }
            Phase::Moving | Phase::Ended => false,
        });
        if track.slow.load(Ordering::Relaxed) {
            return;
        }
        let mut phase = track.phase.subscribe();
        let moved = phase.wait_for(|it| *it != Phase::Moving);
        if tokio::time::timeout(PATIENCE, moved).await.is_err() {
            track.slow.store(true, Ordering::Relaxed);
        }
    }

    /// Lets an image go on that nobody will look at any more.
    pub fn release(&self, id: &str) {
        if self.in_use()
            && let Some(track) = self.state().tracks.get(id)
        {
            track.release();
        }
    }

    fn forget(&self, track: &Arc<Track>) {
        let mut state = self.state();
        state.tracks.retain(|_, it| !Arc::ptr_eq(it, track));
        self.note(&state);
    }

    fn note(&self, state: &State) {
        let in_use = !state.rules.is_empty() || !state.tracks.is_empty();
        self.0.in_use.store(in_use, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Track {
    fn release(&self) {
        self.phase.send_if_modified(|phase| {
            let held = matches!(phase, Phase::Held(..));
            if held {
                *phase = Phase::Moving;
            }
            held
        });
    }

    fn resting(&self) -> Option<Resting> {
        let Phase::Held(stage, left) = *self.phase.borrow() else {
            return None;
        };
        let (polls, until) = match left {
            Left::Polls(polls) => (Some(polls), None),
            Left::Until(then) => (None, Some(then)),
        };
        Some(Resting {
            ids: self.keys.clone(),
            state: stage.word(),
            polls,
            until,
        })
    }
}

/// Work that is followed until this is dropped.
#[derive(Debug)]
pub struct Following {
    pace: Pace,
    track: Arc<Track>,
    /// Whether somebody else goes on with it.
    left: bool,
}

impl Following {
    /// Leaves it to whoever [finds](Pace::find) it.
    pub fn leave(mut self) {
        self.left = true;
    }

    /// What it is to fail of.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.track.rule.failure.as_deref()
    }

    /// Rests in a state, if it is to stay there: from here on others see it so.
    #[must_use]
    pub fn rest(&self, stage: Stage, clock: &Clock) -> Option<Rest<'_>> {
        let left = match self.track.rule.stay(stage)? {
            Stay::Polls(polls) => Left::Polls(polls),
            Stay::Time(time) => {
                let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
                let then = clock.now().checked_add_signed(time);
                Left::Until(then.unwrap_or(DateTime::<Utc>::MAX_UTC))
            }
        };
        self.track.phase.send_replace(Phase::Held(stage, left));
        self.pace.0.resting.fetch_add(1, Ordering::Relaxed);
        Some(Rest {
            following: self,
            left,
        })
    }
}

impl Drop for Following {
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
pub struct Rest<'a> {
    following: &'a Following,
    left: Left,
}

impl Rest<'_> {
    /// Waits until it may go on.
    pub async fn over(self, clock: &Clock) {
        let track = &self.following.track;
        let mut phase = track.phase.subscribe();
        loop {
            let time = match self.left {
                Left::Polls(_) => Duration::MAX,
                Left::Until(then) => (then - clock.now()).to_std().unwrap_or_default().min(LOOK),
            };
            if time.is_zero() {
                track.release();
                return;
            }
            tokio::select! {
                // Its sender is held here: it is not gone.
                _ = phase.wait_for(|it| !matches!(it, Phase::Held(..))) => return,
                () = tokio::time::sleep(time) => {}
            }
        }
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        self.following
            .pace
            .0
            .resting
            .fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
