//! The API keys of users, as Identity v2.0 shows them. Passwords are never shown.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::extract::{Holder, V2Document};
use super::listed;
use crate::api::identity::response;
use crate::db::identity::User;
use crate::domain::secret::Secret;
use crate::identity::v2::error::{IdentityV2Error, Result};

/// The one kind of credentials that can be looked up.
const KIND: &str = "RAX-KSKEY:apiKeyCredentials";

/// Lists the credentials of a user.
pub(super) async fn list(Holder(request): Holder, Path(user): Path<String>) -> Result<Response> {
    let (user, key) = request.service().api_key(&user).await?;
    let items = key.iter().map(|key| json!({ KIND: view(&user, key) }));
    Ok(listed("credentials", &items.collect()))
}

/// Shows the API key of a user.
pub(super) async fn show(
    Holder(request): Holder,
    Path((user, kind)): Path<(String, String)>,
) -> Result<Response> {
    check(&kind)?;
    let (user, key) = request.service().api_key(&user).await?;
    let key = key.ok_or_else(|| missing(KIND))?;
    Ok(response::one(KIND, view(&user, &key)))
}

/// Gives a user this API key.
pub(super) async fn update(
    Holder(request): Holder,
    Path((user, kind)): Path<(String, String)>,
    body: V2Document,
) -> Result<Response> {
    check(&kind)?;
    let fields = body.fields(KIND)?;
    let expecting = |what: &str| IdentityV2Error::BadRequest(format!("Expecting {what}"));
    let name = fields
        .text("username")
        .ok_or_else(|| expecting("username"))?;
    let key = fields.secret("apiKey").ok_or_else(|| expecting("apiKey"))?;
    let user = request.service().set_api_key(&user, &name, &key).await?;
    Ok(response::one(KIND, view(&user, &key)))
}

/// Gives a user a new API key.
pub(super) async fn reset(
    Holder(request): Holder,
    Path((user, kind)): Path<(String, String)>,
) -> Result<Response> {
    check(&kind)?;
    let (user, key) = request.service().reset_api_key(&user).await?;
    Ok(response::one(KIND, view(&user, &key)))
}

/// Takes the API key of a user away.
pub(super) async fn remove(
    Holder(request): Holder,
    Path((user, kind)): Path<(String, String)>,
) -> Result<Response> {
    check(&kind)?;
    request.service().remove_api_key(&user).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn check(kind: &str) -> Result<()> {
    if kind == KIND {
        Ok(())
    } else {
        Err(missing(kind))
    }
}

fn missing(kind: &str) -> IdentityV2Error {
    IdentityV2Error::NotFound(format!(
        "Credential type {kind} was not found for the user."
    ))
}

fn view(user: &User, key: &Secret) -> Value {
    json!({ "username": user.name, "apiKey": key.reveal() })
}
