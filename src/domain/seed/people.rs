//! What a seed says of the embedded identity.

use indexmap::IndexMap;
use serde::Deserialize;

use super::words::in_order;

/// A domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedDomain {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether anybody in it may sign in.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedProject {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: Option<String>,
    /// The name or id of its domain; the default domain where none is said.
    pub domain: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether anybody may sign in to it.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRole {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
}

/// A user, and the roles that he has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedUser {
    /// His name.
    pub name: String,
    /// His id.
    pub id: Option<String>,
    /// The name or id of his domain; the default domain where none is said.
    pub domain: Option<String>,
    /// What he signs in with; that of the first users where none is said.
    pub password: Option<String>,
    /// Whether he may sign in.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The name or id of the project that his tokens are for when he names none.
    pub default_project: Option<String>,
    /// His roles by the name or id of the project that he has them on.
    #[serde(default, deserialize_with = "in_order")]
    pub roles: Granted,
    /// The same on domains.
    #[serde(default, deserialize_with = "in_order")]
    pub domain_roles: Granted,
    /// His roles on the system.
    #[serde(default)]
    pub system_roles: Vec<String>,
}

/// Names of roles by the place that they are held at.
pub type Granted = IndexMap<String, Vec<String>>;

/// A role for a user who may be there already: on a project, on a domain, or on the system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedAssignment {
    /// The user's name or id.
    pub user: String,
    /// The role's name or id.
    pub role: String,
    /// The project's name or id.
    pub project: Option<String>,
    /// The domain's name or id.
    pub domain: Option<String>,
    /// Whether it is on the system.
    #[serde(default)]
    pub system: bool,
}

fn yes() -> bool {
    true
}
