//! `lookalike configure` and `policy`: settings and rules that hold until the next reset.

use clap::Subcommand;

use super::Action;
use super::call::Call;
use super::input;
use crate::cli::failure::CliError;

/// An action of `configure`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum ConfigureAction {
    /// Show the settings; the default
    #[default]
    Show,
    /// Change settings
    Set {
        /// The changes; or all of them in JSON or YAML: as text, as @FILE, or as - for standard input
        #[arg(value_name = "NAME=VALUE", required = true)]
        changes: Vec<String>,
    },
    /// Undo the changes
    Clear,
}

impl Action for ConfigureAction {
    fn call(self) -> Result<Call, CliError> {
        Ok(match self {
            Self::Show => Call::get("/config"),
            Self::Set { changes } => Call::patch("/config").with(&input::settings(&changes)?),
            Self::Clear => Call::delete("/config"),
        })
    }
}

/// An action of `policy`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum PolicyAction {
    /// Show the rules; the default
    #[default]
    Show,
    /// Override rules
    Set {
        /// The rules: a file in YAML or JSON; - is standard input
        file: String,
    },
    /// Undo the overrides
    Clear,
}

impl Action for PolicyAction {
    fn call(self) -> Result<Call, CliError> {
        Ok(match self {
            Self::Show => Call::get("/policy"),
            Self::Set { file } => Call::put("/policy").with(&input::yaml(&file)?),
            Self::Clear => Call::delete("/policy"),
        })
    }
}
