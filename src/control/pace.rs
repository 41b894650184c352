//! Pace: set, shown, and taken back.

use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::time::written;
use super::{Body, ControlError};
use crate::cloud::Cloud;
use crate::simulation::pacing::Resting;

pub(super) fn routes() -> Router {
    Router::new().route("/pace", get(show).put(set).delete(clear))
}

async fn set(cloud: Cloud, Body(rules): Body<Value>) -> Result<Json<Value>, ControlError> {
    cloud.app().await.set_pace(rules)?;
    Ok(show(cloud).await)
}

async fn clear(cloud: Cloud) -> StatusCode {
    cloud.app().await.pace.set(Vec::new());
    StatusCode::NO_CONTENT
}

async fn show(cloud: Cloud) -> Json<Value> {
    let pace = &cloud.app().await.pace;
    let resting: Vec<_> = pace.resting().into_iter().map(view).collect();
    Json(json!({ "rules": pace.rules(), "resting": resting }))
}

/// Returns the tasks that are held, their images, and the remaining time.
fn view(resting: Resting) -> Value {
    let mut view = Map::new();
    view.insert("ids".into(), resting.ids.into());
    view.insert("state".into(), resting.state.into());
    if let Some(polls) = resting.polls {
        view.insert("polls_left".into(), polls.into());
    }
    if let Some(until) = resting.until {
        view.insert("until".into(), written(until).into());
    }
    view.into()
}
