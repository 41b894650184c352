//! The entries of a seed for the embedded identity.

use indexmap::IndexMap;
use serde::Deserialize;

use super::values::in_order;

/// A domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedDomain {
    /// The name.
    pub name: String,
    /// The ID.
    pub id: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// True if users of the domain can log in.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedProject {
    /// The name.
    pub name: String,
    /// The ID.
    pub id: Option<String>,
    /// The name or ID of the domain; by default the default domain.
    pub domain: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// True if tokens can be scoped to the project.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRole {
    /// The name.
    pub name: String,
    /// The ID.
    pub id: Option<String>,
    /// The description.
    pub description: Option<String>,
}

/// A user and their roles.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedUser {
    /// The name.
    pub name: String,
    /// The ID.
    pub id: Option<String>,
    /// The name or ID of the user's domain; by default the default domain.
    pub domain: Option<String>,
    /// The password; by default that of the initial users.
    pub password: Option<String>,
    /// The API key, which Identity v2.0 takes in place of the password.
    pub api_key: Option<String>,
    /// True if the user can log in.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The name or ID of the project that tokens are scoped to by default.
    pub default_project: Option<String>,
    /// The user's roles by the name or ID of the project.
    #[serde(default, deserialize_with = "in_order")]
    pub roles: RolesByScope,
    /// The user's roles by the name or ID of the domain.
    #[serde(default, deserialize_with = "in_order")]
    pub domain_roles: RolesByScope,
    /// The user's roles on the system.
    #[serde(default)]
    pub system_roles: Vec<String>,
}

/// The names of roles by the name or ID of a project or domain.
pub type RolesByScope = IndexMap<String, Vec<String>>;

/// A role assignment of a user, who may exist already, on a project, on a domain or on the system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedAssignment {
    /// The user's name or ID.
    pub user: String,
    /// The role's name or ID.
    pub role: String,
    /// The project's name or ID.
    pub project: Option<String>,
    /// The domain's name or ID.
    pub domain: Option<String>,
    /// True if the role is on the system.
    #[serde(default)]
    pub system: bool,
}

/// A limit that is registered for the image service: the default of projects without one of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRegisteredLimit {
    /// What is limited, such as `image_count_total`.
    pub resource_name: String,
    /// The limit; -1: none.
    pub default_limit: i64,
    /// The region that it is for; by default that of the setting `endpoint_region_name`, or the first.
    pub region: Option<String>,
    /// The description.
    pub description: Option<String>,
}

/// The limit of a project or a domain, in place of the registered one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedLimit {
    /// What is limited, which must be registered.
    pub resource_name: String,
    /// The limit; -1: none.
    pub resource_limit: i64,
    /// The project's name or ID.
    pub project: Option<String>,
    /// The domain's name or ID.
    pub domain: Option<String>,
    /// The region of the registered limit; by default as there.
    pub region: Option<String>,
    /// The description.
    pub description: Option<String>,
}

fn yes() -> bool {
    true
}
