//! `lookalike unread`.

use clap::Subcommand;

use super::Action;
use super::call::Call;
use crate::cli::failure::CliError;

/// An action of `unread`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum UnreadAction {
    /// Show it, for each route; the default
    #[default]
    Show,
    /// Forget what was sent up to now
    Clear,
}

impl Action for UnreadAction {
    fn call(self) -> Result<Call, CliError> {
        Ok(match self {
            Self::Show => Call::get("/unread"),
            Self::Clear => Call::delete("/unread"),
        })
    }
}
