//! The rules of users, and how one changes his own password.

use super::common::{Common, unchanged};
use super::resource::{By, Resource, find};
use crate::app::App;
use crate::db::Session;
use crate::db::identity::{Domain, User};
use crate::identity::document::{Document, Fields};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::secrets;
use crate::identity::token::TokenHolder;
use serde_json::Value;

/// The field in which [`Resource::prepare`] puts the password's hash; no client can send such a name.
const HASH: &str = "\0hash";

impl Resource for User {
    const ONE: &'static str = "user";
    const MANY: &'static str = "users";
    const FILTERS: &'static [By] = &[By::Text("name"), By::Text("domain_id"), By::Flag("enabled")];

    fn make(id: String, fields: &mut Fields, by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 255)?;
        let domain = fields.nullable("domain_id")?.flatten();
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
        common.change(fields, 255)
    }

    fn conflict(&self) -> KeystoneError {
        let Self {
            name, domain_id, ..
        } = self;
        let words = format!("Duplicate entry found with name {name} at domain ID {domain_id}");
        KeystoneError::Conflict("user", words)
    }

    fn seen_by(by: &TokenHolder, id: &str) -> bool {
        by.reads_all() || by.is_user(id)
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
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.password != self.password || (before.enabled && !self.enabled) {
            session.revoke_user(&self.id).await?;
        }
        Ok(())
    }
}

/// Changes a password for whoever knows the old one; no token is needed, as in Keystone.
#[tracing::instrument(level = "debug", skip_all, fields(id = id))]
pub(crate) async fn change_password(app: &App, id: &str, document: Document) -> Result<()> {
    let mut fields = document.fields("user")?;
    let (old, new) = (fields.text("original_password")?, fields.text("password")?);
    let old = fields.required("original_password", old)?;
    let new = fields.required("password", new)?;
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
