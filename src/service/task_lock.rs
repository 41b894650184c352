//! The lock: of several tasks one has an image, and a property that only the server sets says which.

use serde_json::Value;

use super::Images;
use super::jobs::{INTERNAL, ended};
use crate::db::Session;
use crate::domain::image::Image;
use crate::domain::import::{ImportBookkeeping, LOCK};
use crate::domain::notification::EventType;
use crate::domain::task::{Task, TaskStatus};
use crate::{Error, Result, Shown};

/// The time that a running task without progress keeps its image locked, in minutes.
const WORKING: i64 = 60;

/// The time that a task that has not started keeps its image locked, in minutes.
const WAITING: i64 = 120;

impl Images<'_> {
    /// Refuses an image that a task has; says which old one has it no longer.
    pub(super) async fn not_locked(&self, db: &mut Session, image: &Image) -> Result<Option<Task>> {
        let Some(lock) = image.properties.get(LOCK) else {
            return Ok(None);
        };
        let Some(task) = db.task(lock).await? else {
            return Ok(None);
        };
        let minutes = match task.status {
            TaskStatus::Pending => WAITING,
            TaskStatus::Processing => WORKING,
            TaskStatus::Success | TaskStatus::Failure => return Ok(None),
        };
        let until = task.updated_at + chrono::TimeDelta::minutes(minutes);
        if self.app.clock.now() < until {
            return Err(Error::conflict("Image has active task".into()));
        }
        Ok(Some(task))
    }

    /// Gives an image that is held to a new task, and takes it from the one that has had it for too
    /// long, at the commit.
    pub(super) fn lock(
        &self,
        db: &mut Session,
        image: &Image,
        task: &Task,
        expired: Option<&Task>,
    ) {
        let mut after = image.clone();
        if let Some(expired) = expired {
            self.preempt(db, expired, &mut after);
        }
        ImportBookkeeping(&mut after.properties).take(&task.id);
        db.update_image(image, &after);
    }

    /// Adds a task that has failed, at the commit: its caller may not change the image, and the first write of such
    /// a task in Glance fails. The image stays unlocked.
    pub(super) fn fail_at_once(&self, db: &mut Session, task: &Task) {
        let status = TaskStatus::Failure;
        db.insert_task(task, None);
        let end = ended(self.app, task.kind, status, INTERNAL, None, task.created_at);
        db.finish_task(&task.id, &end);
        let created = EventType::TaskCreate;
        self.app.notify_task(db, created, task, TaskStatus::Pending);
        self.app.notify_end(db, task, &end);
    }

    /// Takes the image away from a task that has said nothing for too long.
    fn preempt(&self, db: &mut Session, expired: &Task, image: &mut Image) {
        let at = self.app.clock.now();
        let status = TaskStatus::Failure;
        let words = "Expired lock preempted";
        let end = ended(self.app, expired.kind, status, words, None, at);
        db.finish_task(&expired.id, &end);
        self.app.notify_end(db, expired, &end);
        let input = expired.input();
        let stores = input.get("backend").and_then(Value::as_array);
        for store in stores.into_iter().flatten().filter_map(Value::as_str) {
            ImportBookkeeping(&mut image.properties).forget(store);
        }
    }
}

/// Returns the error of a conflict with a request that was faster.
pub(super) fn lost(image: &str, error: Error) -> Error {
    match error {
        Error::Conflict {
            shown: Shown::Explanation,
            ..
        } => Error::conflict(format!(
            "New operation on image '{image}' is not permitted as prior operation is still in \
             progress"
        )),
        other => other,
    }
}
