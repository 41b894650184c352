//! `lookalike scrub`.

use clap::Args;

use super::Action;
use super::call::Call;
use crate::cli::address::segment;
use crate::cli::failure::CliError;

/// Removes the data of deleted images, or shows or restores such images.
#[derive(Args, Debug)]
pub(in crate::cli) struct Scrub {
    /// Restore this image instead, with its data
    #[arg(long, value_name = "IMAGE_ID", conflicts_with = "list")]
    restore: Option<String>,
    /// List the deleted images whose data is still there instead
    #[arg(long)]
    list: bool,
}

impl Action for Scrub {
    fn call(self) -> Result<Call, CliError> {
        Ok(match self.restore {
            Some(id) => Call::post(format!("/deletions/{}/restore", segment(&id)?)),
            None if self.list => Call::get("/deletions"),
            None => Call::post("/deletions/scrub"),
        })
    }
}
