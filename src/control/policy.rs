//! The policy: every rule in force, and rules that are laid over those of the start.

use std::collections::BTreeMap;

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{ControlError, Given};
use crate::cloud::Cloud;

type Written = Json<BTreeMap<String, String>>;

pub(super) fn routes() -> Router {
    Router::new().route("/policy", get(show).put(lay_over).delete(restore))
}

async fn show(cloud: Cloud) -> Result<Written, ControlError> {
    Ok(Json(cloud.app().await.policy.written().await?))
}

async fn lay_over(
    cloud: Cloud,
    Given(rules): Given<Map<String, Value>>,
) -> Result<Written, ControlError> {
    let laid = cloud.app().await.policy.lay_over(Some(rules)).await;
    laid.map(Json).map_err(ControlError::bad)
}

async fn restore(cloud: Cloud) -> Result<StatusCode, ControlError> {
    let laid = cloud.app().await.policy.lay_over(None).await;
    laid.map(|_| StatusCode::NO_CONTENT)
        .map_err(ControlError::bad)
}
