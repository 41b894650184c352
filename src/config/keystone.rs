//! The settings for a Keystone elsewhere, and for tokens that services send along.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use serde::Serialize;

use super::parse::{base_url, boolean, name, secret};
use super::quantities::whole_seconds;
use crate::domain::secret::Secret;

/// Where tokens are checked, if not by the embedded identity. The options that Glance has in
/// `[keystone_authtoken]` bear their names there.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "A Keystone elsewhere")]
pub struct KeystoneOptions {
    /// A Keystone v3, such as `http://keystone:5000/v3`: it checks the tokens, and the embedded identity is not there
    #[arg(long, env = "LOOKALIKE_KEYSTONE_URL", value_name = "URL", value_parser = base_url)]
    pub keystone_url: Option<String>,

    /// The user whom lookalike itself signs in as there; he needs the role service or admin
    #[arg(
        long,
        env = "LOOKALIKE_KEYSTONE_USERNAME",
        default_value = "glance",
        value_name = "NAME"
    )]
    pub keystone_username: String,

    /// His password
    #[arg(long, env = "LOOKALIKE_KEYSTONE_PASSWORD", value_name = "PASSWORD", value_parser = secret, hide_env_values = true)]
    pub keystone_password: Option<Secret>,

    /// The domain that he is in
    #[arg(
        long,
        env = "LOOKALIKE_KEYSTONE_USER_DOMAIN_NAME",
        default_value = "Default",
        value_name = "NAME"
    )]
    pub keystone_user_domain_name: String,

    /// The project that he signs in to
    #[arg(
        long,
        env = "LOOKALIKE_KEYSTONE_PROJECT_NAME",
        default_value = "service",
        value_name = "NAME"
    )]
    pub keystone_project_name: String,

    /// The domain that the project is in
    #[arg(
        long,
        env = "LOOKALIKE_KEYSTONE_PROJECT_DOMAIN_NAME",
        default_value = "Default",
        value_name = "NAME"
    )]
    pub keystone_project_domain_name: String,

    /// A file of certificates (PEM) to know that Keystone by, besides those of the system
    #[arg(long, env = "LOOKALIKE_KEYSTONE_CAFILE", value_name = "FILE")]
    pub keystone_cafile: Option<PathBuf>,

    /// How long the answer to a token is remembered: seconds, or such as 90m or 1h30m; a token that is revoked works as long
    #[arg(long = "token_cache_time", env = "LOOKALIKE_TOKEN_CACHE_TIME", default_value_t = 300, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION")]
    pub token_cache_time: u32,

    /// How long to wait for an answer of that Keystone: seconds, or such as 90m or 1h30m
    #[arg(long = "http_connect_timeout", env = "LOOKALIKE_HTTP_CONNECT_TIMEOUT", default_value_t = 30, value_parser = whole_seconds(1..=u32::MAX), value_name = "DURATION")]
    pub http_connect_timeout: u32,

    /// How often to try again to connect to it
    #[arg(long = "http_request_max_retries", env = "LOOKALIKE_HTTP_REQUEST_MAX_RETRIES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..=8), value_name = "N")]
    pub http_request_max_retries: u32,
}

/// The tokens that services send along, and where callers without a token are sent; all of it can change while the server runs.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "A Keystone elsewhere")]
pub struct ServiceTokenOptions {
    /// Where callers without a valid token are sent [default: the Keystone's URL]
    #[arg(
        long = "www_authenticate_uri",
        env = "LOOKALIKE_WWW_AUTHENTICATE_URI",
        value_name = "URL"
    )]
    pub www_authenticate_uri: Option<String>,

    /// The roles of services: with a token of such a one beside it (X-Service-Token), a token is taken that ended within two days
    #[arg(long = "service_token_roles", env = "LOOKALIKE_SERVICE_TOKEN_ROLES", value_delimiter = ',', value_parser = name, default_value = "service", value_name = "LIST")]
    pub service_token_roles: Vec<String>,

    /// Take a service token for one only with such a role
    #[arg(long = "service_token_roles_required", env = "LOOKALIKE_SERVICE_TOKEN_ROLES_REQUIRED", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false")]
    pub service_token_roles_required: bool,

    /// What this service is called in access rules, such as image; unset: tokens that have access rules are refused
    #[arg(
        long = "service_type",
        env = "LOOKALIKE_SERVICE_TYPE",
        value_name = "TYPE"
    )]
    pub service_type: Option<String>,
}
