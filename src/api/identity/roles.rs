//! Roles, and which of them implies which.

use serde_json::{Value, json};

use super::resource::{View, view};
use crate::db::identity::Role;
use crate::identity::document::object;
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
        "domain_id": role.domain_id,
        "description": role.description,
        "options": object(&role.options),
    })
}
