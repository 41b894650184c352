//! The settings of the journal of requests.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, size};

/// The bounds of the journal.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Journal"))]
pub struct JournalOptions {
    /// Number of requests that the journal keeps; 0: no journal
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            env = "LOOKALIKE_JOURNAL_REQUESTS",
            default_value_t = 1000,
            value_name = "N"
        )
    )]
    pub journal_requests: usize,

    /// The size of all requests in the journal together, such as 16MB (KB = 1000 bytes) or 16MiB (KiB = 1024 bytes)
    #[cfg_attr(feature = "cli", arg(long, env = "LOOKALIKE_JOURNAL_BYTES", default_value = "16MiB", value_parser = size, value_name = "SIZE"))]
    pub journal_bytes: u64,
}
