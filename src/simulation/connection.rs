//! The way of a fault to the connection that it is to break.
//!
//! Each request carries a handle of its connection in its extensions.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// The time for written data to reach the client, before a reset overtakes it.
pub const GRACE: Duration = Duration::from_millis(20);

/// A way to end a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseMode {
    /// In order: what was written arrives.
    Close,
    /// By a TCP reset.
    Reset,
    /// By a TCP reset that does not overtake what was written.
    ResetBehind,
}

/// Ends the connection that a request came by. Cloning gives the same.
#[derive(Clone, Debug, Default)]
pub struct ConnectionAbort {
    requested: Arc<AtomicU8>,
    /// The address that the connection comes from, where it is known.
    peer: Option<IpAddr>,
}

impl ConnectionAbort {
    /// Returns the handle of a connection from this address.
    #[must_use]
    pub fn of_peer(peer: Option<IpAddr>) -> Self {
        Self {
            peer,
            ..Self::default()
        }
    }

    /// Returns the address that the connection comes from, where it is known: a client's or a proxy's.
    #[must_use]
    pub fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Ends the connection, once the task that serves it comes to rest: so this is called in that
    /// task, which then has nothing more to say. What it has written by then is sent.
    pub fn abort(&self, end: CloseMode) {
        let word = match end {
            CloseMode::Close => 1,
            CloseMode::Reset => 2,
            CloseMode::ResetBehind => 3,
        };
        self.requested.store(word, Ordering::Relaxed);
    }

    /// Returns whether, and how, the connection is to end.
    #[must_use]
    pub fn requested(&self) -> Option<CloseMode> {
        match self.requested.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(CloseMode::Close),
            2 => Some(CloseMode::Reset),
            _ => Some(CloseMode::ResetBehind),
        }
    }
}
