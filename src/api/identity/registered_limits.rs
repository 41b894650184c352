//! Registered limits over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::resource::{next_link, query, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::RegisteredLimit;
use crate::identity::document::Document;
use crate::identity::error::Result;
use crate::identity::urls::Base;

/// Lists registered limits.
pub(crate) async fn list(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let found = request.service().registered_limits(&query(&uri)).await?;
    let views = views(&found.items, &request.base);
    let next = next_link(&found, &request.base, &uri);
    let itself = request.base.itself(&uri);
    Ok(response::page(
        "registered_limits",
        views,
        &itself,
        next.as_deref(),
    ))
}

/// Shows a registered limit.
pub(crate) async fn show(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    let found = request.service().registered_limit(&id).await?;
    Ok(response::one(
        "registered_limit",
        shown(&found, &request.base),
    ))
}

/// Creates several registered limits, all or none.
pub(crate) async fn create(request: Authenticated, document: Document) -> Result<Response> {
    let new = request.service().create_registered_limits(document).await?;
    Ok(response::created(
        "registered_limits",
        views(&new, &request.base).into(),
    ))
}

/// Changes a registered limit.
pub(crate) async fn change(
    request: Authenticated,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    let limit = request
        .service()
        .update_registered_limit(&id, document)
        .await?;
    Ok(response::one(
        "registered_limit",
        shown(&limit, &request.base),
    ))
}

/// Deletes a registered limit.
pub(crate) async fn remove(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    request.service().delete_registered_limit(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn views(limits: &[RegisteredLimit], base: &Base) -> Vec<Value> {
    limits.iter().map(|limit| shown(limit, base)).collect()
}

fn shown(limit: &RegisteredLimit, base: &Base) -> Value {
    let fields = json!({
        "id": limit.id,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "resource_name": limit.resource_name,
        "default_limit": limit.default_limit,
        "description": limit.description,
    });
    view(
        "{}",
        fields,
        base,
        &format!("/registered_limits/{}", limit.id),
    )
}
