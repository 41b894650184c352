//! The files that say who may do what, and what custom properties may be: Glance's, by its names.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

/// Where the rules of a deployment are written.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Glance's own options")]
pub struct RuleOptions {
    /// Directories of policy files, laid over the policy file in the order of their names; read again when they change
    #[arg(
        long = "policy_dirs",
        env = "LOOKALIKE_POLICY_DIRS",
        value_delimiter = ',',
        value_name = "LIST"
    )]
    pub policy_dirs: Vec<PathBuf>,

    /// A file of property protections, as for Glance: who may create, read, update and delete which custom properties; read at the start
    #[arg(
        long = "property_protection_file",
        env = "LOOKALIKE_PROPERTY_PROTECTION_FILE",
        value_name = "FILE"
    )]
    pub property_protection_file: Option<PathBuf>,

    /// What the file of property protections names those by who may: roles, policies
    #[arg(
        long = "property_protection_rule_format",
        env = "LOOKALIKE_PROPERTY_PROTECTION_RULE_FORMAT",
        default_value = "roles",
        ignore_case = true,
        value_enum,
        value_name = "FORMAT"
    )]
    pub property_protection_rule_format: RuleFormat,

    /// A file like Glance's schema-image.json: the custom properties that images may or must have; read at the start
    #[arg(
        long = "schema_image_file",
        env = "LOOKALIKE_SCHEMA_IMAGE_FILE",
        value_name = "FILE"
    )]
    pub schema_image_file: Option<PathBuf>,
}

/// What a file of property protections names those by who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuleFormat {
    /// Roles.
    Roles,
    /// Rules of the policy.
    Policies,
}
