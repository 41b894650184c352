//! Snapshots: states of the cloud to come back to, and to carry elsewhere.

use axum::body::Body as Raw;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::time::written;
use super::{Body, ControlError};
use crate::cloud::{Cloud, Snapshot, SnapshotError};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/snapshots", get(list))
        .route("/snapshots/{name}", put(save).get(show).delete(remove))
        .route("/snapshots/{name}/load", post(load))
        .route("/snapshots/{name}/export", get(export))
        .route("/snapshots/{name}/import", put(import))
}

/// The parameters of a new snapshot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SnapshotParams {
    bytes: bool,
}

impl Default for SnapshotParams {
    fn default() -> Self {
        Self { bytes: true }
    }
}

async fn save(
    cloud: Cloud,
    Path(name): Path<String>,
    Body(asked): Body<SnapshotParams>,
) -> Result<Response, ControlError> {
    let snapshot = cloud.save(&name, asked.bytes).await?;
    Ok((StatusCode::CREATED, Json(view(&snapshot))).into_response())
}

async fn list(cloud: Cloud) -> Json<Value> {
    let all = cloud.snapshots();
    let all: Vec<_> = all.iter().map(|value| view(value)).collect();
    Json(json!({ "snapshots": all }))
}

async fn show(cloud: Cloud, Path(name): Path<String>) -> Result<Json<Value>, ControlError> {
    Ok(Json(view(&*cloud.snapshot(&name)?)))
}

async fn remove(cloud: Cloud, Path(name): Path<String>) -> Result<StatusCode, ControlError> {
    cloud.forget(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn load(cloud: Cloud, Path(name): Path<String>) -> Result<StatusCode, ControlError> {
    cloud.load(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn export(cloud: Cloud, Path(name): Path<String>) -> Result<Response, ControlError> {
    let file = cloud.export(&name).await?;
    let head = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.tar\""),
        ),
    ];
    Ok((head, Raw::from_stream(file)).into_response())
}

async fn import(
    cloud: Cloud,
    Path(name): Path<String>,
    file: Raw,
) -> Result<Response, ControlError> {
    let snapshot = cloud.import(&name, file.into_data_stream()).await?;
    Ok((StatusCode::CREATED, Json(view(&snapshot))).into_response())
}

fn view(snapshot: &Snapshot) -> Value {
    let about = &snapshot.about;
    json!({
        "name": about.name,
        "created_at": written(about.created_at),
        "bytes": about.bytes,
        "images": about.images,
        "size": about.size,
    })
}

impl From<SnapshotError> for ControlError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Name | SnapshotError::Start => Self::bad(error.to_string()),
            SnapshotError::Absent(_) => Self::absent(error.to_string()),
            SnapshotError::Failed(error) => error.into(),
            // No request names a file.
            SnapshotError::File { .. } | SnapshotError::Open(_) | SnapshotError::Closed(_) => {
                tracing::error!(%error, "cannot load a snapshot");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}
