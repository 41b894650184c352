//! The settings of how clients reach the server, and whose tokens are valid.

use serde::Serialize;

use super::AuthMode;
#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, base_url, boolean, whole_seconds};

/// The server's address for clients, and the kinds and the lifetime of tokens.
#[cfg_attr(feature = "cli", derive(Args))]
#[derive(Clone, Debug, Serialize)]
pub struct AccessOptions {
    /// Base URL that clients use, for links in responses and in the service catalog [default: the Host header of each request]
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_PUBLIC_URL", value_name = "URL", value_parser = base_url))]
    pub public_url: Option<String>,

    /// Tokens to accept: keystone (from the embedded Keystone, or from --keystone-url), fake (USER:PROJECT:ROLE,ROLE), none (every request is admin). Several can be combined
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_AUTH",
            default_value = "keystone",
            value_enum,
            value_delimiter = ',',
            value_name = "MODE"
        )
    )]
    pub auth: Vec<AuthMode>,

    /// Expand the roles of fake tokens by Keystone's implied roles: admin implies manager, manager implies member, member implies reader
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_FAKE_IMPLIED_ROLES", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub fake_implied_roles: bool,

    /// How long a token lives: seconds, or such as 90m or 1h30m
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_TOKEN_EXPIRATION", default_value_t = 3600, value_parser = whole_seconds(1..=u32::MAX), value_name = "DURATION"))]
    pub token_expiration: u32,
}
