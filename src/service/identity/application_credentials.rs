//! Application credentials: with one, a program has a user's rights on one project, or some of them,
//! and never sees his password.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use super::Identity;
use super::access_rules::{stored_rules, wanted_rules};
use super::listing::{NO_MOMENT, Query};
use super::text_filter::TextFilter;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{AccessRule, ApplicationCredential, Role, Scope};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::secrets;
use crate::identity::token::{TokenHolder, require};
use crate::identity::validation::unfit;

const ONE: &str = "application_credential";

/// An application credential with its roles and access rules.
#[derive(Debug)]
pub(crate) struct CredentialWithRoles {
    pub(crate) credential: ApplicationCredential,
    pub(crate) roles: Vec<Role>,
    pub(crate) access_rules: Vec<AccessRule>,
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
        let mut fields = document.fields(ONE)?;
        fields.has("name")?;
        let wanted = fields.any("roles");
        let wanted_access = wanted_rules(fields.any("access_rules"))?;
        let secret = match fields.nullable("secret")?.flatten() {
            Some(secret) => secret,
            None => secrets::random_text::<64>(self.app)?,
        };
        let plain = make(self.app, caller, &mut fields.clone(), String::new())?;
        require("create_application_credential", caller.is_user(user))?;
        unrestricted(caller)?;
        plain.ok_or(KeystoneError::Unauthenticated)?;
        let hash = secrets::hash(self.app, &secret).await?;
        let credential = make(self.app, caller, &mut fields, hash)?;
        let credential = credential.ok_or(KeystoneError::Unauthenticated)?;
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        let roles = chosen(&mut session, caller, &credential, wanted).await?;
        session
            .add_credential(&credential, &roles)
            .await
            .map_err(|error| KeystoneError::or_conflict(error, || conflict(&credential)))?;
        let access_rules = stored_rules(self.app, &mut session, user, wanted_access).await?;
        session.bind_rules(&credential.id, &access_rules).await?;
        session.commit().await?;
        let new = CredentialWithRoles {
            credential,
            roles,
            access_rules,
        };
        Ok((new, secret))
    }

    /// Lists a user's credentials, or those with this name.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn credentials_of(
        &self,
        user: &str,
        query: &Query,
    ) -> Result<Vec<CredentialWithRoles>> {
        let allowed = self.caller.reads_all() || self.caller.is_user(user);
        require("list_application_credentials", allowed)?;
        let mut session = self.app.db.read().await?;
        let mut listed = session.credentials(user, None).await?;
        for (name, value) in query {
            let fits = TextFilter::of(name, value, "name");
            listed
                .retain(|credential| fits.as_ref().is_none_or(|fits| fits.fits(&credential.name)));
        }
        let mut found = Vec::new();
        for credential in listed {
            found.push(complete(&mut session, credential).await?);
        }
        Ok(found)
    }

    /// Returns the application credential with this id; the user in the path does not count.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id))]
    pub(crate) async fn credential(&self, user: &str, id: &str) -> Result<CredentialWithRoles> {
        let mut session = self.app.db.read().await?;
        let found = session.credential(id).await?;
        let owner = found.as_ref().map_or(user, |found| &found.user_id);
        let allowed = self.caller.reads_all() || self.caller.is_user(owner);
        require("get_application_credential", allowed)?;
        complete(&mut session, there(found, id)?).await
    }

    /// Deletes a credential, and with it every token that came from it.
    #[tracing::instrument(level = "debug", skip_all, fields(id = id, user = user))]
    pub(crate) async fn delete_credential(&self, user: &str, id: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        let found = session.lock_credential(id).await?;
        let owner = found.as_ref().map_or(user, |found| &found.user_id);
        let allowed = self.caller.is_admin() || self.caller.is_user(owner);
        require("delete_application_credential", allowed)?;
        unrestricted(self.caller)?;
        let credential = there(found, id)?;
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
        return Err(KeystoneError::ForbiddenAs(
            "Using method 'application_credential' is not allowed for managing additional application credentials.",
        ));
    }
    Ok(())
}

/// Returns the new credential; `None` if the caller's token is not for a project.
fn make(
    app: &App,
    caller: &TokenHolder,
    fields: &mut Fields,
    secret: String,
) -> Result<Option<ApplicationCredential>> {
    let name = fields.name("name", 255)?;
    let name = fields.required("name", name)?;
    let description = fields.nullable("description")?.flatten();
    let expires_at = expiry(fields, app.clock.now())?;
    let unrestricted = fields.flag_or_null("unrestricted")?;
    for ignored in ["id", "project_id", "user_id", "system"] {
        fields.any(ignored);
    }
    fields.nothing_else()?;
    Ok(caller
        .token
        .project_id
        .clone()
        .map(|project_id| ApplicationCredential {
            id: app.new_id().simple().to_string(),
            user_id: caller.token.user_id.clone(),
            project_id,
            name,
            description,
            secret,
            expires_at,
            unrestricted,
        }))
}

fn expiry(fields: &mut Fields, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = fields.nullable("expires_at")?.flatten() else {
        return Ok(None);
    };
    let zoned = DateTime::parse_from_rfc3339(&text).map(|parsed| parsed.to_utc());
    let plain = || NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f");
    let at = zoned.or_else(|_| plain().map(|plain| plain.and_utc()));
    let at = at.map_err(|_| KeystoneError::Invalid(NO_MOMENT.into()))?;
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
    for (place, item) in wanted.iter().enumerate() {
        let role = named_role(session, place, item).await?;
        let Some(role) = role.filter(|role| held.iter().any(|held| held.id == role.id)) else {
            let words = "Invalid application credential: Cannot create an application credential with unassigned role";
            return Err(KeystoneError::Invalid(words.into()));
        };
        if !roles.iter().any(|value| value.id == role.id) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// Returns the role that is named, if one has this id.
async fn named_role(session: &mut Session, place: usize, item: &Value) -> Result<Option<Role>> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    if let Some(id) = text("id") {
        return Ok(session.entity(id).await?);
    }
    let place = place.to_string();
    let name = text("name").ok_or_else(|| unfit(&place, item, "should be non-empty"))?;
    let mut found: Vec<Role> = session.entities(&[("name", name.into())]).await?;
    found.retain(|role| role.domain_id.is_none());
    let words = || KeystoneError::NotFoundAs(format!("Role {name} is not defined"));
    found.pop().map(Some).ok_or_else(words)
}

async fn complete(
    session: &mut Session,
    credential: ApplicationCredential,
) -> Result<CredentialWithRoles> {
    let roles = session.credential_roles(&credential.id).await?;
    let access_rules = session.rules_of_credential(&credential.id).await?;
    Ok(CredentialWithRoles {
        credential,
        roles,
        access_rules,
    })
}

fn there(found: Option<ApplicationCredential>, id: &str) -> Result<ApplicationCredential> {
    found.ok_or_else(|| KeystoneError::Unknown("Application Credential", id.to_owned()))
}
