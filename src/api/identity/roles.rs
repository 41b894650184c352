//! Roles, and which of them implies which.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::body::{Fields, object};
use super::resource::{By, Resource, view};
use super::response;
use super::token_holder::{Subject, may};
use crate::db::Session;
use crate::db::identity::{Implication, Role};
use crate::identity::error::{Fault, Result};
use crate::identity::urls::Base;

impl Resource for Role {
    const ONE: &'static str = "role";
    const MANY: &'static str = "roles";
    // Every role here is for all domains.
    const FILTERS: &'static [By] = &[By::Text("name"), By::Nothing("domain_id")];

    fn view(&self, base: &Base) -> Value {
        let path = format!("/roles/{}", self.id);
        view(&self.extra, fields(self), base, &path)
    }

    fn make(id: String, fields: &mut Fields, _by: &Subject) -> Result<Self> {
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

    fn conflict(&self) -> Fault {
        Fault::Conflict(
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

    fn refusal(&self, verb: &str) -> Fault {
        let id = &self.id;
        Fault::Denied(format!(
            "Unable to {verb} immutable role resource: `{id}. Set resource option \"immutable\" to false first."
        ))
    }
}

/// A role without links, as it stands in an application credential.
pub(crate) fn fields(role: &Role) -> Value {
    json!({
        "id": role.id,
        "name": role.name,
        "domain_id": null,
        "description": role.description,
        "options": object(&role.options),
    })
}

/// Every implication, by the role that implies.
pub(crate) async fn inferences(me: Subject) -> Result<Response> {
    may("list_role_inference_rules", me.reads_all())?;
    let implications = me.app.db.read().await?.implications().await?;
    let rules: Vec<_> = implications
        .chunk_by(|one, next| one.prior_id == next.prior_id)
        .filter_map(|rule| inference(rule, &me.base))
        .collect();
    let document = json!({ "role_inferences": rules });
    Ok(response::json(StatusCode::OK, &document))
}

fn inference(rule: &[Implication], base: &Base) -> Option<Value> {
    let linked = |id: &str, name: &str| {
        let itself = base.link(&format!("/roles/{id}"));
        json!({ "id": id, "links": { "self": itself }, "name": name })
    };
    let prior = rule.first()?;
    let implies: Vec<_> = rule
        .iter()
        .map(|it| linked(&it.implied_id, &it.implied_name))
        .collect();
    let prior_role = linked(&prior.prior_id, &prior.prior_name);
    Some(json!({ "prior_role": prior_role, "implies": implies }))
}
