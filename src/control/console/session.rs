//! Sessions over HTTP: opened with a one-time key, with the token of the control API, or from this machine.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::sessions::Sessions;
use super::{Console, TOKEN};
use crate::cloud::Cloud;
use crate::config::Config;
use crate::control::extract::RequestAddress;
use crate::control::{Body, ControlError, access};

/// The proof that whoever asks may have a session, unless it is in the headers.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SessionParams {
    key: Option<String>,
}

pub(super) async fn begin(
    State(sessions): State<Arc<Sessions>>,
    cloud: Cloud,
    headers: HeaderMap,
    Body(params): Body<SessionParams>,
) -> Result<Response, ControlError> {
    match params.key {
        Some(key) if sessions.redeem(&key) => {}
        Some(_) => {
            return Err(ControlError::new(
                StatusCode::UNAUTHORIZED,
                "the key was used before, or is none of this server: `lookalike console` prints a link with a new one",
            ));
        }
        None => admit(cloud.start(), &headers)?,
    }
    let token = sessions.open()?;
    Ok(unstored(Json(json!({ "token": token }))))
}

/// Admits whoever may have a session without a key.
fn admit(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    if config.control.control_token.is_some() {
        return access::check_token(config, headers);
    }
    if config.is_local() && access::is_direct(config, headers) {
        return Ok(());
    }
    access::forbidden(
        "a session needs a key here: the link that the server prints at its start has one",
    )
}

pub(super) async fn end(State(sessions): State<Arc<Sessions>>, headers: HeaderMap) -> StatusCode {
    if let Some(token) = headers.get(TOKEN) {
        sessions.close(token.as_bytes());
    }
    StatusCode::NO_CONTENT
}

/// Makes a link for somebody else, or for another browser.
pub(super) async fn invite(
    State(sessions): State<Arc<Sessions>>,
    cloud: Cloud,
    address: RequestAddress,
) -> Result<Response, ControlError> {
    let base = address.base(cloud.start());
    let link = Console(Some(sessions)).link(&base)?;
    Ok(unstored((
        StatusCode::CREATED,
        Json(json!({ "url": link })),
    )))
}

/// Returns an answer that no cache keeps.
fn unstored(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let none = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, none);
    response
}
