//! The jobs that perform tasks. A kind of task is a module here and an arm of [`Job::perform`].
//!
//! Whatever a task writes, it writes under its claim, in a session that [`Job::write`] gives: a
//! server that was taken for dead learns there that the task is no longer its own. Each step can be
//! done again by the next server that gets the task.

mod export;
mod files;
mod import;
mod legacy;
mod location;
mod made;
mod object_import;
pub mod simulation;
pub mod worker;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::app::App;
use crate::db::{Session, TaskClaim, TaskOutcome};
use crate::domain::image::Image;
use crate::domain::import::LOCK;
use crate::domain::notification::EventType;
use crate::domain::scrub;
use crate::domain::task::{Task, TaskKind, TaskStatus};
use crate::runtime::metrics::Event;
use crate::{Error, Result};
use simulation::JobFaults;

/// The greatest number of attempts at a task: one that crashes its server again and again ends here.
const MOST_ATTEMPTS: i64 = 5;

/// The message of Glance for nearly every failure.
pub(super) const INTERNAL: &str = "Task failed due to Internal Error";

/// A task under way.
#[derive(Debug)]
pub struct Job {
    /// The cloud that it is done in.
    pub app: App,
    /// The task, as it was when it was taken.
    pub task: Task,
    claim: TaskClaim,
    /// Bytes that have been copied; `NONE` if the task is not about bytes.
    copied: AtomicU64,
    meddling: JobFaults,
}

const NONE: u64 = u64::MAX;

/// Why a task's work stopped.
#[derive(Debug)]
pub enum TaskError {
    /// The claim is another's: nothing more may be done.
    Lost,
    /// The task cannot be done now, but may be later.
    Later(Error),
    /// The task cannot be done.
    Failed(TaskFailure),
}

/// The failure of a task.
#[derive(Debug)]
pub struct TaskFailure {
    /// The message of the task, for the client.
    pub said: String,
    /// The cause, for the log.
    pub cause: String,
}

impl TaskError {
    /// Returns a failure whose reason the client sees.
    pub fn said(words: impl Into<String>) -> Self {
        let said = scrub::text(&words.into()).into_owned();
        let cause = said.clone();
        Self::Failed(TaskFailure { said, cause })
    }

    /// Returns a failure whose cause only the log tells.
    pub fn because(cause: impl Into<String>) -> Self {
        Self::Failed(TaskFailure {
            said: INTERNAL.into(),
            cause: scrub::text(&cause.into()).into_owned(),
        })
    }
}

impl From<Error> for TaskError {
    fn from(error: Error) -> Self {
        match error {
            // A database that is away now does not make a task fail.
            Error::Database(_) => Self::Later(error),
            Error::TooLarge(words) => Self::said(words),
            // Whoever asked can choose another store.
            Error::StoreReadOnly => Self::said(error.to_string()),
            Error::Store(cause) => Self::because(cause.to_string()),
            other => Self::because(other.to_string()),
        }
    }
}

impl From<sqlx::Error> for TaskError {
    fn from(error: sqlx::Error) -> Self {
        Self::Later(error.into())
    }
}

impl Job {
    /// A task that was just taken.
    #[must_use]
    pub fn new(app: App, task: Task, claim: TaskClaim) -> Self {
        Self {
            app,
            task,
            claim,
            copied: AtomicU64::new(NONE),
            meddling: JobFaults::default(),
        }
    }

    /// Does the task.
    pub async fn perform(&self) {
        let done = match self.task.kind {
            _ if self.task.input == "{}" => self.fail(&self.nothing_asked()).await,
            TaskKind::Import => legacy::run(self).await,
            TaskKind::ApiImageImport => import::run(self).await,
            TaskKind::LocationImport => location::run(self).await,
            TaskKind::ObjectImport => object_import::run(self).await,
            TaskKind::Export => export::run(self).await,
        };
        match done {
            Ok(()) | Err(TaskError::Lost) => {}
            Err(TaskError::Later(error)) => self.put_off(&error).await,
            // Even its end failed: whoever takes it up next ends it.
            Err(TaskError::Failed(failure)) => {
                let task = &self.task.id;
                tracing::error!(
                    error = failure.cause,
                    task,
                    "cannot record the end of a task"
                );
            }
        }
    }

    /// Leaves the task to whichever worker claims it next, after a pause: what it waits for is not there yet.
    async fn put_off(&self, error: &Error) {
        let task = &self.task.id;
        tracing::warn!(
            error = error as &dyn std::error::Error,
            task,
            "task postponed; a worker will retry it"
        );
        tokio::time::sleep(self.app.config().replicas.renewal()).await;
        // That the database was away says nothing against the task.
        let counts = !error.is_database_unavailable();
        let released = async {
            let mut db = self.app.db.write().await?;
            db.release_claim(&self.claim, counts);
            db.commit().await
        };
        if let Err(error) = released.await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(
                error = cause,
                task,
                "cannot release a task; its lease will expire"
            );
        }
    }

    fn nothing_asked(&self) -> TaskFailure {
        let kind = self.app.task_rules().name(self.task.kind);
        let said = format!("Input to {kind} task is empty.");
        let cause = said.clone();
        TaskFailure { said, cause }
    }

    /// Returns whether this has been begun before, by a server that did not end it.
    #[must_use]
    pub fn is_retry(&self) -> bool {
        self.task.attempts > 1
    }

    /// Refuses a task that was begun too often.
    pub fn check_attempts(&self) -> Result<(), TaskError> {
        if self.task.attempts > MOST_ATTEMPTS {
            return Err(TaskError::because("it was begun too often"));
        }
        Ok(())
    }

    /// A field of what was asked, which has to be there.
    pub fn input(&self, field: &str) -> Result<Value, TaskError> {
        let input = self.task.input();
        let missing = || TaskError::said(format!("Input does not contain '{field}' field"));
        input.get(field).cloned().ok_or_else(missing)
    }

    /// A session that writes under the claim, and an image that nobody else changes before it
    /// commits. The image first and then what hangs on it, as everywhere.
    pub async fn write(&self, image: &str) -> Result<(Session, Option<Image>), TaskError> {
        let mut db = self.app.db.write_to(image).await?;
        let image = db
            .lock_image(image)
            .await?
            .map(|lock_image| lock_image.image);
        if !db.lock_claim(&self.claim).await? {
            return Err(TaskError::Lost);
        }
        Ok((db, image))
    }

    /// Records, at the commit, that a worker does the task.
    pub fn start(&self, db: &mut Session) {
        let at = self.app.clock.now();
        db.start_task(&self.task.id, at);
        if self.task.status == TaskStatus::Pending {
            let mut task = self.task.clone();
            task.updated_at = at;
            let event = EventType::TaskProcessing;
            let status = TaskStatus::Processing;
            self.app.notify_task(db, event, &task, status);
        }
    }

    /// Says that bytes were copied.
    pub fn copied(&self, bytes: u64) {
        let before = self.copied.load(Ordering::Relaxed);
        let before = if before == NONE { 0 } else { before };
        self.copied.store(before + bytes, Ordering::Relaxed);
    }

    /// Returns how far the work is, in the words of the task.
    #[must_use]
    pub fn progress(&self) -> Option<String> {
        match self.copied.load(Ordering::Relaxed) {
            NONE => None,
            bytes => Some(format!("Copied {} MiB", bytes >> 20)),
        }
    }

    /// Says that the work goes on, and how far it is; `false` if the claim no longer stands.
    pub(super) async fn renew(&self) -> Result<bool> {
        let mut db = self.app.db.renew().await?;
        let stands = db.renew_claim(&self.claim, self.app.clock.system()).await?;
        if let Some(progress) = self.progress().filter(|_| stands) {
            db.update_task_message(&self.task.id, &progress, self.app.clock.now());
        }
        db.commit().await?;
        Ok(stands)
    }

    /// Fails if the task is another server's by now: then nothing may be published for it.
    pub async fn still_ours(&self) -> Result<()> {
        if self.renew().await? {
            return Ok(());
        }
        Err(Error::TaskLeaseLost)
    }

    /// Ends the task well, at the commit.
    pub fn succeed(&self, db: &mut Session, image: &str) {
        let message = self.progress().unwrap_or_default();
        let result = json!({ "image_id": image }).to_string();
        self.end(db, TaskStatus::Success, &message, Some(result));
    }

    /// Ends the task badly, at the commit.
    pub fn fail_at_commit(&self, db: &mut Session, failure: &TaskFailure) {
        let (task, image) = (&self.task.id, self.task.image_id.as_deref());
        tracing::warn!(error = failure.cause, task, image, "task failed");
        self.end(db, TaskStatus::Failure, &failure.said, None);
    }

    /// Ends the task badly, with nothing to put back.
    pub async fn fail(&self, failure: &TaskFailure) -> Result<(), TaskError> {
        let mut db = self.app.db.write().await?;
        if !db.lock_claim(&self.claim).await? {
            return Err(TaskError::Lost);
        }
        self.fail_at_commit(&mut db, failure);
        Ok(db.commit().await?)
    }

    fn end(&self, db: &mut Session, status: TaskStatus, message: &str, result: Option<String>) {
        let at = self.app.clock.now();
        let end = ended(&self.app, self.task.kind, status, message, result, at);
        db.finish_task(&self.task.id, &end);
        self.app.notify_end(db, &self.task, &end);
    }
}

/// The image, if it is there and this task has it.
fn mine(job: &Job, image: Option<Image>) -> Result<Image, TaskError> {
    let image = image.ok_or_else(|| TaskError::because("the image was deleted"))?;
    match image.properties.get(LOCK) {
        Some(task) if *task == *job.task.id => Ok(image),
        _ => Err(TaskError::because("the image is not this task's")),
    }
}

/// The end of a task, at this moment.
pub(super) fn ended<'a>(
    app: &App,
    kind: TaskKind,
    status: TaskStatus,
    message: &'a str,
    result: Option<String>,
    at: chrono::DateTime<chrono::Utc>,
) -> TaskOutcome<'a> {
    app.metrics.count(Event::TaskEnded(kind, status));
    let hours = app.config().tasks.task_time_to_live;
    TaskOutcome {
        status,
        message,
        result,
        at,
        expires_at: at + chrono::TimeDelta::hours(hours.into()),
    }
}
