//! The state that a new cloud begins with.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// What a cloud begins with that has no data yet.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[command(next_help_heading = "State")]
pub struct StateOptions {
    /// Begin with this snapshot, a file that `/_lookalike/snapshots/NAME/export` gave; a reset goes back to it. A server that has images already, or ever had, goes on with what it has; on another, users and definitions give way to the state
    #[arg(long, env = "LOOKALIKE_STATE", value_name = "FILE")]
    pub state: Option<PathBuf>,
}
