//! How common a tag or property is, remembered for a moment: it decides which way a list is read,
//! never what is in it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::domain::query::Filter;

/// How long an answer is believed. A list that is asked for a thousand times a second counts once;
/// one that is asked for now and then counts each time, which costs it a millisecond.
const FRESH: Duration = Duration::from_secs(2);

/// How many answers are kept.
const MOST: usize = 512;

/// What was found out lately.
#[derive(Debug, Default)]
pub(super) struct Frequency(Mutex<HashMap<Key, (bool, Instant)>>);

/// A property's name and value, or a tag.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key(Option<String>, String);

impl Key {
    fn of(filter: &Filter) -> Option<Self> {
        match filter {
            Filter::Tag(tag) => Some(Self(None, tag.clone())),
            Filter::Property(name, value) => Some(Self(Some(name.clone()), value.clone())),
            _ => None,
        }
    }
}

impl Frequency {
    /// Whether few images pass this filter, if that was found out a moment ago.
    pub(super) fn rare(&self, filter: &Filter) -> Option<bool> {
        let key = Key::of(filter)?;
        let known = self.0.lock();
        let (rare, at) = known.get(&key)?;
        (at.elapsed() < FRESH).then_some(*rare)
    }

    /// Forgets all, for all is different now.
    pub(super) fn forget(&self) {
        let mut known = self.0.lock();
        known.clear();
    }

    /// Remembers whether few images pass it.
    pub(super) fn remember(&self, filter: &Filter, rare: bool) {
        let Some(key) = Key::of(filter) else { return };
        let mut known = self.0.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, (rare, Instant::now()));
    }
}
