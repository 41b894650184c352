//! Domains.

use serde_json::{Value, json};

use super::base::Base;
use super::body::{Fields, object};
use super::fault::{Fault, Result};
use super::resource::{By, Resource, view};
use super::subject::Subject;
use crate::db::Session;
use crate::db::identity::Domain;

impl Resource for Domain {
    const ONE: &'static str = "domain";
    const MANY: &'static str = "domains";
    const FILTERS: &'static [By] = &[By::Text("name"), By::Flag("enabled")];

    fn view(&self, base: &Base) -> Value {
        let mut extra = object(&self.extra);
        let tags = extra.remove("tags").unwrap_or_else(|| json!([]));
        let fields = json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "enabled": self.enabled,
            "tags": tags,
            "options": object(&self.options),
        });
        let extra = Value::Object(extra).to_string();
        view(&extra, fields, base, &format!("/domains/{}", self.id))
    }

    fn make(id: String, fields: &mut Fields, _by: &Subject) -> Result<Self> {
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
        if let Some(name) = fields.name("name", 64)? {
            self.name = name;
        }
        if let Some(description) = fields.nullable("description")? {
            self.description = description;
        }
        self.enabled = fields.flag("enabled")?.unwrap_or(self.enabled);
        fields.merge_options(&mut self.options)?;
        fields.merge_rest(&mut self.extra);
        Ok(())
    }

    fn conflict(&self) -> Fault {
        let words = "it is not permitted to have two projects acting as domains with the same name";
        Fault::Conflict("project", format!("{words}: {}", self.name))
    }

    fn seen_by(by: &Subject, id: &str) -> bool {
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
            return Err(Fault::Denied(words.into()));
        }
        Ok(())
    }
}
