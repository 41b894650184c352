//! Turns: of the sessions of this server that write to one image, one at a time has a connection.
//!
//! They would wait for each other at the row of the image anyway, but each with a connection of its own: if
//! a hung server holds that row, the sessions that wait for it would take every connection there is.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

/// The number of names above which those that nobody waits for are forgotten.
const FORGET_ABOVE: usize = 256;

/// The turns by name.
#[derive(Debug, Default)]
pub(super) struct Turns {
    by_name: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// A turn, as long as it is held.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// Waits for the turn of this name, first come, first served.
    ///
    /// # Errors
    /// `PoolTimedOut` if it does not come in time.
    pub(super) async fn take(&self, name: &str, patience: Duration) -> sqlx::Result<Turn> {
        let turn = self.of(name);
        let taken = timeout(patience, turn.lock_owned()).await;
        taken.map_err(|_| sqlx::Error::PoolTimedOut)
    }

    fn of(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut by_name = self.by_name.lock();
        if let Some(turn) = by_name.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        if by_name.len() > FORGET_ABOVE {
            by_name.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::default();
        by_name.insert(name.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_has_a_turn_and_other_names_do_not_wait() {
        let turns = Turns::default();
        let brief = Duration::from_millis(20);
        let first = turns.take("a", brief).await.unwrap();
        let refused = turns.take("a", brief).await;
        assert!(matches!(refused, Err(sqlx::Error::PoolTimedOut)));
        turns.take("b", brief).await.unwrap();
        drop(first);
        turns.take("a", brief).await.unwrap();
    }
}
