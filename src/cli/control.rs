//! The commands that control a server that runs: each asks one thing of its `/_lookalike`.

mod call;
mod given;
mod plan;
mod requests;
mod send;
mod tell;

use clap::{Args, Subcommand, ValueEnum};
use lookalike::config::metadefs::Existing;

use super::failure::Failure;
use super::{Settings, address};
use requests::First;

/// The settings of the server that these commands depend on.
pub(super) const USES: &[&str] = &["help", "config", "listen", "port_file", "control_token"];

/// Which server, and which of its clouds.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// Where the server is [default: as --port-file and --listen say]
    #[arg(long, value_name = "URL", value_parser = address::url)]
    url: Option<String>,

    /// The sandbox that is meant, by its id [default: the server's own cloud]
    #[arg(long = "in-sandbox", value_name = "ID")]
    in_sandbox: Option<String>,

    #[command(flatten)]
    settings: Settings,
}

/// What to do with a server that runs.
#[derive(Debug, Subcommand)]
pub(super) enum Power {
    /// Put a server's cloud back to its start
    Reset {
        /// Empty it, whatever it began with
        #[arg(long)]
        discard: bool,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Make clouds of their own within a server: list, add, show ID, remove ID
    Sandbox {
        /// What to do
        #[arg(default_value = "list", value_enum)]
        action: OfSandboxes,
        /// The sandbox
        id: Option<String>,
        #[command(flatten)]
        wanted: Wanted,
        /// What to print of it [default: json]
        #[arg(long, value_enum)]
        format: Option<Format>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Keep states of a cloud and come back to them: list, save NAME, load NAME, show NAME, remove NAME, export NAME FILE, import NAME FILE
    Snapshot {
        /// What to do
        #[arg(default_value = "list", value_enum)]
        action: OfSnapshots,
        /// The snapshot
        name: Option<String>,
        /// The file that it goes to or comes from; - is standard output or input
        file: Option<String>,
        /// Save the rows alone, without the bytes of images
        #[arg(long)]
        without_bytes: bool,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Add what a seed says to a cloud that runs
    Plant {
        /// The name of a built-in seed, or a file in YAML or JSON; - is standard input
        #[arg(value_name = "SEED")]
        what: String,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Let requests fail: list, add RULE, show ID, remove ID, clear
    Fault {
        /// What to do
        #[arg(default_value = "list", value_enum)]
        action: OfFaults,
        /// The rule in JSON, as text, as @FILE or as - for standard input; or its id
        #[arg(value_name = "RULE or ID")]
        what: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Let images stay in their states: show, set RULES, clear
    Pace {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// The rules in JSON, as text, as @FILE or as - for standard input
        #[arg(value_name = "RULES")]
        what: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Turn the clock: show, set TIME, advance SECONDS, freeze, run, restart
    Clock {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfClock,
        /// The time, or how far
        #[arg(value_name = "TIME or SECONDS", allow_negative_numbers = true)]
        what: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Tell what clients sent: list, show ID, har, verify EXPECTATION, stream (as it comes), clear; `path=GLOB`, `status=4xx` and the like choose what to list, archive or stream
    Requests {
        /// What to do; a filter alone lists
        #[arg(value_name = "ACTION", default_value = "list", value_parser = requests::parser())]
        first: First,
        /// Which: path=GLOB, method=M, status=S, user=U, project=P, since=TIME, limit=N; to verify: the expectation in JSON, as text, as @FILE or as - for standard input; to show: an id
        #[arg(value_name = "FILTER=VALUE")]
        words: Vec<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Change settings of a server that runs: show, set NAME=VALUE…, clear
    Configure {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// What to change; or all of it in JSON, as text, as @FILE or as - for standard input
        #[arg(value_name = "NAME=VALUE")]
        changes: Vec<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Lay policy rules over those of the start: show, set FILE, clear
    Policy {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// The rules: a file in YAML or JSON; - is standard input
        file: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Add metadata definitions to a cloud that runs, from a file such as Glance's own
    Metadefs {
        /// The definitions: a file in JSON; - is standard input
        file: String,
        /// What becomes of a namespace that is there already [default: as the server's --metadefs-existing says]
        #[arg(long, value_enum, value_name = "HOW")]
        existing: Option<Existing>,
        #[command(flatten)]
        place: Box<Place>,
    },
}

impl Power {
    fn place(&self) -> &Place {
        match self {
            Self::Reset { place, .. }
            | Self::Sandbox { place, .. }
            | Self::Snapshot { place, .. }
            | Self::Plant { place, .. }
            | Self::Fault { place, .. }
            | Self::Pace { place, .. }
            | Self::Clock { place, .. }
            | Self::Requests { place, .. }
            | Self::Configure { place, .. }
            | Self::Policy { place, .. }
            | Self::Metadefs { place, .. } => place,
        }
    }
}

/// What a new sandbox shall be like.
#[derive(Args, Debug)]
pub(super) struct Wanted {
    /// What to call a new one
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A seed to begin it with: the name of a built-in one, or a file; - is standard input
    #[arg(long, value_name = "SEED")]
    begin_with: Option<String>,
    /// How long it stays when nobody uses it, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    expires_after: Option<f64>,
}

/// A time that there can be.
fn seconds(word: &str) -> Result<f64, String> {
    let seconds = word.parse().ok();
    let seconds = seconds.filter(|it: &f64| it.is_finite() && *it > 0.0);
    seconds.ok_or_else(|| "it is no number of seconds above 0".into())
}

/// What to print of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Everything.
    #[default]
    Json,
    /// Lines for a shell to evaluate.
    Openrc,
    /// A file for the directory that clients look for clouds.yaml in.
    #[value(name = "clouds.yaml")]
    Clouds,
    /// Its id.
    Id,
    /// Its URL.
    Url,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum OfSandboxes {
    List,
    Add,
    Show,
    Remove,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum OfSnapshots {
    List,
    Save,
    Load,
    Show,
    Remove,
    Export,
    Import,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OfFaults {
    List,
    Add,
    Show,
    Remove,
    Clear,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OfRules {
    Show,
    Set,
    Clear,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OfClock {
    Show,
    Set,
    Advance,
    Freeze,
    Run,
    Restart,
}

/// Does it, and prints what there is to tell.
pub(super) fn obey(power: &Power) -> Result<(), Failure> {
    send::send(power.place(), plan::plan(power)?)
}
