//! The settings of versions and health checks.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, base_url};

/// The settings of discovery and health checks.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Discovery")
)]
pub struct DiscoveryOptions {
    /// Base URL in the list of API versions [default: --public-url, or the Host header of each request]
    #[cfg_attr(feature = "cli", arg(long = "public_endpoint", env = "LOOKALIKE_PUBLIC_ENDPOINT", value_name = "URL", value_parser = base_url))]
    pub public_endpoint: Option<String>,

    /// While this file exists, /healthcheck reports that the server is disabled
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "disable_by_file_path",
            env = "LOOKALIKE_DISABLE_BY_FILE_PATH",
            value_name = "FILE"
        )
    )]
    pub disable_by_file_path: Option<PathBuf>,
}
