//! The state that a new cloud begins with.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::Args;

/// The initial data of a cloud that has none yet.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Snapshots")
)]
pub struct StateOptions {
    /// Snapshot file (from `lookalike snapshot export`) to start with; a reset returns to it. Ignored if the data directory has, or ever had, images; otherwise it replaces all users and metadata definitions
    #[cfg_attr(
        feature = "cli",
        arg(long, env = "LOOKALIKE_STATE", value_name = "FILE")
    )]
    pub state: Option<PathBuf>,
}
