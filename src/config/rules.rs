//! The files that say who may do what, and what custom properties may be: Glance's, by its names.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, ValueEnum, boolean, seconds};
use super::shown;
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

    /// How a policy rule sends its question to another server (`http:…`): application/x-www-form-urlencoded, application/json
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "remote_content_type",
            env = "LOOKALIKE_REMOTE_CONTENT_TYPE",
            default_value = "application/x-www-form-urlencoded",
            value_enum,
            value_name = "TYPE"
        )
    )]
    pub remote_content_type: RemoteContentType,

    /// How long such a question may take: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long = "remote_timeout", env = "LOOKALIKE_REMOTE_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub remote_timeout: Duration,

    /// Whether the certificate of such a server (`https:…`) is checked
    #[cfg_attr(feature = "cli", arg(long = "remote_ssl_verify_server_crt", env = "LOOKALIKE_REMOTE_SSL_VERIFY_SERVER_CRT", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub remote_ssl_verify_server_crt: bool,

    /// Authorities that are trusted for that, besides those of the machine: a file of PEM
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "remote_ssl_ca_crt_file",
            env = "LOOKALIKE_REMOTE_SSL_CA_CRT_FILE",
            value_name = "FILE"
        )
    )]
    pub remote_ssl_ca_crt_file: Option<PathBuf>,

    /// Certificate that such a server is shown: a file of PEM
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "remote_ssl_client_crt_file",
            env = "LOOKALIKE_REMOTE_SSL_CLIENT_CRT_FILE",
            value_name = "FILE"
        )
    )]
    pub remote_ssl_client_crt_file: Option<PathBuf>,

    /// Key of that certificate: a file of PEM
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "remote_ssl_client_key_file",
            env = "LOOKALIKE_REMOTE_SSL_CLIENT_KEY_FILE",
            value_name = "FILE"
        )
    )]
    pub remote_ssl_client_key_file: Option<PathBuf>,
}

string_enum! {
    /// The form of a question that a policy rule asks another server.
    #[cfg_attr(feature = "cli", derive(ValueEnum))]
    RemoteContentType {
        /// A form.
        #[cfg_attr(feature = "cli", value(name = "application/x-www-form-urlencoded"))]
        Form = "application/x-www-form-urlencoded",
        /// JSON.
        #[cfg_attr(feature = "cli", value(name = "application/json"))]
        Json = "application/json",
    }
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
