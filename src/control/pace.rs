//! Pace: set, shown, and taken back.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Body, Refusal};
use crate::cloud::Cloud;

pub(super) fn routes() -> Router<Cloud> {
    Router::new().route("/pace", get(show).put(set).delete(clear))
}

async fn set(State(cloud): State<Cloud>, Body(rules): Body<Value>) -> Result<Json<Value>, Refusal> {
    cloud.app().await.set_pace(rules)?;
    Ok(show(State(cloud)).await)
}

async fn clear(State(cloud): State<Cloud>) -> StatusCode {
    cloud.app().await.pace.set(Vec::new());
    StatusCode::NO_CONTENT
}

async fn show(State(cloud): State<Cloud>) -> Json<Value> {
    let pace = &cloud.app().await.pace;
    let resting = pace.resting().into_iter().map(|it| {
        let mut view = json!({ "ids": it.ids, "state": it.state });
        if let Some(polls) = it.polls {
            view["polls_left"] = polls.into();
        }
        if let Some(until) = it.until {
            view["until"] = until
                .to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
                .into();
        }
        view
    });
    let resting: Vec<_> = resting.collect();
    Json(json!({ "rules": pace.rules(), "resting": resting }))
}
