//! Limits over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::resource::{next_link, query, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Limit;
use crate::identity::document::Document;
use crate::identity::error::Result;
use crate::identity::urls::Base;

/// Tells how limits are enforced.
pub(crate) async fn model(_request: Authenticated) -> Response {
    let document = json!({ "model": {
        "name": "flat",
        "description": "Limit enforcement and validation does not take project hierarchy into consideration.",
    }});
    response::json(StatusCode::OK, &document)
}

/// Lists limits.
pub(crate) async fn list(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let found = request.service().limits(&query(&uri)).await?;
    let views = views(&found.items, &request.base);
    let next = next_link(&found, &request.base, &uri);
    let itself = request.base.itself(&uri);
    Ok(response::page("limits", views, &itself, next.as_deref()))
}

/// Shows a limit.
pub(crate) async fn show(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    let found = request.service().limit(&id).await?;
    Ok(response::one("limit", shown(&found, &request.base)))
}

/// Creates several limits, all or none.
pub(crate) async fn create(request: Authenticated, document: Document) -> Result<Response> {
    let new = request.service().create_limits(document).await?;
    Ok(response::created(
        "limits",
        views(&new, &request.base).into(),
    ))
}

/// Changes a limit.
pub(crate) async fn change(
    request: Authenticated,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    let limit = request.service().update_limit(&id, document).await?;
    Ok(response::one("limit", shown(&limit, &request.base)))
}

/// Deletes a limit.
pub(crate) async fn remove(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    request.service().delete_limit(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn views(limits: &[Limit], base: &Base) -> Vec<Value> {
    limits.iter().map(|limit| shown(limit, base)).collect()
}

fn shown(limit: &Limit, base: &Base) -> Value {
    let fields = json!({
        "id": limit.id,
        "project_id": limit.project_id,
        "domain_id": limit.domain_id,
        "resource_limit": limit.resource_limit,
        "description": limit.description,
        "service_id": limit.service_id,
        "region_id": limit.region_id,
        "resource_name": limit.resource_name,
    });
    view("{}", fields, base, &format!("/limits/{}", limit.id))
}
