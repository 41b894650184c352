//! `lookalike status`.

use clap::Args;

use super::call::{Call, CallOutput};
use super::{Action, Listing};
use crate::cli::failure::CliError;

/// Shows what runs.
#[derive(Args, Debug)]
pub(in crate::cli) struct ShowStatus {
    /// The output format [default: table on a terminal, json elsewhere]
    #[arg(long, value_enum)]
    format: Option<Listing>,
}

impl Action for ShowStatus {
    fn call(self) -> Result<Call, CliError> {
        let call = Call::get("/status");
        Ok(match Listing::or_default(self.format) {
            Listing::Json => call,
            Listing::Table => call.printing(CallOutput::Fields),
        })
    }
}
