//! Settings for the metadata definitions that a cloud begins with.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

/// The metadata definitions that are loaded at the start.
#[derive(Args, Clone, Debug, Serialize)]
#[command(next_help_heading = "Metadata definitions")]
pub struct MetadefOptions {
    /// Metadata definitions to load at start: a directory with Glance's JSON files, or one file
    #[arg(long = "metadefs", env = "LOOKALIKE_METADEFS", value_name = "DIR")]
    pub metadefs: Option<PathBuf>,

    /// How to load a namespace that exists: skip, merge (add missing items), `prefer_new` (add missing and update existing items), overwrite (delete and create again)
    #[arg(
        long = "metadefs-existing",
        env = "LOOKALIKE_METADEFS_EXISTING",
        default_value = "skip",
        value_enum,
        value_name = "HOW"
    )]
    pub metadefs_existing: Existing,
}

/// What becomes of a namespace that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Existing {
    /// It stays as it is.
    #[default]
    Skip,
    /// It gets what it does not have yet.
    Merge,
    /// Adds what it lacks, and replaces what it has by the content of the file.
    PreferNew,
    /// It is deleted with all that is in it, and made anew.
    Overwrite,
}
