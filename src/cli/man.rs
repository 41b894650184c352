//! `lookalike man`: writes a man page of the program and one of each command.

use std::path::PathBuf;

use clap::{Args, Command};

use super::failure::CliError;

/// The options of `man`.
#[derive(Args, Debug)]
pub(super) struct ManOptions {
    /// The directory to write the pages into; it is made if it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// Writes the pages into the directory: `lookalike.1`, `lookalike-serve.1` and so on, without those of hidden commands.
pub(super) fn write(options: &ManOptions, command: Command) -> Result<(), CliError> {
    let directory = &options.directory;
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory));
    written.map_err(|error| CliError::start(format!("{}: {error}", directory.display())))
}
