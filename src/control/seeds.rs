//! Seeds: more of what a cloud has, until its next reset.

use axum::extract::rejection::StringRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::Value;

use super::Refusal;
use crate::cloud::Cloud;
use crate::domain::seed::{Seed, SeedError};

/// How long a seed may be that comes in a request: it may hold the bytes of images.
const LONGEST: usize = 64 << 20;

pub(super) fn routes() -> Router<Cloud> {
    let longer = DefaultBodyLimit::max(LONGEST);
    Router::new().route("/seeds", post(plant).layer(longer))
}

/// The body is a seed, in YAML or JSON; or the name of one that is built in, as a string.
async fn plant(
    State(cloud): State<Cloud>,
    body: Result<String, StringRejection>,
) -> Result<Response, Refusal> {
    let body = body.map_err(|it| Refusal::new(it.status(), it.body_text()))?;
    let name = "of the request";
    let seed = match serde_json::from_str(&body) {
        Ok(word @ Value::String(_)) => seed(name, word)?,
        _ => Seed::parse(name, &body, None)?,
    };
    let planted = cloud.plant(&seed).await?;
    Ok((StatusCode::CREATED, Json(planted)).into_response())
}

/// The seed that a value is, or the built-in one that it names. Files are named on the command line
/// alone: a request must not read them.
pub(super) fn seed(name: &str, value: Value) -> Result<Seed, SeedError> {
    let Value::String(word) = value else {
        return Seed::from_value(name, value);
    };
    let unknown = || SeedError(format!("no seed is built in as {word:?}; demo is"));
    Seed::built_in(&word).ok_or_else(unknown)?
}

impl From<SeedError> for Refusal {
    fn from(error: SeedError) -> Self {
        Self::bad(error.0)
    }
}
