//! The rules of users, and how one changes his own password.

use super::common::{Common, domain_in, unchanged};
use super::listing::{By, ListForm, Lists, Query};
use super::resource::{Resource, find};
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Domain, User};
use crate::domain::text::python_repr;
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::secrets;
use crate::identity::token::TokenHolder;
use crate::identity::validation::UNFIT_END;
use serde_json::Value;

/// The options that Keystone knows.
const OPTIONS: [&str; 6] = [
    "ignore_change_password_upon_first_use",
    "ignore_password_expiry",
    "ignore_lockout_failure_attempts",
    "lock_password",
    "multi_factor_auth_rules",
    "multi_factor_auth_enabled",
];

/// The field in which [`Resource::prepare`] puts the password's hash; no client can send such a name.
const HASH: &str = "\0hash";

impl Resource for User {
    const ONE: &'static str = "user";
    const MANY: &'static str = "users";
    const LISTS: Lists = Lists {
        forms: &[
            ("domain_id", ListForm::Id),
            ("enabled", ListForm::Switch),
            ("name", ListForm::Name(255)),
            ("password_expires_at", ListForm::Moment),
            ("sort_dir", ListForm::Word(&["asc", "desc"])),
        ],
        filters: &[
            By::Text("name"),
            By::Text("domain_id"),
            By::Flag("enabled"),
            By::Nothing("idp_id"),
            By::Nothing("protocol_id"),
            By::Nothing("unique_id"),
            By::Nothing("password_expires_at"),
        ],
        paged: true,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 255)?;
        let domain = domain_in(fields)?;
        let mut new = Self {
            id,
            name: fields.required("name", name)?,
            domain_id: domain.unwrap_or_else(|| by.domain()),
            password: None,
            enabled: true,
            default_project_id: None,
            options: "{}".into(),
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        unchanged(
            fields,
            "domain_id",
            &self.domain_id,
            "Cannot change Domain ID",
        )?;
        if let Some(Value::String(hash)) = fields.any(HASH) {
            self.password = Some(hash);
        }
        if let Some(project) = fields.nullable("default_project_id")? {
            self.default_project_id = project;
        }
        let common = Common {
            name: &mut self.name,
            enabled: &mut self.enabled,
            options: &mut self.options,
            extra: &mut self.extra,
        };
        common.change(fields, 255, &OPTIONS)
    }

    fn conflict(&self, before: Option<&Self>) -> KeystoneError {
        taken("user", &self.name, &self.domain_id, before.is_some())
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_some_domain()
    }

    fn seen_by(by: &TokenHolder, id: &str, found: Option<&Self>) -> bool {
        by.is_user(id)
            || by.reads_all()
            || found.is_some_and(|user| by.reads_domain(&user.domain_id))
    }

    fn written_by(by: &TokenHolder, found: Option<&Self>) -> bool {
        by.is_admin() || found.is_some_and(|user| by.manages_domain(&user.domain_id))
    }

    fn narrow(found: &mut Vec<Self>, _query: &Query, by: &TokenHolder) {
        if let Some(own) = &by.token.domain_id {
            found.retain(|user| user.domain_id == *own);
        }
    }

    async fn prepare(app: &App, fields: &mut Fields) -> Result<()> {
        if let Some(password) = fields.nullable("password")?.flatten() {
            let hash = secrets::hash(app, &password).await?;
            fields.put(HASH, hash.into());
        }
        Ok(())
    }

    async fn refer(&self, session: &mut Session) -> Result<()> {
        find::<Domain>(session, &self.domain_id).await?;
        if let Some(project) = &self.default_project_id
            && session.entity::<Domain>(project).await?.is_some()
        {
            return Err(KeystoneError::Invalid(format!(
                "User's default project ID cannot be a domain ID: {project}"
            )));
        }
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.password != self.password || (before.enabled && !self.enabled) {
            session.revoke_user(&self.id).await?;
        }
        Ok(())
    }
}

/// Returns the error for a name that is taken in its domain; an update says less of it.
pub(super) fn taken(kind: &'static str, name: &str, domain: &str, update: bool) -> KeystoneError {
    let at = if update {
        String::new()
    } else {
        format!(" at domain ID {domain}")
    };
    KeystoneError::Conflict(kind, format!("Duplicate entry found with name {name}{at}"))
}

/// Changes a password for whoever knows the old one; no token is needed, as in Keystone.
#[tracing::instrument(level = "debug", skip_all, fields(id = id))]
pub(crate) async fn change_password(app: &App, id: &str, document: Document) -> Result<()> {
    let mut fields = document.fields("user")?;
    let old = password_in(&mut fields, "original_password")?;
    let new = password_in(&mut fields, "password")?;
    fields.nothing_else_unnamed()?;
    let account = app.db.read().await?.account(id).await?;
    let known = account
        .filter(|account| account.active)
        .and_then(|account| account.password);
    if !secrets::fits(&old, known.as_deref()).await? {
        return Err(KeystoneError::Unauthenticated);
    }
    let hash = secrets::hash(app, &new).await?;
    let mut session = app.db.write().await?;
    let user = session.lock_entity::<User>(id).await?;
    // Somebody else may have changed it meanwhile.
    let mut user = user
        .filter(|user| user.password == known)
        .ok_or(KeystoneError::Unauthenticated)?;
    user.password = Some(hash);
    session.put_entity(&user).await?;
    session.revoke_user(id).await?;
    Ok(session.commit().await?)
}

/// Takes a password out of the fields, in the words of Keystone's schema of this one request.
fn password_in(fields: &mut Fields, name: &str) -> Result<String> {
    match fields.any(name) {
        Some(Value::String(password)) => Ok(password),
        Some(other) => Err(KeystoneError::Invalid(format!(
            "Invalid input for field '{name}': {} is not of type 'string'{UNFIT_END}",
            python_repr(&other)
        ))),
        None => Err(KeystoneError::Invalid(format!(
            "'{name}' is a required property{UNFIT_END}"
        ))),
    }
}
