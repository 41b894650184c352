//! From where images may be fetched: Glance's `[import_filtering_opts]`, and the patience with it.

use std::time::Duration;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{ArgAction, Args, boolean, name, port, seconds, size};
use super::shown;

/// The options that say from where images may be fetched. An empty word or port counts as none, so
/// that `--allowed_ports=` empties a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Download filter (Glance's import_filtering_opts)")
)]
pub struct FilterOptions {
    /// URL schemes that imports may use; if empty, all except `--disallowed_schemes`
    #[cfg_attr(feature = "cli", arg(long = "allowed_schemes", env = "LOOKALIKE_ALLOWED_SCHEMES", value_delimiter = ',', value_parser = name, default_value = "http,https", value_name = "LIST"))]
    pub allowed_schemes: Vec<String>,

    /// URL schemes that imports may not use; ignored if `--allowed_schemes` is not empty
    #[cfg_attr(feature = "cli", arg(long = "disallowed_schemes", env = "LOOKALIKE_DISALLOWED_SCHEMES", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub disallowed_schemes: Vec<String>,

    /// Hosts that imports may fetch from; if empty, all except `--disallowed_hosts`. A host in this list may have a loopback or link-local address
    #[cfg_attr(feature = "cli", arg(long = "allowed_hosts", env = "LOOKALIKE_ALLOWED_HOSTS", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub allowed_hosts: Vec<String>,

    /// Hosts that imports may not fetch from; ignored if `--allowed_hosts` is not empty
    #[cfg_attr(feature = "cli", arg(long = "disallowed_hosts", env = "LOOKALIKE_DISALLOWED_HOSTS", value_delimiter = ',', value_parser = name, value_name = "LIST"))]
    pub disallowed_hosts: Vec<String>,

    /// Ports that import URLs may name; if empty, all except `--disallowed_ports`. A URL without a port is always allowed
    #[cfg_attr(feature = "cli", arg(long = "allowed_ports", env = "LOOKALIKE_ALLOWED_PORTS", value_delimiter = ',', value_parser = port, default_value = "80,443", value_name = "LIST"))]
    pub allowed_ports: Vec<u16>,

    /// Ports that import URLs may not name; ignored if `--allowed_ports` is not empty
    #[cfg_attr(feature = "cli", arg(long = "disallowed_ports", env = "LOOKALIKE_DISALLOWED_PORTS", value_delimiter = ',', value_parser = port, value_name = "LIST"))]
    pub disallowed_ports: Vec<u16>,

    /// Allow imports from loopback addresses, for a file server inside a test. Glance has no such option and always refuses them. `--allowed_ports` still applies
    #[cfg_attr(feature = "cli", arg(long = "import_allow_loopback", env = "LOOKALIKE_IMPORT_ALLOW_LOOPBACK", value_parser = boolean, num_args = 0..=1, action = ArgAction::Set, default_value_t = false, default_missing_value = "true", value_name = "true|false"))]
    pub import_allow_loopback: bool,

    /// How long to wait for a connection to another server: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long = "import_connect_timeout", env = "LOOKALIKE_IMPORT_CONNECT_TIMEOUT", value_parser = seconds, default_value = "10", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub import_connect_timeout: Duration,

    /// How long another server may be silent: seconds, or such as 500ms or 1m30s
    #[cfg_attr(feature = "cli", arg(long = "import_read_timeout", env = "LOOKALIKE_IMPORT_READ_TIMEOUT", value_parser = seconds, default_value = "60", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub import_read_timeout: Duration,

    /// How long all of a download from another server may take: seconds, or such as 90m or 6h
    #[cfg_attr(feature = "cli", arg(long = "import_total_timeout", env = "LOOKALIKE_IMPORT_TOTAL_TIMEOUT", value_parser = seconds, default_value = "6h", value_name = "DURATION"))]
    #[serde(serialize_with = "shown::seconds")]
    pub import_total_timeout: Duration,

    /// Fewest bytes in a second that another server may send, on average over a minute of waiting for it: a number, or such as 10KiB; 0 for no limit
    #[cfg_attr(feature = "cli", arg(long = "import_min_rate", env = "LOOKALIKE_IMPORT_MIN_RATE", value_parser = size, default_value = "1KiB", value_name = "SIZE"))]
    pub import_min_rate: u64,
}
