//! The users of an account, as Identity v2.0 shows them.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::access::role;
use super::extract::{Holder, V2Document, V2Fields};
use super::listed;
use crate::api::identity::resource::query;
use crate::api::identity::response;
use crate::app::App;
use crate::db::identity::User;
use crate::identity::document::object;
use crate::identity::token::RoleName;
use crate::identity::v2::DEFAULT_REGION;
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::identity::v2::regions::default_region;
use crate::service::identity::v2::{NewAccountUser, UserChange};

/// The field of a password, which is only in requests and in the answer to whoever let the server make it.
const PASSWORD: &str = "OS-KSADM:password";

/// Lists the users; with `name` it is the one of this name and no list.
pub(super) async fn list(
    Holder(request): Holder,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    let mut users = request.service().account_users().await?;
    let asked = query(&uri);
    let asked = |name: &str| {
        let mut pairs = asked.iter();
        let pair = pairs.find(|(pair, _)| pair == name);
        pair.map(|(_, value)| value.as_str())
    };
    if let Some(name) = asked("name") {
        let user = users.into_iter().find(|user| user.name == name);
        let missing = || IdentityV2Error::NotFound(format!("User {name} not found"));
        let user = user.ok_or_else(missing)?;
        return Ok(one(&request.app, &user));
    }
    if let Some(email) = asked("email") {
        users.retain(|user| object(&user.extra).get("email") == Some(&email.into()));
    }
    let views = users.iter().map(|user| view(&request.app, user));
    Ok(listed("users", &views.collect()))
}

/// Shows a user.
pub(super) async fn show(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    let user = request.service().account_user(&id).await?;
    Ok(one(&request.app, &user))
}

/// Creates a user of the caller's account.
pub(super) async fn create(Holder(request): Holder, body: V2Document) -> Result<Response> {
    let fields = body.fields("user")?;
    let expecting = |what: &str| IdentityV2Error::BadRequest(format!("Expecting {what}"));
    let new = NewAccountUser {
        name: name(&fields).ok_or_else(|| expecting("username"))?,
        password: fields.secret(PASSWORD),
        enabled: fields.flag("enabled").unwrap_or(true),
        email: email(&fields)?.ok_or_else(|| expecting("valid email address"))?,
        region: fields.text(DEFAULT_REGION),
    };
    let (user, password) = request.service().create_account_user(new).await?;
    let mut view = view(&request.app, &user);
    if let (Some(password), Some(view)) = (password, view.as_object_mut()) {
        view.insert(PASSWORD.into(), password.reveal().into());
    }
    Ok(response::created("user", view))
}

/// Changes a user.
pub(super) async fn update(
    Holder(request): Holder,
    Path(id): Path<String>,
    body: V2Document,
) -> Result<Response> {
    let fields = body.fields("user")?;
    let change = UserChange {
        name: name(&fields),
        password: fields.secret(PASSWORD),
        enabled: fields.flag("enabled"),
        email: email(&fields)?,
        region: fields.text(DEFAULT_REGION),
    };
    let user = request.service().update_account_user(&id, change).await?;
    Ok(one(&request.app, &user))
}

/// Deletes a user.
pub(super) async fn delete(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    request.service().delete_account_user(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Lists the roles of a user on the account.
pub(super) async fn roles(Holder(request): Holder, Path(id): Path<String>) -> Result<Response> {
    let roles = request.service().roles_of_account_user(&id).await?;
    let project = request.caller.token.project_id.as_deref();
    let views = roles.into_iter().map(|held| {
        let held = RoleName {
            id: held.id,
            name: held.name,
        };
        role(&request.app, &held, project)
    });
    Ok(listed("roles", &views.collect()))
}

/// Gives a user a role on the account.
pub(super) async fn give_role(
    Holder(request): Holder,
    Path((user, role)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().give_account_role(&user, &role).await?;
    Ok(StatusCode::OK)
}

/// Takes a role on the account back.
pub(super) async fn take_role(
    Holder(request): Holder,
    Path((user, role)): Path<(String, String)>,
) -> Result<StatusCode> {
    request.service().take_account_role(&user, &role).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn name(fields: &V2Fields) -> Option<String> {
    fields.text("username").or_else(|| fields.text("name"))
}

fn email(fields: &V2Fields) -> Result<Option<String>> {
    let email = fields.text("email");
    let is_one = |email: &String| {
        email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
    };
    match email {
        Some(email) if !is_one(&email) => Err(IdentityV2Error::BadRequest(
            "Expecting valid email address".into(),
        )),
        email => Ok(email),
    }
}

fn one(app: &App, user: &User) -> Response {
    response::one("user", view(app, user))
}

fn view(app: &App, user: &User) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), json!(user.id));
    view.insert("username".into(), json!(user.name));
    if let Some(email) = object(&user.extra).get("email") {
        view.insert("email".into(), email.clone());
    }
    view.insert("enabled".into(), json!(user.enabled));
    let region = default_region(&app.config(), user);
    view.insert(DEFAULT_REGION.into(), json!(region));
    if let Some(account) = &user.default_project_id {
        view.insert("RAX-AUTH:domainId".into(), json!(account));
    }
    view.insert("RAX-AUTH:multiFactorEnabled".into(), json!(false));
    Value::Object(view)
}
