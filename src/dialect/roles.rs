//! The roles of a new cloud, besides Keystone's own.

/// A role that a new cloud has.
#[derive(Clone, Copy, Debug)]
pub struct CloudRole {
    /// The name.
    pub name: &'static str,
    /// The description.
    pub description: &'static str,
    /// The tenant that Identity v2.0 shows with the role, with `%(project_id)s` for the account; none for a role that is
    /// not of one tenant.
    pub tenant: Option<&'static str>,
}

impl CloudRole {
    /// Returns the role of this name.
    #[must_use]
    pub fn named<'a>(roles: &'a [Self], name: &str) -> Option<&'a Self> {
        roles.iter().find(|role| role.name == name)
    }

    /// Returns a role of an account as a whole.
    pub(super) const fn of_account(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            tenant: None,
        }
    }
}
