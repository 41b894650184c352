//! The settings for a Keystone elsewhere, and for tokens that services send along.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, base_url, boolean, name, secret, whole_seconds};
use crate::domain::secret::Secret;

/// Where tokens are checked, if not by the embedded identity. The options that Glance has in
/// `[keystone_authtoken]` bear their names there.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "External Keystone")
)]
pub struct KeystoneOptions {
    /// URL of an external Keystone v3 that validates tokens, such as `http://keystone:5000/v3`; it replaces the embedded one
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_KEYSTONE_URL", value_name = "URL", value_parser = base_url))]
    pub keystone_url: Option<String>,

    /// Service user for the external Keystone; needs the role `service` or `admin`
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_KEYSTONE_USERNAME",
            default_value = "glance",
            value_name = "NAME"
        )
    )]
    pub keystone_username: String,

    /// Password of the service user
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_KEYSTONE_PASSWORD", value_name = "PASSWORD", value_parser = secret, hide_env_values = true))]
    pub keystone_password: Option<Secret>,

    /// Domain of the service user
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_KEYSTONE_USER_DOMAIN_NAME",
            default_value = "Default",
            value_name = "NAME"
        )
    )]
    pub keystone_user_domain_name: String,

    /// Project of the service user
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_KEYSTONE_PROJECT_NAME",
            default_value = "service",
            value_name = "NAME"
        )
    )]
    pub keystone_project_name: String,

    /// Domain of the project of the service user
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_KEYSTONE_PROJECT_DOMAIN_NAME",
            default_value = "Default",
            value_name = "NAME"
        )
    )]
    pub keystone_project_domain_name: String,

    /// CA certificates (PEM file) for the external Keystone, in addition to those of the system
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_KEYSTONE_CAFILE", value_name = "FILE")
    )]
    pub keystone_cafile: Option<PathBuf>,

    /// How long the answer to a token is remembered: seconds, or such as 90m or 1h30m; a token that is revoked works as long
    #[cfg_attr(feature = "cli", arg(long = "token_cache_time", env = "LOOKALIKE_TOKEN_CACHE_TIME", default_value_t = 300, value_parser = whole_seconds(0..=u32::MAX), value_name = "DURATION"))]
    pub token_cache_time: u32,

    /// How long to wait for an answer of that Keystone: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long = "http_connect_timeout", env = "LOOKALIKE_HTTP_CONNECT_TIMEOUT", default_value_t = 30, value_parser = whole_seconds(1..=u32::MAX), value_name = "DURATION"))]
    pub http_connect_timeout: u32,

    /// Number of retries when the external Keystone does not answer
    #[cfg_attr(feature = "cli", arg(long = "http_request_max_retries", env = "LOOKALIKE_HTTP_REQUEST_MAX_RETRIES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..=8), value_name = "N"))]
    pub http_request_max_retries: u32,
}

/// The tokens that services send along, and where callers without a token are sent; all of it can change while the server runs.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "External Keystone")
)]
pub struct ServiceTokenOptions {
    /// Keystone URL in the WWW-Authenticate header of 401 responses [default: the URL of the Keystone in use]
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "www_authenticate_uri",
            env = "LOOKALIKE_WWW_AUTHENTICATE_URI",
            value_name = "URL"
        )
    )]
    pub www_authenticate_uri: Option<String>,

    /// Roles that make a token a service token. With a service token in X-Service-Token, a user token is accepted up to two days after it expired
    #[cfg_attr(feature = "cli", arg(long = "service_token_roles", env = "LOOKALIKE_SERVICE_TOKEN_ROLES", value_delimiter = ',', value_parser = name, default_value = "service", value_name = "LIST"))]
    pub service_token_roles: Vec<String>,

    /// Require one of `--service_token_roles` for a service token
    #[cfg_attr(feature = "cli", arg(long = "service_token_roles_required", env = "LOOKALIKE_SERVICE_TOKEN_ROLES_REQUIRED", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub service_token_roles_required: bool,

    /// Service type that is compared with the access rules of application credentials, such as `image`; unset: tokens with access rules are refused
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "service_type",
            env = "LOOKALIKE_SERVICE_TYPE",
            value_name = "TYPE"
        )
    )]
    pub service_type: Option<String>,
}
