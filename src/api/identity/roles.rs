//! Roles, and which of them implies which.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::resource::{View, view};
use super::response;
use super::token_holder::Authenticated;
use crate::db::identity::{Implication, Role};
use crate::identity::document::object;
use crate::identity::error::Result;
use crate::identity::urls::Base;

impl View for Role {
    fn view(&self, base: &Base) -> Value {
        let path = format!("/roles/{}", self.id);
        view(&self.extra, fields(self), base, &path)
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
pub(crate) async fn inferences(request: Authenticated) -> Result<Response> {
    let implications = request.service().implications().await?;
    let rules: Vec<_> = implications
        .chunk_by(|one, next| one.prior_id == next.prior_id)
        .filter_map(|rule| inference(rule, &request.base))
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
        .map(|rule| linked(&rule.implied_id, &rule.implied_name))
        .collect();
    let prior_role = linked(&prior.prior_id, &prior.prior_name);
    Some(json!({ "prior_role": prior_role, "implies": implies }))
}
