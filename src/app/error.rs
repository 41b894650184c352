//! Why the files that the settings name cannot be used.

use std::path::PathBuf;

use crate::{Error, with_causes};

/// A file that the settings name and that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    /// The file of policy rules cannot be used.
    #[error("the policy file {} cannot be used: {reason}", .path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The file of custom properties cannot be used.
    #[error("the schema file {} cannot be used: {reason}", .path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The server's own data is wrong.
    #[error("{}", with_causes(.0))]
    Internal(#[from] Error),
}
