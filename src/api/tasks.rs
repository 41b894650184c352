//! `/v2/tasks`, `/v2/tasks/{task}` and `/v2/images/{image}/tasks`

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;

use super::base::BaseUrl;
use super::extract::{NoBody, Parameters, PathNames, RequestId, has_body};
use super::json::JsonDocument;
use super::json_body::Json;
use super::link::link;
use super::view::{self, moment};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::query::PageLimits;
use crate::domain::task::{NewTask, Task, TaskFields, TaskQuery, TaskRules};
use crate::{Error, Result};

/// Whoever may not have to do with tasks hears that before anything else is looked at.
pub(super) async fn create(
    app: App,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    RequestId(request_id): RequestId,
    request: Request,
) -> Result<Response> {
    app.tasks(&caller).may_create()?;
    let Json(body) = Json::from_request(request, &app).await?;
    let rules = app.task_rules();
    let new = NewTask::read(&body, &app.schemas(), rules)?;
    let task = app.tasks(&caller).create(new, &request_id).await?;
    let location = format!("{base}/v2/tasks/{}", task.id);
    let body = JsonDocument(view(&task, rules)).into_response();
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}

pub(super) async fn show(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let task = app.tasks(&caller).show(&id).await?;
    Ok(JsonDocument(view(&task, app.task_rules())).into_response())
}

pub(super) async fn list(
    app: App,
    caller: Caller,
    Parameters(parameters): Parameters,
) -> Result<Response> {
    app.tasks(&caller).may()?;
    let limits = PageLimits {
        default: app.config().images.limit_param_default,
        max: app.config().images.api_limit_max,
    };
    let rules = app.task_rules();
    let query = TaskQuery::read(&parameters, limits, rules)?;
    let listed = app.tasks(&caller).list(&query).await?;
    let lines = listed.tasks.iter().map(|task| line(task, false, rules));
    let tasks: Vec<_> = lines.collect();
    let mut page = json!({
        "tasks": tasks,
        "first": link("/v2/tasks", &parameters, None),
        "schema": "/v2/schemas/tasks",
    });
    if let (Some(next), Some(page)) = (listed.next, page.as_object_mut()) {
        let next = link("/v2/tasks", &parameters, Some(&next));
        page.insert("next".into(), next.into());
    }
    Ok(JsonDocument(page).into_response())
}

pub(super) async fn of_image(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let tasks = app.tasks(&caller).of_image(&id).await?;
    let tasks: Vec<_> = tasks.iter().map(raw).collect();
    Ok(JsonDocument(json!({ "tasks": tasks })).into_response())
}

/// Tasks go of themselves.
pub(super) async fn delete(app: App, caller: Caller, request: Request) -> Error {
    if let Err(error) = app.tasks(&caller).may() {
        return error;
    }
    if has_body(request.method(), request.headers())
        || request.headers().contains_key("transfer-encoding")
    {
        return Error::BodyUnexpected;
    }
    Error::TaskDeletionNotAllowed
}

/// A task with all that is shown of it.
fn view(task: &Task, rules: &TaskRules) -> serde_json::Value {
    line(task, true, rules)
}

/// A task, key by key in Glance's order; in lists without what it is about.
fn line(task: &Task, whole: bool, rules: &TaskRules) -> serde_json::Value {
    let mut view = serde_json::Map::new();
    let mut add = |name: &str, value: serde_json::Value| drop(view.insert(name.into(), value));
    add("id", json!(task.id));
    if whole {
        add("input", task.input());
    }
    add("type", json!(rules.name(task.kind)));
    add("status", json!(task.status));
    add("owner", json!(task.owner));
    if whole {
        add("message", json!(task.message));
        if rules.shows == TaskFields::All || task.result.is_some() {
            add("result", task.result());
        }
    }
    add("created_at", json!(moment(task.created_at)));
    add("updated_at", json!(moment(task.updated_at)));
    add("self", json!(format!("/v2/tasks/{}", task.id)));
    add("schema", json!("/v2/schemas/task"));
    if whole && rules.shows == TaskFields::All {
        for (name, value) in [
            ("image_id", &task.image_id),
            ("request_id", &task.request_id),
            ("user_id", &task.user_id),
        ] {
            if let Some(value) = value {
                add(name, json!(value));
            }
        }
    }
    if let Some(at) = task.expires_at {
        add("expires_at", json!(moment(at)));
    }
    view.into()
}

/// A task as Glance's database has it, which is how an image's tasks are shown.
fn raw(task: &Task) -> serde_json::Value {
    json!({
        "id": task.id,
        "type": task.kind,
        "status": task.status,
        "owner": task.owner,
        "expires_at": task.expires_at.map(view::micros),
        "created_at": view::micros(task.created_at),
        "updated_at": view::micros(task.updated_at),
        "deleted_at": null,
        "deleted": false,
        "image_id": task.image_id,
        "request_id": task.request_id,
        "user_id": task.user_id,
        "input": task.input(),
        "result": task.result(),
        "message": task.message,
    })
}
