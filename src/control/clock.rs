//! The clock: told, set, stopped, moved.

use std::time::Duration;

use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, TimeDelta};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, ControlError};
use crate::cloud::Cloud;
use crate::runtime::clock::{Clock, ClockRangeError};

pub(super) fn routes() -> Router {
    Router::new()
        .route("/clock", get(show).put(set).delete(restart))
        .route("/clock/advance", post(advance))
}

/// The changes to the clock; an absent field stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockParams {
    now: Option<String>,
    frozen: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

async fn show(cloud: Cloud) -> Json<Value> {
    view(&cloud.app().await.clock)
}

async fn set(cloud: Cloud, Body(wanted): Body<ClockParams>) -> Result<Json<Value>, ControlError> {
    if wanted.now.is_none() && wanted.frozen.is_none() {
        return Err(ControlError::bad("now, frozen or both are needed"));
    }
    let now = wanted.now.map(|text| {
        let moment = DateTime::parse_from_rfc3339(&text);
        moment.map_err(|error| {
            ControlError::bad(format!(
                "now: {text:?} is wrong: {error}; a time such as 2030-01-01T00:00:00Z is allowed"
            ))
        })
    });
    let now = now.transpose()?.map(|now| now.to_utc());
    let app = cloud.app().await;
    app.clock
        .set(now, wanted.frozen)
        .map_err(|error| beyond("now", error))?;
    Ok(view(&app.clock))
}

async fn advance(
    cloud: Cloud,
    Body(Advance { seconds }): Body<Advance>,
) -> Result<Json<Value>, ControlError> {
    let wrong = |_| beyond("seconds", ClockRangeError);
    let by = Duration::try_from_secs_f64(seconds.abs());
    let by = by.map_err(|_| beyond("seconds", ClockRangeError))?;
    let by = TimeDelta::from_std(by).map_err(|_| beyond("seconds", ClockRangeError))?;
    let app = cloud.app().await;
    let by = if seconds < 0.0 { -by } else { by };
    app.clock.advance(by).map_err(wrong)?;
    Ok(view(&app.clock))
}

async fn restart(cloud: Cloud) -> StatusCode {
    cloud.app().await.clock.reset();
    StatusCode::NO_CONTENT
}

fn beyond(field: &str, error: ClockRangeError) -> ControlError {
    ControlError::bad(format!("{field}: {error}"))
}

fn view(clock: &Clock) -> Json<Value> {
    let reading = clock.reading();
    Json(json!({
        "now": reading.now.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "frozen": reading.frozen,
        "offset_s": reading.offset.as_seconds_f64(),
    }))
}
