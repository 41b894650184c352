//! Groups over HTTP, and their members.

use axum::extract::{OriginalUri, Path};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::projects::insert_before;
use super::resource::{View, listed, query, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::Group;
use crate::identity::error::Result;
use crate::identity::urls::Base;

impl View for Group {
    fn view(&self, base: &Base) -> Value {
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "domain_id": self.domain_id,
            "description": self.description,
        });
        view(&self.extra, fields, base, &format!("/groups/{}", self.id))
    }
}

/// Lists the members of a group.
pub(crate) async fn members(
    request: Authenticated,
    Path(group): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let page = request.service().members(&group, &query(&uri)).await?;
    Ok(listed(&request, &page, &uri))
}

/// Lists the groups of a user.
pub(crate) async fn of_user(
    request: Authenticated,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let page = request.service().groups_of(&user, &query(&uri)).await?;
    let member = |group: &Group| {
        let mut view = group.view(&request.base);
        insert_before(&mut view, "links", "membership_expires_at", Value::Null);
        view
    };
    let views = page.items.iter().map(member).collect();
    Ok(response::list("groups", views, &request.base.itself(&uri)))
}

/// Adds a user to a group.
pub(crate) async fn add(
    request: Authenticated,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().add_member(&group, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks that a user is a member of a group.
pub(crate) async fn check(
    request: Authenticated,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().check_member(&group, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a user from a group.
pub(crate) async fn remove(
    request: Authenticated,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().remove_member(&group, &user).await?;
    Ok(StatusCode::NO_CONTENT)
}
