//! The tasks of a seed. They have ended: one that has not would be done.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::Value;

use super::SeedReport;
use super::people::Names;
use crate::app::App;
use crate::db::Session;
use crate::domain::seed::{Seed, SeedTask, derived_id};
use crate::domain::task::{Task, TaskStatus};
use crate::domain::text::check_nul;
use crate::{Error, Result};

/// Writes those that are not there yet.
pub(super) async fn insert(
    app: &App,
    db: &mut Session,
    seed: &Seed,
    names: &Names,
    planted: &mut SeedReport,
) -> Result<()> {
    let mut tasks = Vec::new();
    let mut ids = HashSet::new();
    for (place, entry) in seed.document.tasks.iter().enumerate() {
        let made = one(app, seed, &entry.value, place, names);
        let label = entry
            .value
            .id
            .as_deref()
            .unwrap_or(entry.value.kind.as_str());
        let task = made.map_err(|error| seed.entry_error(entry, "tasks", label, error))?;
        if !ids.insert(task.id.clone()) {
            return Err(seed
                .entry_error(entry, "tasks", label, "its id is there twice")
                .into());
        }
        if db.task(&task.id).await?.is_none() {
            tasks.push(task);
        }
    }
    planted.made.tasks = tasks.len();
    planted.kept.tasks = seed.document.tasks.len() - tasks.len();
    db.add_tasks(&tasks).await
}

fn one(app: &App, seed: &Seed, said: &SeedTask, place: usize, names: &Names) -> Result<Task> {
    if !matches!(said.status, TaskStatus::Success | TaskStatus::Failure) {
        let text = "only tasks that have ended (success, failure) can be planted";
        return Err(Error::Invalid(text.into()));
    }
    let name = said.kind.as_str();
    let unknown = || Error::Invalid(format!("this cloud has no tasks of type {name}"));
    let kind = app.task_rules().kind(name).ok_or_else(unknown)?;
    let input = Value::Object(said.input.clone());
    for text in [&said.message, &input.to_string().replace("\\u0000", "\0")] {
        check_nul(text)?;
    }
    let owner = match (&said.owner, &said.owner_id) {
        (_, Some(id)) => Some(id.clone()),
        (Some(word), None) => Some(names.project(word, "owner")?),
        (None, None) => names.of_admin(),
    };
    let id = said.id.clone().unwrap_or_else(|| {
        let words = ["task", &seed.name, &place.to_string(), &input.to_string()];
        derived_id(&words).to_string()
    });
    let config = app.config();
    let now = said
        .created_at
        .map_or_else(|| app.clock.now(), |value| value.0);
    let updated_at = said.updated_at.map_or(now, |updated_at| updated_at.0);
    let life = TimeDelta::hours(i64::from(config.tasks.task_time_to_live));
    Ok(Task {
        id,
        kind,
        status: said.status,
        owner,
        user_id: None,
        request_id: None,
        roles: String::new(),
        image_id: said
            .input
            .get("image_id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        input: input.to_string(),
        result: said.result.as_ref().map(Value::to_string),
        message: said.message.clone(),
        created_at: now,
        updated_at,
        expires_at: Some(
            said.expires_at
                .map_or(updated_at + life, |expires_at| expires_at.0),
        ),
        made: None,
        attempts: 1,
        region: String::new(),
    })
}
