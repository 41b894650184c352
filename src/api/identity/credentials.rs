//! Application credentials over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::access_rules;
use super::resource::query;
use super::response;
use super::roles;
use super::token_holder::Authenticated;

use crate::identity::document::Document;
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::application_credentials::CredentialWithRoles;

const ONE: &str = "application_credential";

/// Creates a credential of the caller himself.
pub(crate) async fn create(
    request: Authenticated,
    Path(user): Path<String>,
    document: Document,
) -> Result<Response> {
    let (new, secret) = request.service().create_credential(&user, document).await?;
    let view = view(&new, Some(&secret), &request.base);
    Ok(response::created(ONE, view))
}

/// Lists a user's credentials.
pub(crate) async fn list(
    request: Authenticated,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let found = request
        .service()
        .credentials_of(&user, &query(&uri))
        .await?;
    let views = found
        .iter()
        .map(|found| view(found, None, &request.base))
        .collect();
    let itself = request.base.itself(&uri);
    Ok(response::list("application_credentials", views, &itself))
}

/// Shows a credential.
pub(crate) async fn show(
    request: Authenticated,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response> {
    let found = request.service().credential(&user, &id).await?;
    Ok(response::one(ONE, view(&found, None, &request.base)))
}

/// Deletes a credential.
pub(crate) async fn remove(
    request: Authenticated,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response> {
    request.service().delete_credential(&user, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn view(of: &CredentialWithRoles, secret: Option<&str>, base: &Base) -> Value {
    let CredentialWithRoles {
        credential,
        roles,
        access_rules: bound,
    } = of;
    let mut view = Map::new();
    view.insert("id".into(), json!(credential.id));
    view.insert("name".into(), json!(credential.name));
    view.insert("description".into(), json!(credential.description));
    view.insert("user_id".into(), json!(credential.user_id));
    view.insert("project_id".into(), json!(credential.project_id));
    view.insert("system".into(), Value::Null);
    view.insert(
        "expires_at".into(),
        json!(credential.expires_at.map(local_timestamp)),
    );
    view.insert("unrestricted".into(), json!(credential.unrestricted));
    view.insert("roles".into(), roles.iter().map(roles::fields).collect());
    if !bound.is_empty() {
        let bound = bound.iter().map(access_rules::fields).collect();
        view.insert("access_rules".into(), bound);
    }
    if let Some(secret) = secret {
        view.insert("secret".into(), json!(secret));
    }
    let itself = base.link(&format!("/application_credentials/{}", credential.id));
    view.insert("links".into(), json!({ "self": itself }));
    Value::Object(view)
}

/// A moment as Keystone writes it here: without its zone, which is UTC.
fn local_timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}
