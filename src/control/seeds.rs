//! Seeds: more of what a cloud has, until its next reset.

use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::StringRejection;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::Value;

use super::ControlError;
use crate::cloud::Cloud;
use crate::domain::seed::{Seed, SeedError};

/// The greatest length of a seed in a request, in bytes: it may hold the data of images.
const LONGEST: usize = 64 << 20;

/// A seed without a word is a slip: a file that was not written, a body that was not sent.
const NOTHING: &str = "the body says nothing: a seed is needed, such as {\"images\": [{\"name\": \"mine\"}]} \
                       in JSON or YAML, or the name of a built-in one, \"demo\"";

pub(super) fn routes() -> Router {
    let longer = DefaultBodyLimit::max(LONGEST);
    Router::new().route("/seeds", post(plant).layer(longer))
}

/// The body is a seed, in YAML or JSON; or the name of one that is built in, as a string.
async fn plant(
    cloud: Cloud,
    body: Result<String, StringRejection>,
) -> Result<Response, ControlError> {
    let body = body.map_err(|error| ControlError::new(error.status(), error.body_text()))?;
    let name = "of the request";
    let seed = match serde_json::from_str(&body) {
        Ok(word @ Value::String(_)) => seed(name, word)?,
        _ if says_nothing(&body) => return Err(ControlError::bad(NOTHING)),
        _ => Seed::parse(name, &body, None)?,
    };
    let planted = cloud.plant(&seed).await?;
    Ok((StatusCode::CREATED, Json(planted)).into_response())
}

/// Returns whether it is a document without anything in it. What names a list has said something, though that
/// be empty.
fn says_nothing(body: &str) -> bool {
    let lines = body.lines().map(str::trim_start);
    let said = lines
        .filter(|value| !value.starts_with('#'))
        .flat_map(str::chars);
    let said: String = said.filter(|said| !said.is_whitespace()).take(8).collect();
    ["", "{}", "null"].contains(&said.trim_start_matches("---"))
}

/// The seed that a value is, the YAML in a text of several lines, or the built-in one that a word names. Files are named on the command line
/// alone: a request must not read them.
pub(super) fn seed(name: &str, value: Value) -> Result<Seed, SeedError> {
    let Value::String(word) = value else {
        return Seed::from_value(name, value);
    };
    if word.contains('\n') {
        return Seed::parse(name, &word, None);
    }
    let unknown = || SeedError(format!("no seed is built in as {word:?}; demo is"));
    Seed::built_in(&word).ok_or_else(unknown)?
}

impl From<SeedError> for ControlError {
    fn from(error: SeedError) -> Self {
        Self::bad(error.0)
    }
}
