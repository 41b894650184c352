//! The policy: every rule in force, and rules that are laid over those of the start.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{Given, Refusal};
use crate::cloud::Cloud;

type Written = Json<BTreeMap<String, String>>;

pub(super) fn routes() -> Router<Cloud> {
    Router::new().route("/policy", get(show).put(lay_over).delete(restore))
}

async fn show(State(cloud): State<Cloud>) -> Written {
    Json(cloud.app().await.policy.written())
}

async fn lay_over(
    State(cloud): State<Cloud>,
    Given(rules): Given<Map<String, Value>>,
) -> Result<Written, Refusal> {
    let app = cloud.app().await;
    app.policy.lay_over(Some(&rules)).map_err(Refusal::bad)?;
    Ok(Json(app.policy.written()))
}

async fn restore(State(cloud): State<Cloud>) -> Result<StatusCode, Refusal> {
    let app = cloud.app().await;
    app.policy.lay_over(None).map_err(Refusal::bad)?;
    Ok(StatusCode::NO_CONTENT)
}
