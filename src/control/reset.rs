//! Back to the start.

use axum::Router;
use axum::routing::post;
use http::StatusCode;
use serde::Deserialize;

use super::{Body, ControlError};
use crate::cloud::Cloud;

pub(super) fn routes() -> Router {
    Router::new().route("/reset", post(reset))
}

/// The state to which a reset returns.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ResetParams {
    discard: bool,
}

async fn reset(cloud: Cloud, Body(asked): Body<ResetParams>) -> Result<StatusCode, ControlError> {
    if asked.discard {
        cloud.wipe().await?;
    } else {
        cloud.reset().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
