//! The handlers that all resources with an id have in common: list, show, create, update, delete.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::response;
use super::token_holder::Authenticated;
use crate::identity::document::{Document, object};
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::listing::ResourcePage;
use crate::service::identity::resource::Resource;

/// A resource's JSON for clients.
pub(crate) trait View: Resource {
    /// Renders the resource.
    fn view(&self, base: &Base) -> Value;

    /// Renders the resource after an update.
    fn view_changed(&self, base: &Base) -> Value {
        self.view(base)
    }
}

/// Returns the routes of all resources of a kind.
pub(crate) fn all<R: View>() -> MethodRouter {
    get(list::<R>).post(create::<R>)
}

/// Returns the routes of one resource.
pub(crate) fn one<R: View>() -> MethodRouter {
    get(show::<R>).patch(update::<R>).delete(delete::<R>)
}

async fn list<R: View>(request: Authenticated, OriginalUri(uri): OriginalUri) -> Result<Response> {
    let found = request.service().list::<R>(&query(&uri)).await?;
    Ok(listed(&request, &found, &uri))
}

/// Returns a list, or a part of one, as clients see it.
pub(crate) fn listed<R: View>(
    request: &Authenticated,
    page: &ResourcePage<R>,
    uri: &Uri,
) -> Response {
    let base = &request.base;
    let views = page.items.iter().map(|resource| resource.view(base));
    let next = next_link(page, base, uri);
    response::page(R::MANY, views.collect(), &base.itself(uri), next.as_deref())
}

/// Returns the link to the next part of a list, if there is one.
pub(crate) fn next_link<R>(page: &ResourcePage<R>, base: &Base, uri: &Uri) -> Option<String> {
    let query = page.next.as_ref()?;
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    let query = encoded.extend_pairs(query).finish();
    let itself = base.itself(uri);
    let path = itself
        .split_once('?')
        .map_or(itself.as_str(), |parts| parts.0);
    Some(format!("{path}?{query}"))
}

/// Decodes the parameters of a query, in the order given.
pub(crate) fn query(uri: &Uri) -> Vec<(String, String)> {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

async fn show<R: View>(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    let found = request.service().show::<R>(&id).await?;
    Ok(response::one(R::ONE, found.view(&request.base)))
}

/// Answers the request to create one.
pub(crate) async fn create<R: View>(
    request: Authenticated,
    document: Document,
) -> Result<Response> {
    let new = request.service().create::<R>(document).await?;
    Ok(response::created(R::ONE, new.view(&request.base)))
}

/// Answers the request to update one.
pub(crate) async fn update<R: View>(
    request: Authenticated,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    let after = request.service().update::<R>(&id, document).await?;
    Ok(response::one(R::ONE, after.view_changed(&request.base)))
}

/// Answers the request to delete one.
pub(crate) async fn delete<R: View>(
    request: Authenticated,
    Path(id): Path<String>,
) -> Result<Response> {
    request.service().delete::<R>(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Renders a resource: first what it has beyond its columns, then its fields and links.
pub(crate) fn view(extra: &str, fields: Value, base: &Base, path: &str) -> Value {
    let mut view: Map<String, Value> = object(extra);
    if let Value::Object(fields) = fields {
        view.extend(fields);
    }
    view.insert("links".into(), json!({ "self": base.link(path) }));
    Value::Object(view)
}
