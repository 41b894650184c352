//! How much of what clients sent the journal keeps.

use clap::Args;
use serde::Serialize;

use super::parse::storage;

/// The bounds of the journal.
#[derive(Args, Clone, Copy, Debug, Serialize)]
#[command(next_help_heading = "Journal")]
pub struct JournalOptions {
    /// The requests that the journal keeps, the last ones; 0: none
    #[arg(
        long,
        env = "LOOKALIKE_JOURNAL_REQUESTS",
        default_value_t = 1000,
        value_name = "N"
    )]
    pub journal_requests: usize,

    /// What all requests in the journal may take together: a number with B, KB, MB, GB or nothing behind it
    #[arg(long, env = "LOOKALIKE_JOURNAL_BYTES", default_value = "16MB", value_parser = storage, value_name = "SIZE")]
    pub journal_bytes: u64,
}
