//! The notifications of one cloud that were sent last, bounded in number and bytes, for whoever listens.
//!
//! Nothing is kept before the first listener comes, unless there are queues, and no listener holds anybody up: one that is too
//! slow misses what had to make room.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use super::random::system_hex;
use crate::domain::notification::Notification;

/// The greatest number of notifications that are kept.
const MOST: usize = 1000;

/// The greatest number of bytes that are kept.
const MOST_BYTES: usize = 8 << 20;

/// The last notifications of one cloud; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct NotificationLog(Arc<LogInner>);

#[derive(Debug)]
struct LogInner {
    /// What tells this log from that of another generation or server, in the ids of its entries.
    name: String,
    /// The queues that each notification is put into, by name.
    targets: Vec<String>,
    wanted: AtomicBool,
    ended: AtomicBool,
    kept: Mutex<KeptNotifications>,
    /// Sent to whenever something was added, and at the end.
    news: watch::Sender<()>,
}

/// The notifications, the oldest first. They are numbered without gaps, and `last` is the number of the last.
#[derive(Debug, Default)]
struct KeptNotifications {
    entries: VecDeque<Arc<Notification>>,
    bytes: usize,
    last: u64,
}

/// Reads a log on and on.
#[derive(Debug)]
pub struct NotificationReader {
    log: NotificationLog,
    news: watch::Receiver<()>,
    next: u64,
}

/// What a reader finds next.
#[derive(Clone, Debug)]
pub enum LogEvent {
    /// A notification, and the id to go on behind it.
    Sent(String, Arc<Notification>),
    /// The number of notifications that were dropped before they were read.
    Missed(u64),
}

impl NotificationLog {
    /// Returns an empty log. Where there are queues to fill, notifications are wanted from the start.
    #[must_use]
    pub fn for_queues(targets: Vec<String>) -> Self {
        Self(Arc::new(LogInner {
            // Without randomness all logs have one name, and a reader that comes back may miss some of another's.
            name: system_hex::<4>().unwrap_or_default(),
            wanted: AtomicBool::new(!targets.is_empty()),
            targets,
            ended: AtomicBool::new(false),
            kept: Mutex::default(),
            news: watch::Sender::new(()),
        }))
    }

    /// Returns the names of the queues that each notification is put into.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.0.targets
    }

    /// Returns what tells of each addition.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<()> {
        self.0.news.subscribe()
    }

    /// Returns whether anybody wants notifications.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.wanted.load(Ordering::Relaxed)
    }

    /// Notes that somebody wants notifications from now on.
    pub fn want(&self) {
        self.0.wanted.store(true, Ordering::Relaxed);
    }

    /// Adds notifications, and drops the oldest where there is no room.
    pub fn add(&self, notifications: Vec<Arc<Notification>>) {
        let mut dropped = Vec::new();
        {
            let mut kept = self.kept();
            for notification in notifications {
                kept.last += 1;
                kept.bytes += notification.body.len();
                kept.entries.push_back(notification);
            }
            while kept.entries.len() > MOST || kept.bytes > MOST_BYTES {
                let Some(oldest) = kept.entries.pop_front() else {
                    break;
                };
                kept.bytes = kept.bytes.saturating_sub(oldest.body.len());
                // Freed when the lock is.
                dropped.push(oldest);
            }
        }
        self.0.news.send_replace(());
    }

    /// Begins to listen: to what comes from now on, or behind the entry with this id. Behind an id of another log comes all that
    /// is kept.
    #[must_use]
    pub fn follow(&self, after: Option<&str>) -> NotificationReader {
        self.want();
        let kept = self.kept();
        let own = |id: &str| {
            let (name, number) = id.split_once('-')?;
            let number: u64 = number.parse().ok().filter(|_| name == self.0.name)?;
            Some(number.min(kept.last))
        };
        let last = match after {
            None => kept.last,
            Some(id) => own(id).unwrap_or_else(|| kept.dropped()),
        };
        NotificationReader {
            log: self.clone(),
            news: self.news(),
            next: last + 1,
        }
    }

    /// Tells whoever listens that nothing more will come.
    pub fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
        self.0.news.send_replace(());
    }

    fn kept(&self) -> MutexGuard<'_, KeptNotifications> {
        self.0.kept.lock()
    }
}

impl KeptNotifications {
    /// Returns the number of the last entry that was dropped.
    fn dropped(&self) -> u64 {
        self.last
            .saturating_sub(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }
}

impl NotificationReader {
    /// Waits for what is next; `None` once the log has ended.
    pub async fn next(&mut self) -> Option<LogEvent> {
        loop {
            // Before looking, so that nothing comes unnoticed in between.
            self.news.mark_unchanged();
            if let Some(found) = self.take() {
                return Some(found);
            }
            if self.log.0.ended.load(Ordering::Acquire) {
                return None;
            }
            self.news.changed().await.ok()?;
        }
    }

    fn take(&mut self) -> Option<LogEvent> {
        let kept = self.log.kept();
        let dropped = kept.dropped();
        if dropped >= self.next {
            let missed = dropped + 1 - self.next;
            self.next = dropped + 1;
            return Some(LogEvent::Missed(missed));
        }
        let place = usize::try_from(self.next - dropped - 1).ok()?;
        let found = Arc::clone(kept.entries.get(place)?);
        let id = format!("{}-{}", self.log.0.name, self.next);
        self.next += 1;
        Some(LogEvent::Sent(id, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notification::EventType;

    fn sent(body: &str) -> Arc<Notification> {
        Arc::new(Notification {
            event_type: EventType::ImageCreate,
            body: body.into(),
        })
    }

    async fn next(reader: &mut NotificationReader) -> (String, String) {
        match reader.next().await {
            Some(LogEvent::Sent(id, found)) => (id, found.body.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_reader_goes_on_where_it_ended() {
        let log = NotificationLog::for_queues(Vec::new());
        let mut reader = log.follow(None);
        log.add(vec![sent("a"), sent("b")]);
        let (id, body) = next(&mut reader).await;
        assert_eq!(body, "a");
        assert_eq!(next(&mut log.follow(Some(&id))).await.1, "b");
        assert_eq!(next(&mut log.follow(Some("other-9"))).await.1, "a");
        log.end();
        assert!(log.follow(None).next().await.is_none());
    }

    #[tokio::test]
    async fn a_slow_reader_learns_how_many_it_missed() {
        let log = NotificationLog::for_queues(Vec::new());
        let mut reader = log.follow(None);
        log.add(vec![sent("a"); MOST + 2]);
        assert!(matches!(reader.next().await, Some(LogEvent::Missed(2))));
        assert_eq!(next(&mut reader).await.1, "a");
        let large = "x".repeat(MOST_BYTES);
        log.add(vec![sent(&large)]);
        assert!(matches!(reader.next().await, Some(LogEvent::Missed(_))));
        assert_eq!(next(&mut reader).await.1, large);
    }
}
