//! Application credentials: with one, a program has a user's rights on one project, or some of
//! them, and never sees his password.

use axum::extract::{OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::{Document, Fields};
use super::resource::find;
use super::response;
use super::roles;
use super::token_holder::{Subject, may};
use super::tokens::moment;
use crate::db::Session;
use crate::db::identity::{ApplicationCredential, Role, Scope, User};
use crate::identity::error::{Fault, Result};
use crate::identity::secrets;
use crate::identity::urls::Base;
use crate::identity::validation::unfit;

const ONE: &str = "application_credential";

/// Makes one for the caller himself, on the project that his token is for.
pub(crate) async fn create(
    me: Subject,
    Path(user): Path<String>,
    document: Document,
) -> Result<Response> {
    may("create_application_credential", me.is(&user))?;
    unrestricted(&me)?;
    let mut fields = document.fields(ONE)?;
    let wanted = fields.any("roles");
    let secret = match fields.nullable("secret")?.flatten() {
        Some(secret) => secret,
        None => secrets::random_text::<64>(&me.app)?,
    };
    let hash = secrets::hash(&me.app, &secret).await?;
    let new = make(&me, &mut fields, hash)?;
    let mut session = me.app.db.write().await?;
    session.lock_account(&user).await?;
    let roles = chosen(&mut session, &me, &new, wanted).await?;
    session
        .add_credential(&new, &roles)
        .await
        .map_err(|error| Fault::or_conflict(error, || conflict(&new)))?;
    session.commit().await?;
    let view = view(&new, &roles, Some(&secret), &me.base);
    Ok(response::created(ONE, view))
}

fn conflict(new: &ApplicationCredential) -> Fault {
    Fault::Conflict(ONE, format!("Duplicate entry found with name {}", new.name))
}

/// Fails if the caller's token came from an application credential that may not make others.
fn unrestricted(me: &Subject) -> Result<()> {
    if me.token.credential_id.is_some() && me.token.credential_unrestricted != Some(true) {
        let words = "Using method 'application_credential' is not allowed for managing additional application credentials.";
        return Err(Fault::Denied(words.into()));
    }
    Ok(())
}

fn make(me: &Subject, fields: &mut Fields, secret: String) -> Result<ApplicationCredential> {
    let project_id = me.token.project_id.clone();
    let name = fields.name("name", 255)?;
    Ok(ApplicationCredential {
        id: me.app.new_id().simple().to_string(),
        user_id: me.token.user_id.clone(),
        project_id: project_id.ok_or(Fault::Missing("project scope", "token"))?,
        name: fields.required("name", name)?,
        description: fields.nullable("description")?.flatten(),
        secret,
        expires_at: expiry(fields, me.app.clock.now())?,
        unrestricted: fields.flag("unrestricted")?,
    })
}

fn expiry(fields: &mut Fields, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = fields.nullable("expires_at")?.flatten() else {
        return Ok(None);
    };
    let zoned = DateTime::parse_from_rfc3339(&text).map(|it| it.to_utc());
    let plain = || NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f");
    let at = zoned.or_else(|_| plain().map(|it| it.and_utc()));
    let at = at.map_err(|_| unfit("expires_at", &json!(text), "is not a 'date-time'"))?;
    if at <= now {
        let words = "The 'expires_at' must not be before now. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";
        return Err(Fault::Invalid(words.into()));
    }
    Ok(Some(at))
}

/// The roles that are asked for, all of which the caller must have; else all those of his token.
async fn chosen(
    session: &mut Session,
    me: &Subject,
    new: &ApplicationCredential,
    wanted: Option<Value>,
) -> Result<Vec<Role>> {
    let scope = Scope::Project(new.project_id.clone());
    let mut held = session.effective_roles(&new.user_id, &scope).await?;
    // A token from a credential may have fewer roles than its user.
    held.retain(|role| me.roles.iter().any(|it| it.id == role.id));
    let wanted = match wanted {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(unfit("roles", &other, "is not of type 'array'")),
    };
    if wanted.is_empty() {
        return if held.is_empty() {
            Err(Fault::Unauthenticated)
        } else {
            Ok(held)
        };
    }
    let mut roles: Vec<Role> = Vec::new();
    for item in &wanted {
        let role = named_role(session, item).await?;
        if !held.iter().any(|it| it.id == role.id) {
            return Err(not_held(&role, new));
        }
        if !roles.iter().any(|it| it.id == role.id) {
            roles.push(role);
        }
    }
    Ok(roles)
}

fn not_held(role: &Role, new: &ApplicationCredential) -> Fault {
    let (role, user, project) = (&role.id, &new.user_id, &new.project_id);
    Fault::Invalid(format!(
        "Invalid application credential: Could not find role assignment with role: {role}, user or group: {user}, project, domain, or system: {project}."
    ))
}

async fn named_role(session: &mut Session, item: &Value) -> Result<Role> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    if let Some(id) = text("id") {
        return find(session, id).await;
    }
    let name = text("name").ok_or_else(|| unfit("roles", item, "has neither id nor name"))?;
    let mut found = session.entities(&[("name", name.into())]).await?;
    found
        .pop()
        .ok_or_else(|| Fault::Unknown("role", name.to_owned()))
}

/// A user's application credentials.
pub(crate) async fn list(
    me: Subject,
    Path(user): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response> {
    may(
        "list_application_credentials",
        me.reads_all() || me.is(&user),
    )?;
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let name = pairs.find(|(name, _)| name == "name").map(|it| it.1);
    let mut session = me.app.db.read().await?;
    find::<User>(&mut session, &user).await?;
    let mut views = Vec::new();
    for it in session.credentials(&user, name.as_deref()).await? {
        let roles = session.credential_roles(&it.id).await?;
        views.push(view(&it, &roles, None, &me.base));
    }
    let itself = me.base.itself(&uri);
    Ok(response::list("application_credentials", views, &itself))
}

/// One of them.
pub(crate) async fn show(
    me: Subject,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response> {
    may("get_application_credential", me.reads_all() || me.is(&user))?;
    let mut session = me.app.db.read().await?;
    let it = of_user(session.credential(&id).await?, &user, &id)?;
    let roles = session.credential_roles(&it.id).await?;
    Ok(response::one(ONE, view(&it, &roles, None, &me.base)))
}

/// Removes one, and with it every token that came from it.
pub(crate) async fn remove(
    me: Subject,
    Path((user, id)): Path<(String, String)>,
) -> Result<Response> {
    may("delete_application_credential", me.admin() || me.is(&user))?;
    unrestricted(&me)?;
    let mut session = me.app.db.write().await?;
    let it = of_user(session.lock_credential(&id).await?, &user, &id)?;
    session.remove_credential(&it.id).await?;
    session.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn of_user(
    found: Option<ApplicationCredential>,
    user: &str,
    id: &str,
) -> Result<ApplicationCredential> {
    let found = found.filter(|it| it.user_id == user);
    found.ok_or_else(|| Fault::Unknown("Application Credential", id.to_owned()))
}

fn view(it: &ApplicationCredential, roles: &[Role], secret: Option<&str>, base: &Base) -> Value {
    let mut view = Map::new();
    view.insert("id".into(), json!(it.id));
    view.insert("name".into(), json!(it.name));
    view.insert("description".into(), json!(it.description));
    view.insert("user_id".into(), json!(it.user_id));
    view.insert("project_id".into(), json!(it.project_id));
    view.insert("system".into(), Value::Null);
    view.insert("expires_at".into(), json!(it.expires_at.map(moment)));
    view.insert("unrestricted".into(), json!(it.unrestricted));
    view.insert("roles".into(), roles.iter().map(roles::fields).collect());
    if let Some(secret) = secret {
        view.insert("secret".into(), json!(secret));
    }
    let itself = base.link(&format!("/application_credentials/{}", it.id));
    view.insert("links".into(), json!({ "self": itself }));
    Value::Object(view)
}
