//! The bounds of connections.

use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, seconds};
use super::shown;

/// The number of connections, and the patience with each.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Connections")
)]
pub struct ConnectionOptions {
    /// Number of connections at the same time; when one more comes, the one that makes the least progress is closed [default: two fifths of the file descriptors that the process may have]
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_MAX_CONNECTIONS", value_parser = clap::value_parser!(u32).range(1..), value_name = "N"))]
    pub max_connections: Option<u32>,

    /// How long a connection may be without the whole head of a request, also between two requests: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_HEADER_TIMEOUT", value_parser = seconds, default_value = "75", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub header_timeout: Duration,

    /// How long a client may take nothing of an answer that is ready for it: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_SEND_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub send_timeout: Duration,

    /// Host names that requests may be sent to, besides localhost, addresses and the host of --public-url, on a server that only this machine reaches: what changes something is refused from web pages of other origins, and the control API for other hosts
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_ACCEPT_HOST",
            value_delimiter = ',',
            value_name = "NAME"
        )
    )]
    pub accept_host: Vec<String>,
}
