//! The commands that control a running server: each sends one request to its control API.

mod call;
mod cloud;
mod console;
mod events;
mod input;
mod load_metadefs;
mod overrides;
mod purge;
mod requests;
mod response;
mod sandbox;
mod scrub;
mod seed;
mod send;
mod simulation;
mod snapshot;
mod status;
mod table;
mod unread;

use std::io::IsTerminal;
use std::time::Duration;

use clap::{Args, FromArgMatches, Subcommand, ValueEnum};

use super::address::Target;
use super::failure::CliError;
use call::Call;
pub(super) use response::cause;

/// `manage load-metadefs`, which goes by the control API, too.
pub(super) type LoadMetadefs = Single<load_metadefs::MetadefFiles>;

/// `manage purge`.
pub(super) type PurgeRows = Single<purge::PurgeRows>;

/// `manage purge-images-table`.
pub(super) type PurgeImagesTable = Single<purge::PurgeImagesTable>;

/// The commands that control a running server.
#[derive(Debug, Subcommand)]
pub(super) enum ControlCommand {
    /// Show what runs: version, database, and how much there is of everything
    Status(Single<status::ShowStatus>),
    /// Show the URLs of a cloud, its users, and what clients are configured with
    Cloud(Single<cloud::ShowCloud>),
    /// Print a link that opens the console in a browser, once
    Console(Single<console::MakeLink>),
    /// Put the cloud back to its start
    Reset(Single<cloud::Reset>),
    /// Create and remove sandboxes: clouds of their own within a server
    Sandbox(sandbox::SandboxCommand),
    /// Save states of a cloud and load them again
    Snapshot(CommandGroup<snapshot::SnapshotAction>),
    /// Apply a seed (users, projects, images) to a running cloud, or check one
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Seed(CommandGroup<seed::SeedAction>),
    /// Apply a seed; `seed apply` is the same
    #[command(hide = true)]
    Plant(Single<seed::ApplySeed>),
    /// Inject faults: requests that fail, are slow or break off
    Fault(CommandGroup<simulation::FaultAction>),
    /// Set how long images and tasks stay in each state
    Pace(CommandGroup<simulation::PaceAction>),
    /// Set, freeze or advance the clock of a cloud
    Clock(CommandGroup<simulation::ClockAction>),
    /// Show, follow or verify the requests that clients sent
    Requests(requests::RequestsCommand),
    /// Follow Glance's notifications as they are sent, until Ctrl-C
    Events(events::FollowEvents),
    /// Show what clients sent and nothing read: fields, parameters and headers that the server ignores
    Unread(CommandGroup<unread::UnreadAction>),
    /// Change settings of a running server
    Configure(CommandGroup<overrides::ConfigureAction>),
    /// Override policy rules of a running server
    Policy(CommandGroup<overrides::PolicyAction>),
    /// Add metadata definitions from a file such as Glance's own
    Metadefs(Single<cloud::AddMetadefs>),
    /// Remove the data of deleted images (`--delayed_delete`), as glance-scrubber does, or restore one
    Scrub(Single<scrub::Scrub>),
}

/// A command with one meaning.
#[derive(Args, Debug)]
pub(super) struct Single<A: Args> {
    #[command(flatten)]
    action: A,
    #[command(flatten)]
    target: Box<Target>,
}

/// A command with subcommands, of which one is the default.
#[derive(Args, Debug)]
pub(super) struct CommandGroup<A: Subcommand> {
    #[command(subcommand)]
    action: Option<A>,
    #[command(flatten)]
    target: Box<Target>,
}

/// A command of the control API, parsed from its arguments.
trait Action: FromArgMatches {
    /// Returns the request to send.
    ///
    /// # Errors
    ///
    /// Arguments and files that cannot be used.
    fn call(self) -> Result<Call, CliError>;
}

/// The format of a list.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Listing {
    /// Columns for people.
    Table,
    /// JSON for programs.
    Json,
}

impl Listing {
    /// Returns the format that was asked for; otherwise a table on a terminal, and JSON elsewhere.
    fn or_default(format: Option<Self>) -> Self {
        format.unwrap_or_else(|| {
            if std::io::stdout().is_terminal() {
                Self::Table
            } else {
                Self::Json
            }
        })
    }
}

/// Parses a number of seconds above 0.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok();
    let seconds = seconds
        .filter(|seconds: &f64| *seconds > 0.0 && Duration::try_from_secs_f64(*seconds).is_ok());
    seconds.ok_or_else(|| "a number of seconds above 0 is allowed".into())
}

/// Runs a command, and prints the response.
pub(super) fn run(command: ControlCommand) -> Result<(), CliError> {
    match command {
        ControlCommand::Status(command) => single(command),
        ControlCommand::Cloud(command) => single(command),
        ControlCommand::Console(command) => single(command),
        ControlCommand::Reset(command) => single(command),
        ControlCommand::Sandbox(command) => sandbox::run(command),
        ControlCommand::Snapshot(command) => group(command),
        ControlCommand::Seed(command) => seed::run(command),
        ControlCommand::Plant(command) => single(command),
        ControlCommand::Fault(command) => group(command),
        ControlCommand::Pace(command) => group(command),
        ControlCommand::Clock(command) => group(command),
        ControlCommand::Requests(command) => requests::run(command),
        ControlCommand::Events(command) => events::run(command),
        ControlCommand::Unread(command) => group(command),
        ControlCommand::Configure(command) => group(command),
        ControlCommand::Policy(command) => group(command),
        ControlCommand::Metadefs(command) => single(command),
        ControlCommand::Scrub(command) => single(command),
    }
}

/// Loads metadata definitions.
pub(super) fn load_metadefs(command: LoadMetadefs) -> Result<(), CliError> {
    single(command)
}

/// Purges rows of what was deleted.
pub(super) fn purge(command: PurgeRows) -> Result<(), CliError> {
    single(command)
}

/// Purges rows of deleted images.
pub(super) fn purge_images_table(command: PurgeImagesTable) -> Result<(), CliError> {
    single(command)
}

fn single<A: Action + Args>(command: Single<A>) -> Result<(), CliError> {
    send::send(&command.target, command.action.call()?)
}

fn group<A: Action + Subcommand + Default>(command: CommandGroup<A>) -> Result<(), CliError> {
    let action = command.action.unwrap_or_default();
    send::send(&command.target, action.call()?)
}
