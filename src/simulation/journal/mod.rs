//! The journal: the last exchanges with clients, bounded in number and bytes, without secrets.

mod body;
mod entry;
mod filter;
mod follow;
mod har;
mod headers;
mod numbered;
mod policy;
mod redact;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::config::JournalOptions;
pub use body::Received;
pub use entry::{End, Entry, Recorded, RecordedRequest, RecordedResponse, RequestNotes};
pub use filter::Filter;
pub use follow::{JournalEvent, Reader};
pub use har::har;
pub use headers::Headers;
pub use numbered::NumberedSecrets;
pub use policy::PolicyDecision;
pub use verify::{ClosestMatch, Expectation, Verdict};

/// The journal of one cloud; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Journal(Arc<JournalInner>);

#[derive(Debug)]
struct JournalInner {
    requests: usize,
    bytes: u64,
    kept: Mutex<Kept>,
    news: Notify,
    ended: AtomicBool,
}

/// The exchanges, the oldest first; ids count up without gaps but for what was removed.
#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    bytes: u64,
    last: u64,
    /// The last that had to make room for others.
    evicted: u64,
    /// The last when the mark was set.
    mark: u64,
}

impl Journal {
    /// An empty journal with these bounds.
    #[must_use]
    pub fn new(options: JournalOptions) -> Self {
        Self(Arc::new(JournalInner {
            requests: options.journal_requests,
            bytes: options.journal_bytes,
            kept: Mutex::default(),
            news: Notify::new(),
            ended: AtomicBool::new(false),
        }))
    }

    /// Returns whether it keeps anything at all.
    #[must_use]
    pub fn on(&self) -> bool {
        self.0.requests > 0 && self.0.bytes > 0
    }

    /// Adds an exchange; without an answer the client did not wait for one. It took so long up to
    /// here.
    pub fn add(
        &self,
        asked: RecordedRequest,
        answered: Option<RecordedResponse>,
        took: Duration,
    ) -> Arc<Entry> {
        let mut entry = Entry::new(asked, answered, took);
        let mut gone = Vec::new();
        let entry = {
            let mut kept = self.kept();
            kept.last += 1;
            entry.id = kept.last;
            let entry = Arc::new(entry);
            kept.bytes += entry.size();
            kept.entries.push_back(Arc::clone(&entry));
            while kept.entries.len() > self.0.requests || kept.bytes > self.0.bytes {
                let Some(oldest) = kept.entries.pop_front() else {
                    break;
                };
                kept.bytes = kept.bytes.saturating_sub(oldest.size());
                kept.evicted = oldest.id;
                // Freed when the lock is.
                gone.push(oldest);
            }
            entry
        };
        self.0.news.notify_waiters();
        entry
    }

    /// All that is kept, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.kept().entries.iter().cloned().collect()
    }

    /// Returns the exchanges that match the filter, the oldest first; with a limit, only the last ones.
    #[must_use]
    pub fn find(&self, filter: &Filter, limit: Option<usize>) -> Vec<Arc<Entry>> {
        let all = self.all().into_iter().rev();
        let found = all.filter(|value| filter.takes(value));
        let mut found: Vec<_> = found.take(limit.unwrap_or(usize::MAX)).collect();
        found.reverse();
        found
    }

    /// Marks this moment, for [`since_mark`](Self::since_mark).
    pub fn mark(&self) {
        let mut kept = self.kept();
        kept.mark = kept.last;
    }

    /// Returns the exchanges since the mark was set, or all of them, the oldest first.
    #[must_use]
    pub fn since_mark(&self) -> Vec<Arc<Entry>> {
        let kept = self.kept();
        let start = kept.entries.partition_point(|entry| entry.id <= kept.mark);
        kept.entries.range(start..).cloned().collect()
    }

    /// All that is kept, to be read at leisure.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.all().iter().map(|value| value.recorded()).collect()
    }

    /// One exchange, if it is kept.
    #[must_use]
    pub fn one(&self, id: u64) -> Option<Arc<Entry>> {
        let kept = self.kept();
        let at = kept.entries.partition_point(|entry| entry.id < id);
        kept.entries.get(at).filter(|entry| entry.id == id).cloned()
    }

    /// Forgets everything; ids count on.
    pub fn clear(&self) {
        let mut kept = self.kept();
        let gone = std::mem::take(&mut kept.entries);
        kept.bytes = 0;
        drop(kept);
        drop(gone);
    }

    /// Tells whoever follows it that nothing more will come.
    pub fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.news.notify_waiters();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing that can panic leaves it half changed.
        self.0.kept.lock()
    }
}

impl Default for Journal {
    /// An empty one, with the bounds that a server has when nothing is said.
    fn default() -> Self {
        Self::new(crate::config::Config::default().journal)
    }
}
