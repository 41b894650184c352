//! The facts about a caller that policy checks compare.

use serde_json::{Value, json};

/// The credentials of a caller, as the policy language sees them.
pub trait PolicyCredentials {
    /// Returns true if the token has the role, in upper or lower case.
    fn has_role(&self, role: &str) -> bool;

    /// Returns true if the service token of the request has the role. Only checks of the kind
    /// `service_roles:…` ask this.
    fn has_service_role(&self, _role: &str) -> bool {
        false
    }

    /// Returns the ID of the user.
    fn user_id(&self) -> Option<&str>;

    /// Returns the ID of the project that the token is scoped to.
    fn project_id(&self) -> Option<&str>;

    /// Returns the ID of the domain that the token is scoped to, **not** the user's domain. With
    /// it, as with the attribute `system_scope`, every rule of the API fails.
    fn domain_id(&self) -> Option<&str>;

    /// Returns any other credential by its name in oslo.context: `system_scope`,
    /// `user_domain_id`, `project_domain_id`, `is_admin_project` ("True" or "False"),
    /// `service_user_id`, …
    fn attribute(&self, key: &str) -> Option<&str>;

    /// Returns all credentials, as a check that asks another server sends them.
    fn to_json(&self) -> Value {
        json!({
            "user_id": self.user_id(),
            "project_id": self.project_id(),
            "domain_id": self.domain_id(),
        })
    }
}
