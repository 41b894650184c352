//! `lookalike seed`: applies a seed to a running cloud, or checks a file without one.

use std::path::Path;

use clap::{Args, Subcommand};
use lookalike::{Seed, Server};

use super::call::Call;
use super::{Action, CommandGroup, input, send};
use crate::cli::failure::CliError;
use crate::cli::{block_on, print};

/// An action of `seed`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SeedAction {
    /// Apply a seed: add what the cloud does not have yet
    Apply(ApplySeed),
    /// Check a seed without a running server, and count what is in it
    Check {
        /// The name of a built-in seed (demo, rackspace), or a file in YAML or JSON; - is standard input
        seed: String,
    },
}

/// Applies a seed.
#[derive(Args, Debug)]
pub(in crate::cli) struct ApplySeed {
    /// The name of a built-in seed (demo, rackspace), or a file in YAML or JSON; - is standard input
    #[arg(value_name = "SEED")]
    seed_file: String,
}

impl Action for ApplySeed {
    fn call(self) -> Result<Call, CliError> {
        Ok(Call::post("/seeds").with_text(&input::seed(&self.seed_file)?))
    }
}

/// Runs the command, and prints the outcome.
pub(super) fn run(command: CommandGroup<SeedAction>) -> Result<(), CliError> {
    match command.action {
        Some(SeedAction::Apply(apply)) => send::send(&command.target, apply.call()?),
        Some(SeedAction::Check { seed }) => check(&seed),
        None => Err(CliError::usage("seed: apply or check is missing")),
    }
}

/// Applies the seed to an empty cloud in memory, so that everything in it is checked.
fn check(name: &str) -> Result<(), CliError> {
    let seed = if let Some(seed) = Seed::built_in(name) {
        seed
    } else {
        let text = input::seed(name)?;
        let directory = Path::new(name).parent().filter(|_| name != "-");
        Seed::parse(name, &text, directory)
    };
    let seed = seed.map_err(|error| CliError::start(error.to_string()))?;
    let counts = block_on(async {
        let server = Server::start().await.map_err(|error| error.to_string())?;
        let report = server.plant(&seed).await;
        let counts = report.map(|report| report.made);
        server.shutdown().await;
        counts.map_err(|error| error.to_string())
    })?;
    let counts = counts.map_err(CliError::start)?;
    print(&format!("{name}: {counts}\n"))
}
