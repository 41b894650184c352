//! The state that a new cloud begins with.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// The initial data of a cloud that has none yet.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "Snapshots")]
pub struct StateOptions {
    /// Snapshot file (from `lookalike snapshot export`) to start with; a reset returns to it. Ignored if the data directory has, or ever had, images; otherwise it replaces all users and metadata definitions
    #[arg(long, env = "LOOKALIKE_STATE", value_name = "FILE")]
    pub state: Option<PathBuf>,
}
