//! Whether the database answers, as its sessions find: said in the log once when it ends, and once when it is
//! over.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::with_causes;

/// The state of a database as it was last seen.
#[derive(Debug, Default)]
pub(super) struct DatabaseHealth {
    is_lost: AtomicBool,
}

impl DatabaseHealth {
    /// Notes that a connection failed, or none could be opened.
    pub(super) fn lost(&self, error: &sqlx::Error) {
        if !self.is_lost.swap(true, Ordering::Relaxed) {
            tracing::warn!(error = with_causes(error), "the database does not answer");
        }
    }

    /// Notes that the database has answered.
    pub(super) fn answered(&self) {
        if self.is_lost.load(Ordering::Relaxed) && self.is_lost.swap(false, Ordering::Relaxed) {
            tracing::info!("the database answers again");
        }
    }
}
