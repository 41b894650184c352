//! The roles that the cloud's dialect has.

use axum::extract::Path;
use axum::response::Response;
use serde_json::{Map, Value};

use super::extract::Holder;
use super::listed;
use crate::api::identity::response;
use crate::api::identity::token_holder::Authenticated;
use crate::db::identity::Role;
use crate::dialect::CloudRole;
use crate::identity::v2::error::{IdentityV2Error, Result};

/// Lists the roles.
pub(super) async fn list(Holder(request): Holder) -> Result<Response> {
    let roles = roles(&request).await?;
    Ok(listed("roles", &roles.iter().map(view).collect()))
}

/// Shows a role.
pub(super) async fn show(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    let mut roles = roles(&request).await?.into_iter();
    let found = roles.find(|role| role.id == id);
    let missing = || IdentityV2Error::NotFound(format!("Role with ID {id} not found."));
    Ok(response::one("role", view(&found.ok_or_else(missing)?)))
}

async fn roles(request: &Authenticated) -> Result<Vec<Role>> {
    let known = request.app.dialect().roles;
    let mut roles: Vec<Role> = request.app.db.read().await?.entities(&[]).await?;
    roles.retain(|role| role.domain_id.is_none() && CloudRole::named(known, &role.name).is_some());
    Ok(roles)
}

fn view(role: &Role) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), role.id.as_str().into());
    view.insert("name".into(), role.name.as_str().into());
    if let Some(description) = &role.description {
        view.insert("description".into(), description.as_str().into());
    }
    Value::Object(view)
}
