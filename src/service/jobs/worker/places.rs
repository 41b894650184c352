//! The places of a worker: the tasks that it has begun, and how many of each project.

use std::collections::HashMap;

use tokio::task::{Id, JoinSet};
use tracing::Instrument;

use super::perform;
use crate::app::App;
use crate::db::{TaskClaim, TaskShares};
use crate::domain::task::Task;

/// The tasks that were begun and have not ended.
#[derive(Default)]
pub(super) struct Places {
    running: JoinSet<()>,
    tasks: HashMap<Id, PlacedTask>,
}

/// A task in its place.
struct PlacedTask {
    id: String,
    /// The project, `""` for none.
    owner: String,
}

impl Places {
    /// Returns the shares of the projects if there is room for another task.
    pub(super) fn shares(&self, app: &App) -> Option<TaskShares> {
        let places = usize::from(app.config().tasks.max_workers);
        // Those that only rest need no place.
        let idle = app.pace.idle_tasks();
        let free = (places + idle).checked_sub(self.running.len())?;
        if free == 0 {
            return None;
        }
        let mut shares = TaskShares {
            others_only: free == 1 && places > 1,
            ..TaskShares::default()
        };
        let resting = if idle > 0 {
            app.pace.resting()
        } else {
            Vec::new()
        };
        let rests =
            |task: &PlacedTask| resting.iter().any(|resting| resting.ids.contains(&task.id));
        for task in self.tasks.values().filter(|task| !rests(task)) {
            *shares.running.entry(task.owner.clone()).or_default() += 1;
        }
        Some(shares)
    }

    /// Begins a task.
    pub(super) fn begin(&mut self, app: &App, task: Task, claim: TaskClaim) {
        let placed = PlacedTask {
            id: task.id.clone(),
            owner: task.owner.clone().unwrap_or_default(),
        };
        let span = task_span(&task);
        let work = perform(app.clone(), task, claim).instrument(span);
        let begun = self.running.spawn(app.queue.begun.track_future(work));
        self.tasks.insert(begun.id(), placed);
    }

    /// Waits until a task ends.
    pub(super) async fn next_end(&mut self) {
        let ended = match self.running.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => std::future::pending().await,
        };
        self.tasks.remove(&ended);
    }
}

/// Returns the span of a task: whatever is logged while it is done can be tied to the request that asked
/// for it.
fn task_span(task: &Task) -> tracing::Span {
    tracing::info_span!(
        "task",
        task = task.id,
        kind = %task.kind,
        image = task.image_id.as_deref(),
        request_id = task.request_id.as_deref(),
    )
}
