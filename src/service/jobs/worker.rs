//! The worker: claims tasks, as many as it may run at a time. Projects take turns, and the last free
//! place is for one that has none: however many tasks of one project never end, others go on.
//!
//! The queue is the table of tasks. A server takes a task by a claim, which the database gives to
//! one only, and renews it while it works; a claim that is not renewed is another's to take. So a
//! task that was begun is ended by somebody, whatever dies.

mod places;

use tokio::time::MissedTickBehavior;

use super::{Job, simulation};

use crate::Result;
use crate::app::App;
use crate::db::{TaskClaim, TaskShares};
use crate::domain::region::RegionKey;
use crate::domain::task::Task;
use crate::runtime::metrics::Ongoing;
use crate::runtime::random::system_hex;
use places::Places;

/// Does tasks until it is dropped; those that are begun then are left to whoever comes next.
pub async fn watch(app: App) {
    let mut places = Places::default();
    let mut rounds = tokio::time::interval(app.config().replicas.renewal());
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        while let Some(shares) = places.shares(&app) {
            match take(&app, &shares).await {
                Ok(Some((task, claim))) => places.begin(&app, task, claim),
                Ok(None) => break,
                Err(error) => {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(error = cause, "cannot claim a task");
                    break;
                }
            }
        }
        tokio::select! {
            () = app.queue.woken.notified() => {}
            () = places.next_end() => {}
            _ = rounds.tick() => {
                if let Err(error) = give_up(&app).await {
                    let cause = &error as &dyn std::error::Error;
                    tracing::warn!(error = cause, "cannot list the tasks of other servers");
                }
            }
        }
    }
}

/// Follows no longer at which pace tasks go that another server does, or has done.
async fn give_up(app: &App) -> Result<()> {
    let left = app.pace.left();
    // A statement has only so many arguments.
    for ids in left.chunks(500) {
        let mut db = app.db.read().await?;
        let ours = db.tasks_still_owned(&app.uploads.server, ids).await?;
        for id in ids.iter().filter(|id| !ours.contains(id)) {
            app.pace.give_up(id);
        }
    }
    Ok(())
}

/// Leaves the tasks that this server has begun to others.
pub async fn leave(app: &App) -> Result<()> {
    let mut db = app.db.write().await?;
    let server = [app.uploads.server.clone()];
    db.release_tasks(Some(&server)).await?;
    Ok(db.commit().await?)
}

/// The next task, made this server's.
async fn take(app: &App, shares: &TaskShares) -> Result<Option<(Task, TaskClaim)>> {
    let server = &app.uploads.server;
    let clock = app.lease_clock();
    // Mostly there is nothing, and to learn that no writer need be held up.
    if !app
        .db
        .read()
        .await?
        .has_claimable_task(server, clock, shares)
        .await?
    {
        return Ok(None);
    }
    // Of no seed: servers that share one must not have it both.
    let name = system_hex::<16>()?;
    let mut db = app.db.write().await?;
    let task = db.claim_task(server, &name, clock, shares).await?;
    db.commit().await?;
    Ok(task.map(|task| {
        let claim = TaskClaim {
            task: task.id.clone(),
            name,
        };
        (task, claim)
    }))
}

async fn perform(app: App, task: Task, claim: TaskClaim) {
    let _running = app.metrics.begin(Ongoing::Task);
    let id = task.id.clone();
    let app = app.in_region(RegionKey::of_row(&task.region));
    let mut job = Job::new(app.clone(), task, claim);
    // What is drawn for a task, such as the image that it makes, is the same in every run with one
    // seed.
    let attempt = job.task.attempts.to_be_bytes();
    let meddling = [b"meddle", id.as_bytes(), &attempt[..]];
    job.app = app.in_stream(app.random.named_stream(&meddling));
    let mut job = simulation::with(job).await;
    let name = [b"task", id.as_bytes(), &attempt[..]];
    job.app = job.app.in_stream(app.random.named_stream(&name));
    tokio::select! {
        () = job.perform() => {}
        // The claim is another's: whatever is under way here ends, and leaves nothing.
        () = stay_alive(&job) => {}
    }
    app.queue.forget(&id);
}

/// Says again and again that the work goes on, and how far it is; ends if it no longer may.
async fn stay_alive(job: &Job) {
    loop {
        tokio::time::sleep(job.app.config().replicas.renewal()).await;
        match job.renew().await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(
                    task = job.task.id,
                    "lost the lease of a task to another server"
                );
                return;
            }
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                tracing::warn!(
                    error = cause,
                    task = job.task.id,
                    "cannot renew the lease of a task"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
