//! Glance's options for locations that clients add.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean};

/// The options that govern locations with bytes that clients have put there.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Locations")
)]
pub struct LocationOptions {
    /// Compute and verify the hashes of data at locations added by `POST …/locations`; false: store the hashes from the request unverified
    #[cfg_attr(feature = "cli", arg(long = "do_secure_hash", env = "LOOKALIKE_DO_SECURE_HASH", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", value_name = "true|false"))]
    pub do_secure_hash: bool,

    /// Number of retries when the data of such a location cannot be read
    #[cfg_attr(feature = "cli", arg(long = "http_retries", env = "LOOKALIKE_HTTP_RETRIES", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..), value_name = "N"))]
    pub http_retries: u32,
}
