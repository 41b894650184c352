//! Sandboxes: a cloud for each test.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ControlError;
use super::body::LargeBody;
use super::cloud::access;
use super::extract::RequestAddress;
use super::seeds::seed;
use super::time::written;
use crate::cloud::{Clouds, Sandbox, SandboxError, SandboxSettings};
use crate::dialect::{self, Dialect};
use crate::{Error, OpenError};

/// The longest that a sandbox may stay unused, in seconds: a year.
const LONGEST: f64 = 31_536_000.0;

pub(super) fn routes() -> Router<Clouds> {
    Router::new()
        .route("/sandboxes", get(list).post(add))
        .route("/sandboxes/{id}", get(show).delete(remove))
}

/// The parameters of a new sandbox.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SandboxParams {
    name: Option<String>,
    dialect: Option<String>,
    expires_after_s: Option<f64>,
    seed: Option<Value>,
}

async fn add(
    State(clouds): State<Clouds>,
    address: RequestAddress,
    LargeBody(asked): LargeBody<SandboxParams>,
) -> Result<Response, ControlError> {
    let wanted = SandboxSettings {
        name: asked.name,
        dialect: asked.dialect.as_deref().map(dialect).transpose()?,
        expires_after: asked.expires_after_s.map(seconds).transpose()?,
        seeds: asked
            .seed
            .map(|value| seed("of the sandbox", value).map(|seed| vec![seed]))
            .transpose()?,
        config: None,
    };
    let sandbox = clouds.add(wanted).await?;
    let view = whole_view(&sandbox, &address).await?;
    Ok((StatusCode::CREATED, view).into_response())
}

async fn list(State(clouds): State<Clouds>, address: RequestAddress) -> Json<Value> {
    let all = clouds.sandboxes();
    let all: Vec<_> = all.iter().map(|value| view(value, &address)).collect();
    Json(json!({ "sandboxes": all }))
}

async fn show(
    State(clouds): State<Clouds>,
    Path(id): Path<String>,
    address: RequestAddress,
) -> Result<Json<Map<String, Value>>, ControlError> {
    let found = clouds.sandbox(&id).ok_or_else(|| absent(&id))?;
    whole_view(&found, &address).await
}

async fn remove(
    State(clouds): State<Clouds>,
    Path(id): Path<String>,
) -> Result<StatusCode, ControlError> {
    if clouds.remove(&id).await {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(absent(&id))
    }
}

fn seconds(said: f64) -> Result<Duration, ControlError> {
    if !(said > 0.0 && said <= LONGEST) {
        let why = format!("expires_after_s must be more than 0 and at most {LONGEST}");
        return Err(ControlError::bad(why));
    }
    Ok(Duration::from_secs_f64(said))
}

fn dialect(name: &str) -> Result<&'static Dialect, ControlError> {
    dialect::named(name)
        .map_err(|error| ControlError::bad(format!("dialect: {name:?} is wrong: {error}")))
}

fn absent(id: &str) -> ControlError {
    ControlError::absent(format!("there is no sandbox {id}"))
}

fn view(sandbox: &Sandbox, address: &RequestAddress) -> Map<String, Value> {
    let config = sandbox.cloud.start();
    let url = address.base(config);
    let mut view = Map::new();
    view.insert("id".into(), json!(sandbox.id));
    view.insert("name".into(), json!(sandbox.name));
    view.insert("dialect".into(), json!(config.dialect.dialect.name));
    view.insert("created_at".into(), json!(written(sandbox.created_at)));
    let seconds = sandbox.expires_after.as_secs_f64();
    view.insert("expires_after_s".into(), json!(seconds));
    view.extend(access(config, &url, sandbox.name.as_deref()));
    view
}

/// Returns a sandbox with its users, whom a list leaves out.
async fn whole_view(
    sandbox: &Sandbox,
    address: &RequestAddress,
) -> Result<Json<Map<String, Value>>, ControlError> {
    let mut view = view(sandbox, address);
    view.insert("users".into(), json!(sandbox.cloud.users().await?));
    Ok(Json(view))
}

impl From<SandboxError> for ControlError {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Name => Self::bad(error.to_string()),
            SandboxError::TooMany => Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
            SandboxError::Open(OpenError::Contents(
                error @ (Error::InvalidSeed(_) | Error::InvalidSnapshot(_)),
            )) => error.into(),
            SandboxError::Open(error) => error.into(),
        }
    }
}
