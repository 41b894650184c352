//! Projects, and which of them a user has a role on.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use http::Uri;
use serde_json::{Value, json};

use super::resource::{View, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Project;
use crate::identity::document::object;
use crate::identity::error::Result;
use crate::identity::urls::Base;
use crate::service::identity::common::split_tags;

impl View for Project {
    fn view(&self, base: &Base) -> Value {
        let (tags, extra) = split_tags(&self.extra);
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "domain_id": self.domain_id,
            "description": self.description,
            "enabled": self.enabled,
            "parent_id": self.parent_id,
            "is_domain": false,
            "tags": tags,
            "options": object(&self.options),
        });
        view(&extra, fields, base, &format!("/projects/{}", self.id))
    }

    /// Keystone shows one more member here than anywhere else.
    fn view_changed(&self, base: &Base) -> Value {
        let mut view = self.view(base);
        if let Some(fields) = view.as_object_mut() {
            let place = fields.keys().position(|field| field == "options");
            fields.shift_insert(place.unwrap_or_default(), "extra".into(), json!({}));
        }
        view
    }
}

/// Lists the projects that the caller has a role on.
pub(crate) async fn mine(
    request: Authenticated,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let projects = request.service().own_projects().await?;
    Ok(listed(&request, &projects, &uri))
}

/// Lists the projects that a user has a role on.
pub(crate) async fn of_user(
    request: Authenticated,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let projects = request.service().projects_of(&user).await?;
    Ok(listed(&request, &projects, &uri))
}

fn listed(request: &Authenticated, projects: &[Project], uri: &Uri) -> Response {
    let base = &request.base;
    let views = projects.iter().map(|project| project.view(base)).collect();
    response::list("projects", views, &base.itself(uri))
}
