//! Settings for the metadata definitions that a cloud begins with.

use std::path::PathBuf;

use serde::Serialize;

#[cfg(feature = "cli")]
use super::arguments::{Args, ValueEnum};
use crate::domain::string_enum;

/// The fields of a namespace in a file. Glance reads these and the parts, and nothing else.
pub const NAMESPACE_FIELDS: [&str; 6] = [
    "namespace",
    "display_name",
    "description",
    "visibility",
    "protected",
    "owner",
];

/// The parts of a namespace in a file, each of which is a list.
pub const NAMESPACE_PARTS: [&str; 4] = [
    "resource_type_associations",
    "properties",
    "objects",
    "tags",
];

/// The metadata definitions that are loaded at the start.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(
    feature = "cli",
    derive(Args),
    command(next_help_heading = "Metadata definitions")
)]
pub struct MetadefOptions {
    /// Metadata definitions to load at start: a directory with Glance's JSON files, or one file
    #[cfg_attr(
        feature = "cli",
        arg(long = "metadefs", env = "LOOKALIKE_METADEFS", value_name = "DIR")
    )]
    pub metadefs: Option<PathBuf>,

    /// How to load a namespace that exists: skip, merge (add missing items), `prefer_new` (add missing and update existing items), overwrite (delete and create again)
    #[cfg_attr(
        feature = "cli",
        arg(
            long = "metadefs-existing",
            env = "LOOKALIKE_METADEFS_EXISTING",
            default_value = "skip",
            value_enum,
            value_name = "HOW"
        )
    )]
    pub metadefs_existing: Existing,
}

string_enum! {
    /// What becomes of a namespace that is there already.
    #[cfg_attr(feature = "cli", derive(ValueEnum), value(rename_all = "snake_case"))]
    Existing {
        /// It stays as it is.
        Skip = "skip",
        /// It gets what it does not have yet.
        Merge = "merge",
        /// Adds what it lacks, and replaces what it has by the content of the file.
        PreferNew = "prefer_new",
        /// It is deleted with all that is in it, and made anew.
        Overwrite = "overwrite",
    }
}
