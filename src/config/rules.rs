//! The files that say who may do what, and what custom properties may be: Glance's, by its names.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

/// The files with the rules of a deployment.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Policy and properties")]
pub struct RuleOptions {
    /// Directories of policy files that override `--policy_file`, in the order of their names; reloaded when they change
    #[arg(
        long = "policy_dirs",
        env = "LOOKALIKE_POLICY_DIRS",
        value_delimiter = ',',
        value_name = "LIST"
    )]
    pub policy_dirs: Vec<PathBuf>,

    /// Property protection file, as for Glance: who may create, read, update and delete which custom properties; read at start
    #[arg(
        long = "property_protection_file",
        env = "LOOKALIKE_PROPERTY_PROTECTION_FILE",
        value_name = "FILE"
    )]
    pub property_protection_file: Option<PathBuf>,

    /// How the property protection file names users: roles, policies
    #[arg(
        long = "property_protection_rule_format",
        env = "LOOKALIKE_PROPERTY_PROTECTION_RULE_FORMAT",
        default_value = "roles",
        ignore_case = true,
        value_enum,
        value_name = "FORMAT"
    )]
    pub property_protection_rule_format: RuleFormat,

    /// JSON schema of custom properties, as Glance's schema-image.json; read at start
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
