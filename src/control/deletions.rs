//! Deletions: delayed ones are listed, scrubbed, undone; rows of what was deleted are purged.

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::time::written;
use super::{Body, ControlError};
use crate::cloud::Cloud;
use crate::service::purge::{Purge, PurgedRows};

/// The bounds of a purge; an absent field has Glance's default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PurgeBounds {
    age_in_days: Option<i64>,
    max_rows: Option<i64>,
}

pub(super) fn routes() -> Router {
    Router::new()
        .route("/deletions", get(list))
        .route("/deletions/purge", post(purge_rows))
        .route("/deletions/purge_images_table", post(purge_images_table))
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

async fn purge_rows(
    cloud: Cloud,
    Body(bounds): Body<PurgeBounds>,
) -> Result<Json<Value>, ControlError> {
    purge(&cloud, Purge::MEMBERS_AND_TASKS, bounds).await
}

async fn purge_images_table(
    cloud: Cloud,
    Body(bounds): Body<PurgeBounds>,
) -> Result<Json<Value>, ControlError> {
    purge(&cloud, Purge::IMAGES, bounds).await
}

async fn purge(
    cloud: &Cloud,
    usual: Purge,
    bounds: PurgeBounds,
) -> Result<Json<Value>, ControlError> {
    let purge = Purge {
        age_in_days: bounds.age_in_days.unwrap_or(usual.age_in_days),
        max_rows: bounds.max_rows.unwrap_or(usual.max_rows),
        ..usual
    };
    let PurgedRows {
        images,
        image_members,
        tasks,
    } = cloud.app().await.purge(purge).await?;
    let purged = json!({ "images": images, "image_members": image_members, "tasks": tasks });
    Ok(Json(json!({ "purged": purged })))
}
