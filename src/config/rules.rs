//! The files that say who may do what, and what custom properties may be: Glance's, by its names.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, ValueEnum};
use crate::domain::string_enum;

/// The files with the rules of a deployment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Policy and properties")
)]
pub struct RuleOptions {
    /// Directories of policy files that override `--policy_file`, in the order of their names; reloaded when they change
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "policy_dirs",
            env = "LOOKALIKE_POLICY_DIRS",
            value_delimiter = ',',
            value_name = "LIST"
        )
    )]
    pub policy_dirs: Vec<PathBuf>,

    /// Property protection file, as for Glance: who may create, read, update and delete which custom properties; read at start
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "property_protection_file",
            env = "LOOKALIKE_PROPERTY_PROTECTION_FILE",
            value_name = "FILE"
        )
    )]
    pub property_protection_file: Option<PathBuf>,

    /// How the property protection file names users: roles, policies
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "property_protection_rule_format",
            env = "LOOKALIKE_PROPERTY_PROTECTION_RULE_FORMAT",
            default_value = "roles",
            ignore_case = true,
            value_enum,
            value_name = "FORMAT"
        )
    )]
    pub property_protection_rule_format: RuleFormat,

    /// JSON schema of custom properties, as Glance's schema-image.json; read at start
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "schema_image_file",
            env = "LOOKALIKE_SCHEMA_IMAGE_FILE",
            value_name = "FILE"
        )
    )]
    pub schema_image_file: Option<PathBuf>,
}

string_enum! {
    /// What a file of property protections names those by who may.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    RuleFormat {
        /// Roles.
        Roles = "roles",
        /// Rules of the policy.
        Policies = "policies",
    }
}
