//! Following a journal as it grows.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Entry, Journal};

/// Reads a journal on and on. It takes no room of its own: what the journal has given up before it
/// was read, is missed.
#[derive(Debug)]
pub struct Reader {
    journal: Journal,
    next: u64,
}

/// An event for a follower of the journal.
#[derive(Clone, Debug)]
pub enum JournalEvent {
    /// An exchange.
    Entry(Arc<Entry>),
    /// The number of exchanges that were dropped before they were read.
    Missed(u64),
}

impl Journal {
    /// Reads what comes from now on, or what came after the exchange with this id.
    #[must_use]
    pub fn follow(&self, after: Option<u64>) -> Reader {
        let last = self.kept().last;
        Reader {
            journal: self.clone(),
            next: after.map_or(last, |after| after.min(last)) + 1,
        }
    }
}

impl Reader {
    /// Waits for what is next; nothing once the journal has ended.
    pub async fn next(&mut self) -> Option<JournalEvent> {
        let journal = self.journal.clone();
        loop {
            // Asked for before looking, so that nothing comes unnoticed in between.
            let mut news = pin!(journal.0.news.notified());
            news.as_mut().enable();
            if let Some(found) = self.take() {
                return Some(found);
            }
            if journal.0.ended.load(Ordering::Acquire) {
                return None;
            }
            news.await;
        }
    }

    fn take(&mut self) -> Option<JournalEvent> {
        let kept = self.journal.kept();
        if kept.evicted >= self.next {
            let missed = kept.evicted + 1 - self.next;
            self.next += missed;
            return Some(JournalEvent::Missed(missed));
        }
        let at = kept.entries.partition_point(|entry| entry.id < self.next);
        let entry = Arc::clone(kept.entries.get(at)?);
        self.next = entry.id + 1;
        Some(JournalEvent::Entry(entry))
    }
}
