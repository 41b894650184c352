//! The bounds of what a request may send.

use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, seconds, size};
use super::shown;

/// The sizes of documents that are read, and the patience with those who send them.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Request bodies")
)]
pub struct BodyOptions {
    /// Largest JSON document that the Images API reads, such as 1MB (1000 × 1000 bytes) or 1MiB (1024 × 1024 bytes); a larger one gets 413. It may hold 65,536 values, or one for 16 bytes of this limit
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_JSON_LIMIT", default_value = "1MiB", value_parser = size, value_name = "SIZE"))]
    pub json_limit: u64,

    /// Largest JSON document of metadata definitions (/v2/metadefs), with the units of --json-limit
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_METADEFS_LIMIT", default_value = "4MiB", value_parser = size, value_name = "SIZE"))]
    pub metadefs_limit: u64,

    /// Largest seed or list of metadata definitions that the control API reads, with the units of --json-limit
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_SEED_LIMIT", default_value = "64MiB", value_parser = size, value_name = "SIZE"))]
    pub seed_limit: u64,

    /// Largest document that the embedded Keystone reads, with the units of --json-limit
    #[cfg_attr(feature = "cli", arg(
        long = "max_request_body_size",
        env = "LOOKALIKE_MAX_REQUEST_BODY_SIZE",
        default_value = "114688",
        value_parser = size,
        value_name = "SIZE"
    ))]
    pub max_request_body_size: u64,

    /// How long a client may take to send a JSON document: seconds, or such as 500ms or 1m30s; then it gets 408
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_JSON_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub json_timeout: Duration,

    /// How long a client may send nothing while its data is waited for: seconds, or such as 500ms or 1m30s; then it gets 408
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_BODY_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub body_timeout: Duration,
}
