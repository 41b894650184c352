//! The rules of roles, and which of them implies which.

use super::Identity;
use super::resource::{By, Resource};
use crate::db::Session;
use crate::db::identity::{Implication, Role};
use crate::identity::document::{Fields, object};
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;
use crate::identity::token::require;
use serde_json::Value;

impl Resource for Role {
    const ONE: &'static str = "role";
    const MANY: &'static str = "roles";
    // Every role here is for all domains.
    const FILTERS: &'static [By] = &[By::Text("name"), By::Nothing("domain_id")];

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 255)?;
        let mut new = Self {
            id,
            name: fields.required("name", name)?,
            description: None,
            options: "{}".into(),
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        let was_immutable = self.immutable();
        fields.merge_options(&mut self.options)?;
        // The one change an immutable role knows is to become mutable.
        if was_immutable && self.immutable() {
            return Err(self.refusal("update"));
        }
        if let Some(name) = fields.name("name", 255)? {
            self.name = name;
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self) -> KeystoneError {
        KeystoneError::Conflict(
            "role",
            format!("Duplicate entry found with name {}", self.name),
        )
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.name != self.name {
            session.revoke_role(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, session: &mut Session) -> Result<()> {
        if self.immutable() {
            return Err(self.refusal("delete"));
        }
        Ok(session.revoke_role(&self.id).await?)
    }
}

impl Role {
    fn immutable(&self) -> bool {
        object(&self.options).get("immutable") == Some(&Value::Bool(true))
    }

    fn refusal(&self, verb: &str) -> KeystoneError {
        let id = &self.id;
        KeystoneError::Denied(format!(
            "Unable to {verb} immutable role resource: `{id}. Set resource option \"immutable\" to false first."
        ))
    }
}

impl Identity<'_> {
    /// Lists every implication, ordered by the role that implies.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn implications(&self) -> Result<Vec<Implication>> {
        require("list_role_inference_rules", self.caller.reads_all())?;
        Ok(self.app.db.read().await?.implications().await?)
    }
}
