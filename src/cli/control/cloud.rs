//! `lookalike cloud`, `lookalike reset` and `lookalike metadefs`.

use clap::{Args, ValueEnum};
use lookalike::config::metadefs::Existing;
use serde_json::json;

use super::Action;
use super::call::Call;
use super::input;
use crate::cli::failure::CliError;

/// Shows a cloud.
#[derive(Args, Debug)]
pub(in crate::cli) struct ShowCloud {}

impl Action for ShowCloud {
    fn call(self) -> Result<Call, CliError> {
        Ok(Call::get("/cloud"))
    }
}

/// Puts a cloud back to its start.
#[derive(Args, Debug)]
pub(in crate::cli) struct Reset {
    /// Empty it, whatever it began with
    #[arg(long)]
    discard: bool,
}

impl Action for Reset {
    fn call(self) -> Result<Call, CliError> {
        Ok(Call::post("/reset").with(&json!({ "discard": self.discard })))
    }
}

/// Adds metadata definitions.
#[derive(Args, Debug)]
pub(in crate::cli) struct AddMetadefs {
    /// The definitions: a file in JSON; - is standard input
    file: String,
    /// What happens to a namespace that exists already [default: as the server's --metadefs-existing says]
    #[arg(long, value_enum, value_name = "HOW")]
    existing: Option<Existing>,
}

impl Action for AddMetadefs {
    fn call(self) -> Result<Call, CliError> {
        let existing = self.existing.and_then(|how| how.to_possible_value());
        let query = existing.map(|how| ("existing".to_owned(), how.get_name().to_owned()));
        let call = Call::post("/metadefs").with_text(&input::file(&self.file)?);
        Ok(call.with_query(query.into_iter().collect()))
    }
}
