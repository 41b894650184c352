//! The rules of domains.

use super::common::{Common, IMMUTABLE, check_tags, immutable, is_immutable};
use super::listing::{By, ListForm, Lists, Query};
use super::resource::Resource;
use crate::app::App;
use crate::db::Session;
use crate::db::identity::Domain;
use crate::identity::document::Fields;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::TokenHolder;
use crate::identity::validation::check_id;

impl Resource for Domain {
    const ONE: &'static str = "domain";
    const MANY: &'static str = "domains";
    const LISTS: Lists = Lists {
        forms: &[("name", ListForm::Name(64)), ("enabled", ListForm::Switch)],
        filters: &[By::Text("name"), By::Flag("enabled")],
        paged: true,
        closed: false,
    };

    fn make(id: String, fields: &mut Fields, _by: &TokenHolder) -> Result<Self> {
        let own = fields.text("explicit_domain_id")?;
        if let Some(own) = &own {
            check_id("explicit_domain_id", own)?;
        }
        let name = fields.name("name", 64)?;
        let mut new = Self {
            id: own.unwrap_or(id),
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
        let was_immutable = is_immutable(&self.options);
        check_tags(fields)?;
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        let common = Common {
            name: &mut self.name,
            enabled: &mut self.enabled,
            options: &mut self.options,
            extra: &mut self.extra,
        };
        common.change(fields, 64, &[IMMUTABLE])?;
        // The one change that it knows then is to become mutable.
        if was_immutable && is_immutable(&self.options) {
            return Err(immutable("update", "domain", &self.id));
        }
        Ok(())
    }

    fn conflict(&self, _before: Option<&Self>) -> KeystoneError {
        let words = "it is not permitted to have two projects acting as domains with the same name";
        KeystoneError::Conflict("project", format!("{words}: {}", self.name))
    }

    fn listed_for(by: &TokenHolder) -> bool {
        by.reads_some_domain()
    }

    fn seen_by(by: &TokenHolder, id: &str, _found: Option<&Self>) -> bool {
        by.reads_all() || by.domain() == id
    }

    fn narrow(found: &mut Vec<Self>, _query: &Query, by: &TokenHolder) {
        if let Some(own) = &by.token.domain_id {
            found.retain(|domain| domain.id == *own);
        }
    }

    /// Keystone does not look at an id here.
    async fn prepare(_app: &App, fields: &mut Fields) -> Result<()> {
        fields.any("id");
        Ok(())
    }

    async fn changed(&self, before: &Self, session: &mut Session) -> Result<()> {
        if before.enabled && !self.enabled {
            session.revoke_domain(&self.id).await?;
        }
        Ok(())
    }

    async fn going(&self, _session: &mut Session) -> Result<()> {
        if is_immutable(&self.options) {
            return Err(immutable("delete", "domain", &self.id));
        }
        if self.enabled {
            let words = "Cannot delete a domain that is enabled, please disable it first.";
            return Err(KeystoneError::Denied(words.into()));
        }
        Ok(())
    }
}
