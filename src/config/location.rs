//! What becomes of locations that clients add: Glance's options for that.

use clap::{ArgAction, Args};
use serde::Serialize;

use super::parse::boolean;

/// The options that govern locations with bytes that clients have put there.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Locations (Glance's own options)")]
pub struct LocationOptions {
    /// Read what is at a location that is added by `POST …/locations`, to know its hashes and check those that came with it; false: believe what came
    #[arg(long = "do_secure_hash", env = "LOOKALIKE_DO_SECURE_HASH", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false")]
    pub do_secure_hash: bool,

    /// How often that is tried when it fails
    #[arg(long = "http_retries", env = "LOOKALIKE_HTTP_RETRIES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..), value_name = "N")]
    pub http_retries: u32,
}
