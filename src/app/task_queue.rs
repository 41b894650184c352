//! The task queue of one server besides the table: the running tasks and their secrets.

use std::collections::HashMap;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::domain::secret::Secret as Token;

/// The running tasks of a server, and their secrets.
#[derive(Debug, Default)]
pub struct Queue {
    /// Wakes the worker.
    pub(crate) woken: Notify,
    /// The tasks that are done now: what is aborted is only over a moment later.
    pub begun: TaskTracker,
    secrets: Mutex<HashMap<String, TaskSecret>>,
}

/// A secret that a task needs: it is never stored, and lost when the server ends.
#[derive(Clone, Debug)]
pub struct TaskSecret {
    /// The token of whoever asked for the task.
    pub token: Token,
    /// The endpoint of the other Glance in that token's catalog.
    pub endpoint: Option<String>,
}

impl Queue {
    /// There is something new to do.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Keeps what a task needs until it is taken up.
    pub fn entrust(&self, task: &str, secret: TaskSecret) {
        self.secrets().insert(task.to_owned(), secret);
    }

    /// Returns what a task needs, if this server was told.
    #[must_use]
    pub fn secret(&self, task: &str) -> Option<TaskSecret> {
        self.secrets().get(task).cloned()
    }

    /// Forgets the secret of a task that has ended here.
    pub(crate) fn forget(&self, task: &str) {
        self.secrets().remove(task);
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<String, TaskSecret>> {
        self.secrets.lock()
    }
}
