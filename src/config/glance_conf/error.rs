//! The failures to take settings from a configuration of Glance.

use std::io;
use std::path::PathBuf;

use super::sources::ConfOrigin;

/// The failure to take settings from a configuration of Glance.
#[derive(Debug, thiserror::Error)]
pub enum GlanceConfError {
    /// A file cannot be read.
    #[error("cannot read the file {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: io::Error,
    },
    /// A line is none that such a file may have.
    #[error("{}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, and what is allowed.
        reason: String,
    },
    /// An option cannot have its value.
    #[error("{origin}: {option}: {value} is wrong: {reason}")]
    Value {
        /// The line.
        origin: ConfOrigin,
        /// The option, as `[section] name`.
        option: String,
        /// The value as it may be shown.
        value: String,
        /// The values that are allowed.
        reason: String,
    },
}
