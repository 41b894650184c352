//! The payload of events of tasks.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::iso;
use crate::domain::task::{Task, TaskStatus};

/// Returns the payload of an event of a task of this kind by its name in the API. It tells neither the input nor the
/// result, which may have secrets. A task without a time of expiry has the present one, as in Glance.
#[must_use]
pub fn task(task: &Task, kind: &str, status: TaskStatus, now: DateTime<Utc>) -> Value {
    json!({
        "id": task.id,
        "type": kind,
        "status": status,
        "result": null,
        "owner": task.owner,
        "message": null,
        "expires_at": iso(task.expires_at.unwrap_or(now)),
        "created_at": iso(task.created_at),
        "updated_at": iso(task.updated_at),
        "deleted": false,
        "deleted_at": null,
    })
}
