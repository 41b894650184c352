//! Sandboxes: a cloud for each test.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ControlError;
use super::body::LargeBody;
use super::seeds::seed;
use super::time::written;
use crate::cloud::{Clouds, Sandbox, SandboxError, SandboxSettings};
use crate::config::client_env::ClientEnv;
use crate::config::public_url;
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
    expires_after_s: Option<f64>,
    seed: Option<Value>,
}

async fn add(
    State(clouds): State<Clouds>,
    uri: Uri,
    headers: HeaderMap,
    LargeBody(asked): LargeBody<SandboxParams>,
) -> Result<Response, ControlError> {
    let wanted = SandboxSettings {
        name: asked.name,
        expires_after: asked.expires_after_s.map(seconds).transpose()?,
        seed: asked
            .seed
            .map(|value| seed("of the sandbox", value))
            .transpose()?,
    };
    let sandbox = clouds.add(wanted).await?;
    let view = view(&sandbox, &uri, &headers);
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

async fn list(State(clouds): State<Clouds>, uri: Uri, headers: HeaderMap) -> Json<Value> {
    let all = clouds.sandboxes();
    let all: Vec<_> = all
        .iter()
        .map(|value| view(value, &uri, &headers))
        .collect();
    Json(json!({ "sandboxes": all }))
}

async fn show(
    State(clouds): State<Clouds>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, ControlError> {
    let found = clouds.sandbox(&id).ok_or_else(|| absent(&id))?;
    Ok(Json(view(&found, &uri, &headers)))
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

fn absent(id: &str) -> ControlError {
    ControlError::absent(format!("there is no sandbox {id}"))
}

fn view(sandbox: &Sandbox, uri: &Uri, headers: &HeaderMap) -> Value {
    let config = sandbox.cloud.start();
    let url = public_url::base(config, Some(uri), headers);
    let access = ClientEnv::to(config, &url);
    let name = sandbox.name.as_deref().unwrap_or("lookalike");
    json!({
        "id": sandbox.id,
        "name": sandbox.name,
        "created_at": written(sandbox.created_at),
        "expires_after_s": sandbox.expires_after.as_secs_f64(),
        "url": url,
        "auth_url": access.identity,
        "image_url": url,
        "control_url": format!("{url}/_lookalike"),
        "clouds_yaml": access.clouds_yaml(name, "admin", "admin"),
        "openrc": access.openrc("admin", "admin"),
    })
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
