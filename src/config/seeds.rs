//! The setting for what a cloud begins with.

use clap::Args;
use serde::Serialize;

use super::parse::name;

/// What a cloud begins with, besides its first users.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Seeds")]
pub struct SeedOptions {
    /// Begin with what this file says: users, projects, images, in YAML or JSON; or the built-in seed `demo`. What is there already stays as it is
    #[arg(long = "seed", env = "LOOKALIKE_SEED", value_delimiter = ',', value_parser = name, value_name = "FILE")]
    pub seed: Vec<String>,
}
