//! The document of a token: itself, its tenant, its user, and the roles.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::db::identity::{Token, User};
use crate::dialect::CloudRole;
use crate::identity::credentials::list;
use crate::identity::token::{RoleName, roles_in};
use crate::identity::v2::error::Result;
use crate::identity::v2::login::Tenant;
use crate::identity::v2::regions::default_region;
use crate::identity::v2::tenant::TenantForm;
use crate::identity::v2::{API_KEY_METHOD, DEFAULT_REGION};

/// Returns the member `token`; the tenant is the one that was asked for, else the account.
pub(super) fn token(id: &str, token: &Token, named: Option<&Tenant>) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), id.into());
    view.insert("expires".into(), format_timestamp(token.expires_at).into());
    let own = token.project_id.as_ref().zip(token.project_name.as_ref());
    let named = named.map(|tenant| (&tenant.id, &tenant.name));
    if let Some((id, name)) = named.or(own) {
        view.insert("tenant".into(), json!({ "id": id, "name": name }));
    }
    view.insert("RAX-AUTH:authenticatedBy".into(), proofs(token));
    Value::Object(view)
}

/// Returns by what the user proved who he is. That a token was asked for by another one does not count.
fn proofs(token: &Token) -> Value {
    let methods = list(&token.methods).into_iter();
    let proof = |method: String| match method.as_str() {
        API_KEY_METHOD => Some("APIKEY".to_owned()),
        "token" => None,
        other => Some(other.to_uppercase()),
    };
    methods.filter_map(proof).collect::<Vec<_>>().into()
}

/// Returns a moment as v2.0 writes it: with milliseconds.
fn format_timestamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Returns the member `user`.
pub(super) async fn user(app: &App, token: &Token) -> Result<Value> {
    let row: Option<User> = app.db.read().await?.entity(&token.user_id).await?;
    let region = row.map(|user| default_region(&app.config(), &user));
    let roles = roles_in(&token.roles).into_iter();
    let project = token.project_id.as_deref();
    Ok(json!({
        "id": token.user_id,
        "name": token.user_name,
        DEFAULT_REGION: region,
        "roles": roles.map(|held| role(app, &held, project)).collect::<Vec<_>>(),
    }))
}

/// Returns a role of a user on an account.
pub(super) fn role(app: &App, held: &RoleName, project: Option<&str>) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), held.id.as_str().into());
    view.insert("name".into(), held.name.as_str().into());
    if let Some(known) = CloudRole::named(app.dialect().roles, &held.name) {
        view.insert("description".into(), known.description.into());
        let form = known.tenant.map(TenantForm::of);
        if let Some((form, project)) = form.zip(project) {
            view.insert("tenantId".into(), form.of_project(project).into());
        }
    }
    Value::Object(view)
}
