//! `lookalike compare`: plays a recording of `lookalike proxy` to a fresh server, and reports what it answers in another way.

mod allow;
mod answer;
mod data;
mod judge;
mod mapping;
mod people;
mod plain;
mod replay;
mod report;
mod world;

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use lookalike::{Config, Server};

use super::ServerSettings;
use super::failure::CliError;
use super::recording::{self, Recording};
use allow::Allowed;
use replay::Replay;
use report::Report;

/// The settings of the server that `compare` shows among its options.
pub(super) const USES: [&str; 4] = [
    "config",
    "glance_conf",
    "glance_conf_dir",
    "glance_conf_root",
];

/// The time from the start of the server to the first exchange, by its clock: longer than a start takes.
const HEAD_START: TimeDelta = TimeDelta::hours(1);

/// The form of the report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum ReportFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// The options of `compare`.
#[derive(Args, Debug)]
pub(super) struct CompareOptions {
    /// The recording, which `lookalike proxy --record` wrote
    recording: PathBuf,

    /// The form of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,

    /// A TOML file with the differences that are known, each with a reason
    #[arg(long, value_name = "FILE")]
    allow: Option<PathBuf>,

    #[command(flatten)]
    settings: Box<ServerSettings>,
}

/// Plays the recording, and prints the report.
///
/// # Errors
///
/// With exit code 1 if there are differences, with 2 if nothing can be compared.
pub(super) fn compare(options: CompareOptions) -> Result<(), CliError> {
    let recording = recording::read(&options.recording).map_err(CliError::usage)?;
    let allowed = options.allow.as_deref().map(Allowed::read).transpose();
    let allowed = allowed.map_err(CliError::usage)?.unwrap_or_default();
    let config = options.settings.rest;
    let report = super::block_on(play(&recording, config, allowed))?.map_err(CliError::usage)?;
    super::print(&match options.format {
        ReportFormat::Text => report.text(),
        ReportFormat::Json => format!("{:#}\n", report.json()),
    })?;
    match report.differing() {
        0 => Ok(()),
        count => Err(CliError::start(format!(
            "{count} of {} exchanges differ",
            report.exchanges()
        ))),
    }
}

/// Starts a server in a directory that goes with it, plays the recording to it, and stops it.
async fn play(recording: &Recording, config: Config, allowed: Allowed) -> Result<Report, String> {
    let directory = tempfile::tempdir();
    let directory = directory.map_err(|error| format!("cannot make a directory: {error}"))?;
    let mut config = fresh(config, directory.path());
    // What the settings name, such as metadata definitions, is older than what the recording makes.
    let first = recording.exchanges.first();
    config.determinism.clock = first.map(|exchange| exchange.at - HEAD_START);
    let server = Server::with(config).await;
    let server = server.map_err(|error| format!("the server to compare with: {error}"))?;
    let outcome = async {
        let replay = Replay::prepare(recording, &server).await?;
        replay.run(recording, allowed).await
    }
    .await;
    server.shutdown().await;
    outcome
}

/// Returns the settings of a server that keeps its data in this directory, and that nobody else finds. It has files, as a Glance
/// does: what it shows of its stores is then the same.
fn fresh(mut config: Config, directory: &Path) -> Config {
    let apart = Config::for_tests();
    config.listen = apart.listen;
    config.port_file = None;
    config.ephemeral = false;
    config.data = directory.into();
    config.database_url = None;
    config.tls = apart.tls;
    config
}
