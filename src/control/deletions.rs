//! Delayed deletions: listed, scrubbed, undone.

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::ControlError;
use super::time::written;
use crate::cloud::Cloud;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/deletions", get(list))
        .route("/deletions/scrub", post(scrub))
        .route("/deletions/{id}/restore", post(restore))
}

async fn list(cloud: Cloud) -> Result<Json<Value>, ControlError> {
    let app = cloud.app().await;
    let pending = app.pending_deletions().await?;
    let view = pending.iter().map(|deletion| {
        json!({
            "id": deletion.image_id,
            "name": deletion.name,
            "owner": deletion.owner,
            "deleted_at": written(deletion.deleted_at),
            "scrub_at": written(app.scrub_time_of(deletion)),
        })
    });
    Ok(Json(json!({ "deletions": view.collect::<Vec<_>>() })))
}

async fn scrub(cloud: Cloud) -> Result<Json<Value>, ControlError> {
    let scrubbed = cloud.app().await.scrub().await?;
    Ok(Json(json!({ "scrubbed": scrubbed })))
}

async fn restore(cloud: Cloud, Path(id): Path<String>) -> Result<StatusCode, ControlError> {
    cloud.app().await.restore_image(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
