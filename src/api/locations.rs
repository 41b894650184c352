//! `/v2/images/{image}/locations`

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::extract::{NoBody, PathNames, RequestId};
use super::json::{Empty, JsonDocument};
use super::json_body::Json;
use crate::Result;
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::new_location::NewLocation;

/// A bare list, unlike every other list of the API.
pub(super) async fn list(
    app: App,
    _: NoBody,
    caller: Caller,
    PathNames([id]): PathNames<1>,
) -> Result<Response> {
    let locations = app.images(&caller).locations(&id).await?;
    let locations = locations
        .iter()
        .map(|location| json!({ "url": location.url, "metadata": location.metadata }));
    Ok(JsonDocument(locations.collect::<Value>()).into_response())
}

pub(super) async fn add(
    app: App,
    caller: Caller,
    PathNames([id]): PathNames<1>,
    RequestId(request): RequestId,
    Json(body): Json,
) -> Result<Response> {
    let new = NewLocation::read(&body)?;
    app.images(&caller).locate(&id, new, &request).await?;
    let mut accepted = Empty.into_response();
    *accepted.status_mut() = StatusCode::ACCEPTED;
    Ok(accepted)
}
