//! The setting for what a cloud begins with.

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, name};

/// The initial data of a cloud, besides its first users.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "cli", derive(Args), command(next_help_heading = "Seeds"))]
pub struct SeedOptions {
    /// Seed file (YAML or JSON) with users, projects and images to create at start, or a built-in seed: `demo`, `rackspace`, `pcd`. Existing objects are not changed
    #[cfg_attr(feature = "cli", arg(long = "seed", env = "LOOKALIKE_SEED", value_delimiter = ',', value_parser = name, value_name = "FILE"))]
    pub seed: Vec<String>,
}
