//! A cache of the selectivity of filters: if few images have a tag or property. It decides how a list is
//! read, never its contents.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::domain::query::ImageFilter;

/// The time that an entry is valid. A list that is requested a thousand times a second counts once; one
/// that is requested now and then counts each time, which costs about a millisecond.
const TIME_TO_LIVE: Duration = Duration::from_secs(2);

/// The greatest number of entries.
const CAPACITY: usize = 512;

/// A cache of filters, each with `true` if few images pass it.
#[derive(Debug, Default)]
pub(super) struct SelectivityCache(Mutex<HashMap<FilterKey, (bool, Instant)>>);

/// The name and value of a property, or a tag.
#[derive(Debug, PartialEq, Eq, Hash)]
struct FilterKey(Option<String>, String);

impl FilterKey {
    fn of(filter: &ImageFilter) -> Option<Self> {
        match filter {
            ImageFilter::Tag(tag) => Some(Self(None, tag.clone())),
            ImageFilter::Property(name, value) => Some(Self(Some(name.clone()), value.clone())),
            _ => None,
        }
    }
}

impl SelectivityCache {
    /// Returns `true` if few images pass this filter; `None` if that is not known.
    pub(super) fn get(&self, filter: &ImageFilter) -> Option<bool> {
        let key = FilterKey::of(filter)?;
        let entries = self.0.lock();
        let (rare, at) = entries.get(&key)?;
        (at.elapsed() < TIME_TO_LIVE).then_some(*rare)
    }

    /// Removes all entries, after all rows were replaced.
    pub(super) fn clear(&self) {
        let mut entries = self.0.lock();
        entries.clear();
    }

    /// Stores `true` for a filter that few images pass.
    pub(super) fn insert(&self, filter: &ImageFilter, rare: bool) {
        let Some(key) = FilterKey::of(filter) else {
            return;
        };
        let mut entries = self.0.lock();
        if entries.len() >= CAPACITY {
            entries.clear();
        }
        entries.insert(key, (rare, Instant::now()));
    }
}
