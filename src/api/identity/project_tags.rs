//! The tags of a project over HTTP.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};
use serde_json::json;

use super::response;
use super::token_holder::Authenticated;
use crate::identity::document::Document;
use crate::identity::error::Result;

/// Lists the tags of a project.
pub(crate) async fn list(
    request: Authenticated,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let tags = request.service().tags(&id).await?;
    Ok(shown(&request, &tags, &uri))
}

/// Replaces the tags of a project.
pub(crate) async fn replace(
    request: Authenticated,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    document: Document,
) -> Result<Response> {
    let tags = request.service().replace_tags(&id, document).await?;
    Ok(shown(&request, &tags, &uri))
}

/// Removes all tags of a project.
pub(crate) async fn clear(request: Authenticated, Path(id): Path<String>) -> Result<StatusCode> {
    request.service().remove_tags(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks that a project has a tag.
pub(crate) async fn check(
    request: Authenticated,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().check_tag(&id, &tag).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a tag to a project.
pub(crate) async fn add(
    request: Authenticated,
    Path((id, tag)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    request.service().add_tag(&id, &tag).await?;
    // Keystone leaves `projects` out of it.
    let itself = request.base.itself(&uri).replacen("/projects/", "/", 1);
    let headers = [
        (header::LOCATION, itself.as_str()),
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    ];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// Removes a tag of a project.
pub(crate) async fn remove(
    request: Authenticated,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().remove_tag(&id, &tag).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The link is to the API's root, as Keystone's is.
fn shown(request: &Authenticated, tags: &[String], uri: &Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}"));
    let itself = request.base.link(&query.unwrap_or_default());
    let document = json!({ "links": { "self": itself }, "tags": tags });
    response::json(StatusCode::OK, &document)
}
