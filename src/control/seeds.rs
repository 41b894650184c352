//! Seeds: more of what a cloud has, until its next reset.

use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::Value;

use super::ControlError;
use super::body::SeedText;
use crate::cloud::Cloud;
use crate::domain::seed::{Seed, SeedError};
use crate::runtime::blocking::run_blocking;

/// A seed without a word is a slip: a file that was not written, a body that was not sent.
const NOTHING: &str = "the body says nothing: a seed is needed, such as {\"images\": [{\"name\": \"mine\"}]} \
                       in JSON or YAML, or the name of a built-in one, \"demo\"";

pub(super) fn routes() -> Router {
    Router::new().route("/seeds", post(plant))
}

/// The body is a seed, in YAML or JSON; or the name of one that is built in, as a string.
async fn plant(cloud: Cloud, SeedText(body): SeedText) -> Result<Response, ControlError> {
    let read = run_blocking(move || Ok(read(&body))).await;
    let seed = read.map_err(crate::Error::from)??;
    let planted = cloud.plant(&seed).await?;
    Ok((StatusCode::CREATED, Json(planted)).into_response())
}

fn read(body: &str) -> Result<Seed, ControlError> {
    let name = "of the request";
    match serde_json::from_str(body) {
        Ok(word) => Ok(seed(name, Value::String(word))?),
        Err(_) if says_nothing(body) => Err(ControlError::bad(NOTHING)),
        Err(_) => Ok(Seed::parse(name, body, None)?),
    }
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
    let unknown = || {
        let names = Seed::built_in_names();
        SeedError(format!(
            "no seed is built in as {word:?}; these are: {names}"
        ))
    };
    Seed::built_in(&word).ok_or_else(unknown)?
}

impl From<SeedError> for ControlError {
    fn from(error: SeedError) -> Self {
        Self::bad(error.0)
    }
}
