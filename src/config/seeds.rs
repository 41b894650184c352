//! The setting for what a cloud begins with.

use clap::Args;
use serde::Serialize;

use super::parse::name;

/// The initial data of a cloud, besides its first users.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Seeds")]
pub struct SeedOptions {
    /// Seed file (YAML or JSON) with users, projects and images to create at start, or the built-in seed `demo`. Existing objects are not changed
    #[arg(long = "seed", env = "LOOKALIKE_SEED", value_delimiter = ',', value_parser = name, value_name = "FILE")]
    pub seed: Vec<String>,
}
