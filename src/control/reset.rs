//! Back to the start.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;

use super::Refusal;
use crate::cloud::Cloud;

pub(super) fn routes() -> Router<Cloud> {
    Router::new().route("/reset", post(reset))
}

async fn reset(State(cloud): State<Cloud>) -> Result<StatusCode, Refusal> {
    cloud.reset().await?;
    Ok(StatusCode::NO_CONTENT)
}
