//! From where images may be fetched: Glance's `[import_filtering_opts]`, and the patience with it.

use std::time::Duration;

use clap::{ArgAction, Args};
use serde::Serialize;

use super::parse::{boolean, name, port};
use super::quantities::seconds;
use super::shown;

/// The options that say from where images may be fetched. An empty word or port counts as none, so
/// that `--allowed_ports=` empties a list.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Fetching images (Glance's import_filtering_opts)")]
pub struct FilterOptions {
    /// Schemes that images may be fetched by; if empty, all but the disallowed
    #[arg(long = "allowed_schemes", env = "LOOKALIKE_ALLOWED_SCHEMES", value_delimiter = ',', value_parser = name, default_value = "http,https", value_name = "LIST")]
    pub allowed_schemes: Vec<String>,

    /// Schemes that they may not be fetched by; counts only if none is allowed by name
    #[arg(long = "disallowed_schemes", env = "LOOKALIKE_DISALLOWED_SCHEMES", value_delimiter = ',', value_parser = name, value_name = "LIST")]
    pub disallowed_schemes: Vec<String>,

    /// Hosts that images may be fetched from; if empty, all but the disallowed. A host in this list may also be a loopback or link-local address
    #[arg(long = "allowed_hosts", env = "LOOKALIKE_ALLOWED_HOSTS", value_delimiter = ',', value_parser = name, value_name = "LIST")]
    pub allowed_hosts: Vec<String>,

    /// Hosts that they may not be fetched from; counts only if none is allowed by name
    #[arg(long = "disallowed_hosts", env = "LOOKALIKE_DISALLOWED_HOSTS", value_delimiter = ',', value_parser = name, value_name = "LIST")]
    pub disallowed_hosts: Vec<String>,

    /// Ports that a URL may name; if empty, all but the disallowed. A URL that names none always passes
    #[arg(long = "allowed_ports", env = "LOOKALIKE_ALLOWED_PORTS", value_delimiter = ',', value_parser = port, default_value = "80,443", value_name = "LIST")]
    pub allowed_ports: Vec<u16>,

    /// Ports that a URL may not name; counts only if none is allowed by name
    #[arg(long = "disallowed_ports", env = "LOOKALIKE_DISALLOWED_PORTS", value_delimiter = ',', value_parser = port, value_name = "LIST")]
    pub disallowed_ports: Vec<u16>,

    /// Fetch from loopback addresses too. Glance has no such option and never does, for a cloud's loopback is the cloud's own; but where a test runs, it is where the test's own file server listens. The list of ports counts all the same
    #[arg(long = "import_allow_loopback", env = "LOOKALIKE_IMPORT_ALLOW_LOOPBACK", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false")]
    pub import_allow_loopback: bool,

    /// How long to wait for a connection to another server: seconds, or such as 500ms or 1m30s
    #[arg(long = "import_connect_timeout", env = "LOOKALIKE_IMPORT_CONNECT_TIMEOUT", value_parser = seconds, default_value = "10", value_name = "DURATION")]
    #[serde(serialize_with = "shown::seconds")]
    pub import_connect_timeout: Duration,

    /// How long another server may be silent: seconds, or such as 500ms or 1m30s
    #[arg(long = "import_read_timeout", env = "LOOKALIKE_IMPORT_READ_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION")]
    #[serde(serialize_with = "shown::seconds")]
    pub import_read_timeout: Duration,
}
