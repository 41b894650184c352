//! Tasks: asked for, shown and listed. What they do is in `work`, who does it in `queue`.

use serde_json::Value;

use super::may;
use crate::app::App;
use crate::domain::caller::{Caller, CallerAsOwner};
use crate::domain::notification::EventType;
use crate::domain::policy::Rule;
use crate::domain::task::{NewTask, Task, TaskQuery, TaskStatus};
use crate::domain::text::without_nul;
use crate::source::fetch::Fetcher;
use crate::{Error, Result};

/// The operations of one caller on tasks.
#[derive(Debug)]
pub struct Tasks<'a> {
    app: &'a App,
    caller: &'a Caller,
}

/// A page of a list.
#[derive(Debug)]
pub struct TaskList {
    /// The tasks, in the order that was asked for.
    pub tasks: Vec<Task>,
    /// The task after which the next page begins, if there may be one.
    pub next: Option<String>,
}

impl<'a> Tasks<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// Returns whether the caller may have to do with tasks at all.
    pub fn may(&self) -> Result<()> {
        let own = CallerAsOwner(self.caller);
        if self.app.allows(Rule::TasksApiAccess, &own, &own) {
            Ok(())
        } else {
            Err(Error::DeniedByPolicy(Rule::TasksApiAccess.name()))
        }
    }

    /// Returns whether the caller may create tasks.
    pub fn may_create(&self) -> Result<()> {
        self.may()?;
        let (own, rule) = (CallerAsOwner(self.caller), self.app.task_rules().create);
        if self.app.allows(rule, &own, &own) {
            Ok(())
        } else {
            Err(Error::DeniedByPolicy(rule.name()))
        }
    }

    /// Asks for a task in this request.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create(&self, new: NewTask, request: &str) -> Result<Task> {
        self.may_create()?;
        if let Some(uri) = new.source()
            && Fetcher::new(&self.app.config().filter)
                .filter()
                .check(uri)
                .await
                .is_err()
        {
            return Err(Error::Invalid(format!(
                "URI for legacy import task does not pass filtering: {uri}"
            )));
        }
        let task = draft(self.app, self.caller, &new, request);
        let mut db = self.app.db.write().await?;
        db.insert_task(&task, None);
        let created = EventType::TaskCreate;
        self.app.notify_task(&mut db, created, &task, task.status);
        let image = task.image_id.as_deref();
        let following = self.app.follow(image, new.image_name(), Some(&task.id));
        db.commit().await?;
        if let Some(following) = following {
            following.leave();
        }
        self.app.queue.wake();
        Ok(task)
    }

    /// Shows a task.
    #[tracing::instrument(level = "debug", skip_all, fields(task = id))]
    pub async fn show(&self, id: &str) -> Result<Task> {
        self.may()?;
        self.app.polled(id).await;
        let found = match without_nul(id) {
            Some(id) => self.app.db.read().await?.task(id).await?,
            None => None,
        };
        found
            .filter(|found| self.caller.admin || found.owner.as_deref() == self.project())
            .ok_or_else(|| Error::NotFound(format!("Could not find task {id}")))
    }

    /// A page of the tasks that the caller may know of.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn list(&self, query: &TaskQuery) -> Result<TaskList> {
        self.may()?;
        self.sweep().await?;
        let mut db = self.app.db.read().await?;
        if let Some(marker) = &query.marker
            && db.task(marker).await?.is_none()
        {
            return Err(Error::Invalid(format!(
                "Task with the given id {marker} was not found"
            )));
        }
        let tasks = db.tasks(query, self.only()).await?;
        let full = i64::try_from(tasks.len()).is_ok_and(|try_from| try_from == query.limit);
        let next = tasks.last().filter(|_| full).map(|task| task.id.clone());
        Ok(TaskList { tasks, next })
    }

    /// The tasks of an image that the caller may know of.
    #[tracing::instrument(level = "debug", skip_all, fields(task = id))]
    pub async fn of_image(&self, id: &str) -> Result<Vec<Task>> {
        self.app.polled(id).await;
        let mut db = self.app.db.read().await?;
        let found = match without_nul(id) {
            Some(id) => db.image(id, self.project()).await?,
            None => None,
        };
        let image = match found {
            Some(it) if self.caller.can_see(&it.image, it.shared) => it.image,
            _ => return Err(Error::ResourceNotFound),
        };
        may(self.app, self.caller, Rule::GetImage, &image)?;
        drop(db);
        self.sweep().await?;
        let mut db = self.app.db.read().await?;
        let now = self.app.clock.now();
        db.tasks_of_image(&image.id, self.only(), now).await
    }

    /// Forgets the tasks of the caller's project that have expired.
    async fn sweep(&self) -> Result<()> {
        let Some(project) = self.project() else {
            return Ok(());
        };
        let now = self.app.clock.now();
        let expired = self
            .app
            .db
            .read()
            .await?
            .has_expired_tasks(Some(project), now)
            .await?;
        if expired {
            let mut db = self.app.db.write().await?;
            db.remove_expired_tasks(Some(project), now);
            db.commit().await?;
        }
        Ok(())
    }

    fn project(&self) -> Option<&str> {
        self.caller.project.as_deref()
    }

    /// The project whose tasks are shown; nothing: all projects'.
    fn only(&self) -> Option<&str> {
        (!self.caller.admin).then(|| self.project().unwrap_or_default())
    }
}

/// A task as a caller asks for it in a request, not yet kept.
pub(super) fn draft(app: &App, caller: &Caller, new: &NewTask, request: &str) -> Task {
    let now = app.clock.now();
    let image = new.image_id();
    Task {
        id: app.new_id().to_string(),
        kind: new.kind,
        status: TaskStatus::Pending,
        owner: caller.project.clone(),
        user_id: caller.user.clone(),
        request_id: Some(request.to_owned()).filter(|value| !value.is_empty()),
        roles: caller.roles.join(","),
        image_id: image.map(str::to_owned),
        input: Value::Object(new.input.clone()).to_string(),
        result: None,
        message: String::new(),
        created_at: now,
        updated_at: now,
        expires_at: None,
        made: None,
        attempts: 0,
        region: String::new(),
    }
}
