//! Application credentials: with one, a program has a user's rights on one project, or some of them,
//! and never sees his password.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::Identity;
use super::resource::find;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{ApplicationCredential, Role, Scope, User};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::secrets;
use crate::identity::token::{TokenHolder, require};
use crate::identity::validation::unfit;

const ONE: &str = "application_credential";

/// An application credential with its roles.
#[derive(Debug)]
pub(crate) struct CredentialWithRoles {
    pub(crate) credential: ApplicationCredential,
    pub(crate) roles: Vec<Role>,
}

impl Identity<'_> {
    /// Creates a credential of the caller himself, on the project that his token is for, and returns it
    /// with its secret, which is shown this once.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn create_credential(
        &self,
        user: &str,
        document: Document,
    ) -> Result<(CredentialWithRoles, String)> {
        let caller = self.caller;
        require("create_application_credential", caller.is_user(user))?;
        unrestricted(caller)?;
        let mut fields = document.fields(ONE)?;
        let wanted = fields.any("roles");
        let secret = match fields.nullable("secret")?.flatten() {
            Some(secret) => secret,
            None => secrets::random_text::<64>(self.app)?,
        };
        let hash = secrets::hash(self.app, &secret).await?;
        let credential = make(self.app, caller, &mut fields, hash)?;
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        let roles = chosen(&mut session, caller, &credential, wanted).await?;
        session
            .add_credential(&credential, &roles)
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || conflict(&credential)))?;
        session.commit().await?;
        Ok((CredentialWithRoles { credential, roles }, secret))
    }

    /// Lists a user's credentials, or those with this name.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn credentials_of(
        &self,
        user: &str,
        name: Option<&str>,
    ) -> Result<Vec<CredentialWithRoles>> {
        let allowed = self.caller.reads_all() || self.caller.is_user(user);
        require("list_application_credentials", allowed)?;
        let mut session = self.app.db.read().await?;
        find::<User>(&mut session, user).await?;
        let mut found = Vec::new();
        for credential in session.credentials(user, name).await? {
            let roles = session.credential_roles(&credential.id).await?;
            found.push(CredentialWithRoles { credential, roles });
        }
        Ok(found)
    }

    /// Returns one of a user's credentials.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id, user = user))]
    pub(crate) async fn credential(&self, user: &str, id: &str) -> Result<CredentialWithRoles> {
        let allowed = self.caller.reads_all() || self.caller.is_user(user);
        require("get_application_credential", allowed)?;
        let mut session = self.app.db.read().await?;
        let credential = of_user(session.credential(id).await?, user, id)?;
        let roles = session.credential_roles(&credential.id).await?;
        Ok(CredentialWithRoles { credential, roles })
    }

    /// Deletes a credential, and with it every token that came from it.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id, user = user))]
    pub(crate) async fn delete_credential(&self, user: &str, id: &str) -> Result<()> {
        let allowed = self.caller.is_admin() || self.caller.is_user(user);
        require("delete_application_credential", allowed)?;
        unrestricted(self.caller)?;
        let mut session = self.app.db.write().await?;
        let credential = of_user(session.lock_credential(id).await?, user, id)?;
        session.remove_credential(&credential.id).await?;
        Ok(session.commit().await?)
    }
}

fn conflict(new: &ApplicationCredential) -> KeystoneError {
    KeystoneError::Conflict(ONE, format!("Duplicate entry found with name {}", new.name))
}

/// Fails if the caller's token came from an application credential that may not make others.
fn unrestricted(caller: &TokenHolder) -> Result<()> {
    if caller.token.credential_id.is_some() && caller.token.credential_unrestricted != Some(true) {
        let words = "Using method 'application_credential' is not allowed for managing additional application credentials.";
        return Err(KeystoneError::Denied(words.into()));
    }
    Ok(())
}

fn make(
    app: &App,
    caller: &TokenHolder,
    fields: &mut Fields,
    secret: String,
) -> Result<ApplicationCredential> {
    let project_id = caller.token.project_id.clone();
    let name = fields.name("name", 255)?;
    Ok(ApplicationCredential {
        id: app.new_id().simple().to_string(),
        user_id: caller.token.user_id.clone(),
        project_id: project_id.ok_or(KeystoneError::Missing("project scope", "token"))?,
        name: fields.required("name", name)?,
        description: fields.nullable("description")?.flatten(),
        secret,
        expires_at: expiry(fields, app.clock.now())?,
        unrestricted: fields.flag("unrestricted")?,
    })
}

fn expiry(fields: &mut Fields, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = fields.nullable("expires_at")?.flatten() else {
        return Ok(None);
    };
    let zoned = DateTime::parse_from_rfc3339(&text).map(|parsed| parsed.to_utc());
    let plain = || NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f");
    let at = zoned.or_else(|_| plain().map(|plain| plain.and_utc()));
    let at = at.map_err(|_| unfit("expires_at", &json!(text), "is not a 'date-time'"))?;
    if at <= now {
        let words = "The 'expires_at' must not be before now. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";
        return Err(KeystoneError::Invalid(words.into()));
    }
    Ok(Some(at))
}

/// The roles that are asked for, all of which the caller must have; else all those of his token.
async fn chosen(
    session: &mut Session,
    caller: &TokenHolder,
    new: &ApplicationCredential,
    wanted: Option<Value>,
) -> Result<Vec<Role>> {
    let scope = Scope::Project(new.project_id.clone());
    let mut held = session.effective_roles(&new.user_id, &scope).await?;
    // A token from a credential may have fewer roles than its user.
    held.retain(|role| caller.roles.iter().any(|value| value.id == role.id));
    let wanted = match wanted {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(unfit("roles", &other, "is not of type 'array'")),
    };
    if wanted.is_empty() {
        return if held.is_empty() {
            Err(KeystoneError::Unauthenticated)
        } else {
            Ok(held)
        };
    }
    let mut roles: Vec<Role> = Vec::new();
    for item in &wanted {
        let role = named_role(session, item).await?;
        if !held.iter().any(|held| held.id == role.id) {
            return Err(not_held(&role, new));
        }
        if !roles.iter().any(|value| value.id == role.id) {
            roles.push(role);
        }
    }
    Ok(roles)
}

fn not_held(role: &Role, new: &ApplicationCredential) -> KeystoneError {
    let (role, user, project) = (&role.id, &new.user_id, &new.project_id);
    KeystoneError::Invalid(format!(
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
        .ok_or_else(|| KeystoneError::Unknown("role", name.to_owned()))
}

fn of_user(
    found: Option<ApplicationCredential>,
    user: &str,
    id: &str,
) -> Result<ApplicationCredential> {
    let found = found.filter(|found| found.user_id == user);
    found.ok_or_else(|| KeystoneError::Unknown("Application Credential", id.to_owned()))
}
