//! The way of a fault to the connection that it is to break.
//!
//! A connection is served by one task: so it is found by what belongs to that task, and no request
//! has to carry it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// How long what was written may take to get to the client, before a reset overtakes it.
pub const GRACE: Duration = Duration::from_millis(20);

tokio::task_local! {
    static CUT: Cut;
}

/// How a connection is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order: what was written arrives.
    Close,
    /// By a TCP reset.
    Reset,
    /// By a TCP reset that does not overtake what was written.
    ResetBehind,
}

/// Ends the connection of the task that calls it. Cloning gives the same.
#[derive(Clone, Debug, Default)]
pub struct Cut(Arc<AtomicU8>);

impl Cut {
    /// That of the connection that this task serves.
    #[must_use]
    pub fn of_this_task() -> Option<Self> {
        CUT.try_with(Clone::clone).ok()
    }

    /// Serves a connection that can be cut.
    pub async fn within<F: Future>(self, connection: F) -> F::Output {
        CUT.scope(self, connection).await
    }

    /// Ends the connection, once the task that serves it comes to rest: so this is called in that
    /// task, which then has nothing more to say. What it has written by then is sent.
    pub fn cut(&self, end: End) {
        let word = match end {
            End::Close => 1,
            End::Reset => 2,
            End::ResetBehind => 3,
        };
        self.0.store(word, Ordering::Relaxed);
    }

    /// Whether, and how, the connection is to end.
    #[must_use]
    pub fn is_called(&self) -> Option<End> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(End::Close),
            2 => Some(End::Reset),
            _ => Some(End::ResetBehind),
        }
    }
}
