//! `lookalike console`.

use clap::Args;

use super::Action;
use super::call::{Call, CallOutput, Field};
use crate::cli::failure::CliError;

/// Prints a link that opens the console.
#[derive(Args, Debug)]
pub(in crate::cli) struct MakeLink {}

impl Action for MakeLink {
    fn call(self) -> Result<Call, CliError> {
        let url = Field {
            list: "",
            name: "url",
        };
        Ok(Call::post("/ui/key").printing(CallOutput::Field(url)))
    }
}
