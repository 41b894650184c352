//! How clients reach the server, and whose tokens are valid.

use clap::{ArgAction, Args};
use serde::Serialize;

use super::AuthMode;
use super::parse::{base_url, boolean};
use super::quantities::whole_seconds;

/// The server's address for clients, and the kinds and the lifetime of tokens.
#[derive(Args, Clone, Debug, Serialize)]
pub struct AccessOptions {
    /// The address that clients reach the server by, for the links it makes [default: each request's Host]
    #[arg(long, env = "LOOKALIKE_PUBLIC_URL", value_name = "URL", value_parser = base_url)]
    pub public_url: Option<String>,

    /// Whose tokens are taken: keystone (the embedded identity's, or with --keystone-url those of a Keystone elsewhere), fake (USER:PROJECT:ROLE,ROLE), none (everybody is admin); several may be on together
    #[arg(
        long,
        env = "LOOKALIKE_AUTH",
        default_value = "keystone",
        value_enum,
        value_delimiter = ',',
        value_name = "MODE"
    )]
    pub auth: Vec<AuthMode>,

    /// Add to the roles of fake tokens those that Keystone implies: admin, manager, member, reader
    #[arg(long, env = "LOOKALIKE_FAKE_IMPLIED_ROLES", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false")]
    pub fake_implied_roles: bool,

    /// How long a token lives: seconds, or such as 90m or 1h30m
    #[arg(long, env = "LOOKALIKE_TOKEN_EXPIRATION", default_value_t = 3600, value_parser = whole_seconds(1..=u32::MAX), value_name = "DURATION")]
    pub token_expiration: u32,
}
