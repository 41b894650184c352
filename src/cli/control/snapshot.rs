//! `lookalike snapshot`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Action;
use super::call::Call;
use crate::cli::address::segment;
use crate::cli::failure::CliError;

/// An action of `snapshot`.
#[derive(Debug, Default, Subcommand)]
pub(in crate::cli) enum SnapshotAction {
    /// List the snapshots; the default
    #[default]
    List,
    /// Save the state of the cloud
    Save {
        /// The name of the snapshot
        name: String,
        /// Save the database alone, without the data of images
        #[arg(long)]
        without_bytes: bool,
    },
    /// Put the cloud into the state of a snapshot
    Load {
        /// The name of the snapshot
        name: String,
    },
    /// Show a snapshot
    Show {
        /// The name of the snapshot
        name: String,
    },
    /// Remove a snapshot
    Remove {
        /// The name of the snapshot
        name: String,
    },
    /// Write a snapshot into a file
    Export {
        /// The name of the snapshot
        name: String,
        /// The file to write; - is standard output
        file: PathBuf,
    },
    /// Make a snapshot from a file that `export` wrote
    Import {
        /// The name of the snapshot
        name: String,
        /// The file to read; - is standard input
        file: PathBuf,
    },
}

impl Action for SnapshotAction {
    fn call(self) -> Result<Call, CliError> {
        let path = |name: &str, rest: &str| Ok(format!("/snapshots/{}{rest}", segment(name)?));
        Ok(match self {
            Self::List => Call::get("/snapshots"),
            Self::Save {
                name,
                without_bytes,
            } => Call::put(path(&name, "")?).with(&json!({ "bytes": !without_bytes })),
            Self::Load { name } => Call::post(path(&name, "/load")?),
            Self::Show { name } => Call::get(path(&name, "")?),
            Self::Remove { name } => Call::delete(path(&name, "")?),
            Self::Export { name, file } => Call::get(path(&name, "/export")?).writing_to(file),
            Self::Import { name, file } => Call::put(path(&name, "/import")?).with_file(file),
        })
    }
}
