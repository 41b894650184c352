//! Projects, and which of them a user has a role on.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::resource::{View, listed, query, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Project;
use crate::identity::document::{Document, object};
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::common::split_tags;

impl View for Project {
    fn view(&self, base: &Base) -> Value {
        let (tags, extra) = split_tags(&self.extra);
        let within = |id: &String| Some(id.clone()).filter(|_| !self.is_domain());
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "domain_id": within(&self.domain_id),
            "description": self.description,
            "enabled": self.enabled,
            "parent_id": within(&self.parent_id),
            "is_domain": self.is_domain(),
            "tags": tags,
            "options": object(&self.options),
        });
        view(&extra, fields, base, &format!("/projects/{}", self.id))
    }

    /// Keystone shows one more member here than anywhere else.
    fn view_changed(&self, base: &Base) -> Value {
        let mut view = self.view(base);
        let (_, extra) = split_tags(&self.extra);
        insert_before(&mut view, "options", "extra", Value::Object(object(&extra)));
        view
    }
}

/// Inserts a member before another.
pub(crate) fn insert_before(view: &mut Value, before: &str, name: &str, value: Value) {
    if let Some(fields) = view.as_object_mut() {
        let place = fields.keys().position(|field| field == before);
        fields.shift_insert(place.unwrap_or_default(), name.to_owned(), value);
    }
}

/// Lists projects.
pub(crate) async fn list(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let page = request.service().list_projects(&query(&uri)).await?;
    Ok(listed(&request, &page, &uri))
}

/// Creates a project.
pub(crate) async fn create(request: Authenticated, document: Document) -> Result<Response> {
    let new = request.service().create_project(document).await?;
    Ok(response::created("project", new.view(&request.base)))
}

/// Shows a project, with its relatives where the query asks for them.
pub(crate) async fn show(
    request: Authenticated,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let service = request.service();
    let project = service.show_project(&id).await?;
    let relatives = service.relatives(&project, &query(&uri)).await?;
    let base = &request.base;
    let mut document = project.view(base);
    let each = |projects: Vec<Project>| -> Value {
        let one = |project: &Project| json!({ "project": project.view(base) });
        projects.iter().map(one).collect()
    };
    let parents = relatives.parents.map(each).or(relatives.parent_ids);
    let subtree = relatives.subtree.map(each).or(relatives.subtree_ids);
    for (name, value) in [("parents", parents), ("subtree", subtree)] {
        if let Some(value) = value {
            insert_before(&mut document, "links", name, value);
        }
    }
    Ok(response::one("project", document))
}

/// Changes a project.
pub(crate) async fn update(
    request: Authenticated,
    Path(id): Path<String>,
    document: Document,
) -> Result<Response> {
    let after = request.service().update_project(&id, document).await?;
    Ok(response::one("project", after.view_changed(&request.base)))
}

/// Deletes a project.
pub(crate) async fn delete(request: Authenticated, Path(id): Path<String>) -> Result<Response> {
    request.service().delete_project(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the projects that the caller has a role on.
pub(crate) async fn mine(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let projects = request.service().own_projects().await?;
    Ok(listed(&request, &projects.into(), &uri))
}

/// Lists the projects that a user has a role on.
pub(crate) async fn of_user(
    request: Authenticated,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let page = request.service().projects_of(&user, &query(&uri)).await?;
    Ok(listed(&request, &page, &uri))
}
