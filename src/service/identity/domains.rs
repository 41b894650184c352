//! The rules of domains.

use super::common::Common;
use super::resource::{By, Resource};
use crate::db::Session;
use crate::db::identity::Domain;
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;

impl Resource for Domain {
    const ONE: &'static str = "domain";
    const MANY: &'static str = "domains";
    const FILTERS: &'static [By] = &[By::Text("name"), By::Flag("enabled")];

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let name = fields.name("name", 64)?;
        let mut new = Self {
            id,
            name: fields.required("name", name)?,
            description: Some(String::new()),
            enabled: true,
            options: "{}".into(),
            extra: "{}".into(),
        };
        new.change(fields)?;
        Ok(new)
    }

    fn change(&mut self, fields: &mut Fields) -> Result<()> {
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        let common = Common {
            name: &mut self.name,
            enabled: &mut self.enabled,
            options: &mut self.options,
            extra: &mut self.extra,
        };
        common.change(fields, 64)
    }

    fn conflict(&self) -> KeystoneError {
        let words = "it is not permitted to have two projects acting as domains with the same name";
        KeystoneError::Conflict("project", format!("{words}: {}", self.name))
    }

    fn seen_by(by: &TokenHolder, id: &str) -> bool {
        by.reads_all() || by.domain() == id
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.enabled && !self.enabled {
            session.revoke_domain(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, _session: &mut Session) -> Result<()> {
        if self.enabled {
            let words = "Cannot delete a domain that is enabled, please disable it first.";
            return Err(KeystoneError::Denied(words.into()));
        }
        Ok(())
    }
}
