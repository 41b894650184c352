//! Keeps images and tasks in a state for longer, and releases them.
//!
//! Whoever polls decides: a state that two polls are to see is seen by two, and the third finds the
//! next one. For that the third waits until the work has moved on; it is not polls alone that are
//! counted, so no test has to sleep.

mod tracker;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use tokio::sync::watch;

use crate::domain::pace::PaceRule;
use crate::runtime::clock::Clock;
pub use tracker::PaceGuard;
use tracker::{PacedWork, Phase};

/// The time that a poll waits for work that may go on, before it counts as slow work.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pace of one cloud; cloning gives the same one.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<PaceInner>);

#[derive(Debug, Default)]
struct PaceInner {
    /// Whether there is anything here at all.
    in_use: AtomicBool,
    /// The number of tasks that are held.
    resting: AtomicUsize,
    state: Mutex<PaceState>,
}

#[derive(Debug, Default)]
struct PaceState {
    rules: Vec<Arc<PaceRule>>,
    /// The tasks under way, by the ids of the image and the task.
    tracks: HashMap<String, Arc<PacedWork>>,
}

/// Something that rests, as it is shown.
#[derive(Clone, Debug)]
pub struct Resting {
    /// The ids of the image and of the task, as far as there are such.
    pub ids: Vec<String>,
    /// The state that it is in.
    pub state: &'static str,
    /// The number of polls for which the state is kept.
    pub polls: Option<u64>,
    /// Until when it rests.
    pub until: Option<DateTime<Utc>>,
}

impl Pace {
    /// Returns whether there is anything here.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.0.in_use.load(Ordering::Relaxed)
    }

    /// Puts these rules in the place of those before. What rests goes on.
    pub fn set(&self, rules: Vec<PaceRule>) {
        let mut state = self.state();
        state.rules = rules.into_iter().map(Arc::new).collect();
        for track in state.tracks.values() {
            track.free();
        }
        self.note(&state);
    }

    /// The rules as they were written.
    #[must_use]
    pub fn rules(&self) -> Vec<Value> {
        self.state()
            .rules
            .iter()
            .map(|rule| rule.document.clone())
            .collect()
    }

    /// Returns the tasks that are held now.
    #[must_use]
    pub fn resting(&self) -> Vec<Resting> {
        let state = self.state();
        let first = state
            .tracks
            .iter()
            .filter(|(key, track)| track.keys.first() == Some(key));
        let mut resting: Vec<_> = first.filter_map(|(_, value)| value.resting()).collect();
        resting.sort_by(|one, other| one.ids.cmp(&other.ids));
        resting
    }

    /// Returns the number of tasks that are held, and so occupy no worker.
    #[must_use]
    pub fn idle_tasks(&self) -> usize {
        self.0.resting.load(Ordering::Relaxed)
    }

    /// Begins to follow work on an image in a region, for a task if one is named, if a rule is for it.
    #[must_use]
    pub fn follow(
        &self,
        image: Option<&str>,
        name: Option<&str>,
        task: Option<&str>,
        region: &str,
    ) -> Option<PaceGuard> {
        if !self.in_use() {
            return None;
        }
        let mut state = self.state();
        let rule = state
            .rules
            .iter()
            .find(|rule| rule.is_for(image, name, region))
            .cloned()?;
        let keys: Vec<_> = [image, task]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
        let track = Arc::new(PacedWork {
            rule,
            keys: keys.clone(),
            task: task.map(str::to_owned),
            left: AtomicBool::new(false),
            phase: watch::Sender::new(Phase::Moving),
            free: AtomicBool::new(false),
            slow: AtomicBool::new(false),
        });
        for key in keys {
            state.tracks.insert(key, Arc::clone(&track));
        }
        self.note(&state);
        Some(PaceGuard {
            pace: self.clone(),
            track,
            left: false,
        })
    }

    /// Goes on following what was [left](Following::leave) for this task.
    #[must_use]
    pub fn find(&self, task: &str) -> Option<PaceGuard> {
        if !self.in_use() {
            return None;
        }
        let state = self.state();
        let track = state.tracks.get(task).cloned()?;
        track.left.store(false, Ordering::Release);
        drop(state);
        let pace = self.clone();
        let left = false;
        Some(PaceGuard { pace, track, left })
    }

    /// The tasks that were left and that nobody has found yet.
    #[must_use]
    pub fn left(&self) -> Vec<String> {
        if !self.in_use() {
            return Vec::new();
        }
        let state = self.state();
        let all = state.tracks.iter();
        let left = all.filter(|(key, value)| value.task.as_ref() == Some(key) && value.is_left());
        left.map(|(key, _)| key.clone()).collect()
    }

    /// Follows what was left for a task no longer, unless somebody has found it: it is done elsewhere,
    /// and nobody will.
    pub fn give_up(&self, task: &str) {
        let mut state = self.state();
        let Some(track) = state
            .tracks
            .get(task)
            .filter(|track| track.is_left())
            .cloned()
        else {
            return;
        };
        state.tracks.retain(|_, value| !Arc::ptr_eq(value, &track));
        self.note(&state);
        drop(state);
        track.phase.send_replace(Phase::Ended);
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
        if track.is_seen(clock.now()) || track.slow.load(Ordering::Relaxed) {
            return;
        }
        let mut phase = track.phase.subscribe();
        let moved = phase.wait_for(|phase| *phase != Phase::Moving);
        if tokio::time::timeout(PATIENCE, moved).await.is_err() {
            track.slow.store(true, Ordering::Relaxed);
        } else {
            // What it moved on to is seen by this one as well.
            track.is_seen(clock.now());
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

    fn forget(&self, track: &Arc<PacedWork>) {
        let mut state = self.state();
        state.tracks.retain(|_, value| !Arc::ptr_eq(value, track));
        self.note(&state);
    }

    fn note(&self, state: &PaceState) {
        let in_use = !state.rules.is_empty() || !state.tracks.is_empty();
        self.0.in_use.store(in_use, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, PaceState> {
        self.0.state.lock()
    }
}

#[cfg(test)]
mod tests;
