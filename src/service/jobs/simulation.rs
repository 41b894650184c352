//! Applies faults and pace to a task.
//!
//! To faults a task is the request that asks for it: `POST /v2/images/{image}/import`,
//! `…/locations`, or `/v2/tasks`.

use super::{Job, TaskError};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::fault::{ImportFaultEffect, RequestFacts, TaskStep};
use crate::domain::pace::PacedState;
use crate::domain::task::{Task, TaskKind};
use crate::simulation::faults::FaultScope;
use crate::simulation::pacing::PaceGuard;

/// The faults and the pace of one task.
#[derive(Debug, Default)]
pub struct JobFaults {
    following: Option<PaceGuard>,
    fault: Option<ImportFaultEffect>,
}

/// Returns the job with the faults and pauses that the rules set for it.
pub async fn with(mut job: Job) -> Job {
    job.meddling.following = job.app.pace.find(&job.task.id);
    if job.app.faults.armed() {
        let app = &job.app;
        let facts = facts(app, &job.task).await;
        let drawn = app.clone();
        job.meddling.fault = app.faults.judge_task(&facts, || app.random_fraction());
        let draw = move || drawn.random_fraction();
        // A task is no request: nothing is noted of it.
        let under = FaultScope::new(app.faults.clone(), facts, Vec::new(), draw, |_| ());
        job.app = job.app.in_fault_scope(under);
    }
    job
}

async fn facts(app: &App, task: &Task) -> RequestFacts {
    let image = task.image_id.as_deref().unwrap_or_default();
    let caller = Caller {
        user: task.user_id.clone(),
        project: task.owner.clone(),
        ..Caller::default()
    };
    let (user, project) = app.names(&caller).await;
    RequestFacts {
        method: "POST".into(),
        path: match task.kind {
            TaskKind::ApiImageImport => format!("/v2/images/{image}/import"),
            TaskKind::LocationImport => format!("/v2/images/{image}/locations"),
            TaskKind::Import | TaskKind::ObjectImport | TaskKind::Export => "/v2/tasks".into(),
        },
        headers: Vec::new(),
        user: caller.user.into_iter().chain(user).collect(),
        project: caller.project.into_iter().chain(project).collect(),
        region: app.region(),
    }
}

impl Job {
    /// Says that the work has come to this step: where it may have to rest, or to fail.
    pub async fn reach(&self, step: TaskStep) -> Result<(), TaskError> {
        match step {
            TaskStep::Begin => self.rest(PacedState::Pending).await,
            TaskStep::Fetch => {
                self.rest(PacedState::Importing).await;
                let following = self.meddling.following.as_ref();
                if let Some(words) = following.and_then(PaceGuard::failure) {
                    return Err(TaskError::said(words));
                }
            }
            TaskStep::Convert | TaskStep::Store | TaskStep::End => {}
        }
        match &self.meddling.fault {
            Some(fault) if fault.at == step => Err(TaskError::said(&*fault.message)),
            _ => Ok(()),
        }
    }

    async fn rest(&self, stage: PacedState) {
        let app = &self.app;
        let following = self.meddling.following.as_ref();
        if let Some(rest) = following.and_then(|following| following.rest(stage, &app.clock)) {
            // Another task may have this one's hand.
            app.queue.wake();
            rest.over(&app.clock).await;
        }
    }
}
