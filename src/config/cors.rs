//! What web pages of other origins may do (CORS): the options of oslo.middleware, with Glance's defaults.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, name};

/// The options about web pages of other origins.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Web pages of other origins")
)]
pub struct CorsOptions {
    /// Origins of web pages that may call the server (CORS); `*`: all
    #[cfg_attr(feature = "cli", arg(long = "allowed_origin", env = "LOOKALIKE_ALLOWED_ORIGIN", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub allowed_origin: Vec<String>,

    /// Whether such pages may send credentials of the browser
    #[cfg_attr(feature = "cli", arg(long = "allow_credentials", env = "LOOKALIKE_ALLOW_CREDENTIALS", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub allow_credentials: bool,

    /// Headers of answers that such pages may read
    #[cfg_attr(feature = "cli", arg(long = "expose_headers", env = "LOOKALIKE_EXPOSE_HEADERS", value_delimiter = ',', value_parser = name, default_value = EXPOSED, value_name = "LIST"))]
    pub expose_headers: Vec<String>,

    /// How long a browser may keep what it was told of a page, in seconds; 0: it is not told
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "max_age",
            env = "LOOKALIKE_MAX_AGE",
            default_value_t = MAX_AGE,
            allow_negative_numbers = true,
            value_name = "SECONDS"
        )
    )]
    pub max_age: i64,

    /// Methods that such pages may use
    #[cfg_attr(feature = "cli", arg(long = "allow_methods", env = "LOOKALIKE_ALLOW_METHODS", value_delimiter = ',', value_parser = name, default_value = METHODS, value_name = "LIST"))]
    pub allow_methods: Vec<String>,

    /// Headers that such pages may send, besides those that every page may
    #[cfg_attr(feature = "cli", arg(long = "allow_headers", env = "LOOKALIKE_ALLOW_HEADERS", value_delimiter = ',', value_parser = name, default_value = HEADERS, value_name = "LIST"))]
    pub allow_headers: Vec<String>,
}

const EXPOSED: &str =
    "X-Image-Meta-Checksum,X-Auth-Token,X-Subject-Token,X-Service-Token,X-OpenStack-Request-ID";

const MAX_AGE: i64 = 3600;

const METHODS: &str = "GET,PUT,POST,DELETE,PATCH";

const HEADERS: &str = "Content-MD5,X-Image-Meta-Checksum,X-Storage-Token,Accept-Encoding,X-Auth-Token,X-Identity-Status,X-Roles,X-Service-Catalog,X-User-Id,X-Tenant-Id,X-OpenStack-Request-ID";

impl Default for CorsOptions {
    fn default() -> Self {
        let list = |text: &str| text.split(',').map(str::to_owned).collect();
        Self {
            allowed_origin: Vec::new(),
            allow_credentials: true,
            expose_headers: list(EXPOSED),
            max_age: MAX_AGE,
            allow_methods: list(METHODS),
            allow_headers: list(HEADERS),
        }
    }
}
