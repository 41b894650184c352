//! The commands that control a server that runs: each asks one thing of its `/_lookalike`.

mod call;
mod send;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Settings;
use super::failure::Failure;
use call::{Call, escaped};

/// The settings of the server that these commands depend on.
pub(super) const USES: &[&str] = &["help", "config", "listen", "port_file", "control_token"];

/// Which server, and which of its clouds.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// Where the server is [default: as --port-file and --listen say]
    #[arg(long, value_name = "URL")]
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
        /// What to call a new one
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// A seed to begin it with: a file, or a built-in one by its name
        #[arg(long, value_name = "SEED")]
        begin_with: Option<String>,
        /// How long it stays when nobody uses it, in seconds
        #[arg(long, value_name = "SECONDS")]
        expires_after: Option<f64>,
        /// What to print of it
        #[arg(long, value_enum, default_value = "json")]
        format: Format,
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
        /// The file that it goes to or comes from
        file: Option<PathBuf>,
        /// Save the rows alone, without the bytes of images
        #[arg(long)]
        without_bytes: bool,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Add what a seed says to a cloud that runs
    Plant {
        /// A file in YAML or JSON, or the name of a built-in seed
        #[arg(value_name = "SEED")]
        what: String,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Let requests fail: list, add RULE (in JSON), show ID, remove ID, clear
    Fault {
        /// What to do
        #[arg(default_value = "list", value_enum)]
        action: OfFaults,
        /// The rule, or its id
        what: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Let images stay in their states: show, set RULES (in JSON), clear
    Pace {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// The rules
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
        #[arg(allow_negative_numbers = true)]
        what: Option<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Tell what clients sent: list, har, clear; `path=GLOB`, `status=4xx` and the like choose among them
    Requests {
        /// What to do
        #[arg(default_value = "list", value_enum)]
        action: OfRequests,
        /// Which: path=GLOB, method=M, status=S, user=U, project=P, since=TIME, limit=N
        #[arg(value_name = "FILTER=VALUE")]
        filters: Vec<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Change settings of a server that runs: show, set NAME=VALUE…, clear
    Configure {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// What to change
        #[arg(value_name = "NAME=VALUE")]
        changes: Vec<String>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Lay policy rules over those of the start: show, set FILE (YAML or JSON), clear
    Policy {
        /// What to do
        #[arg(default_value = "show", value_enum)]
        action: OfRules,
        /// The rules
        file: Option<PathBuf>,
        #[command(flatten)]
        place: Box<Place>,
    },
    /// Add metadata definitions to a cloud that runs, from a file such as Glance's own
    Metadefs {
        /// The definitions, in JSON
        file: PathBuf,
        #[command(flatten)]
        place: Box<Place>,
    },
}

/// What to print of a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Everything.
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

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OfSandboxes {
    List,
    Add,
    Show,
    Remove,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
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

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OfRequests {
    List,
    Har,
    Clear,
}

/// Does it, and prints what there is to tell.
pub(super) fn obey(power: Power) -> Result<(), Failure> {
    let (place, call) = plan(power)?;
    send::send(&place, call)
}

/// What to ask of which server.
fn plan(power: Power) -> Result<(Box<Place>, Call), Failure> {
    Ok(match power {
        Power::Reset { discard, place } => {
            let call = Call::post("/reset").with(&json!({ "discard": discard }));
            (place, call)
        }
        Power::Sandbox {
            action,
            id,
            name,
            begin_with,
            expires_after,
            format,
            place,
        } => {
            let wanted = wanted(name, begin_with.as_deref(), expires_after)?;
            (place, of_sandboxes(action, id, &wanted)?.showing(format))
        }
        Power::Snapshot {
            action,
            name,
            file,
            without_bytes,
            place,
        } => (place, of_snapshots(action, name, file, !without_bytes)?),
        Power::Plant { what, place } => (place, Call::post("/seeds").with_text(&seed(&what)?)),
        Power::Fault {
            action,
            what,
            place,
        } => (place, of_faults(action, what)?),
        Power::Pace {
            action,
            what,
            place,
        } => (
            place,
            of_rules("/pace", action, || json_of("the rules", what))?,
        ),
        Power::Clock {
            action,
            what,
            place,
        } => (place, of_clock(action, what)?),
        Power::Requests {
            action,
            filters,
            place,
        } => (place, of_requests(action, &filters)?),
        Power::Configure {
            action,
            changes,
            place,
        } => {
            let call = of_rules("/config", action, || pairs(&changes))?;
            (place, call.patching())
        }
        Power::Policy {
            action,
            file,
            place,
        } => (
            place,
            of_rules("/policy", action, || yaml(file.as_deref()))?,
        ),
        Power::Metadefs { file, place } => {
            (place, Call::post("/metadefs").with_text(&read(&file)?))
        }
    })
}

fn wanted(
    name: Option<String>,
    seed: Option<&str>,
    expires_after: Option<f64>,
) -> Result<Value, Failure> {
    let mut wanted = serde_json::Map::new();
    if let Some(name) = name {
        wanted.insert("name".into(), name.into());
    }
    if let Some(seed) = seed {
        wanted.insert("seed".into(), seed_value(seed)?);
    }
    if let Some(seconds) = expires_after {
        wanted.insert("expires_after_s".into(), seconds.into());
    }
    Ok(wanted.into())
}

fn of_sandboxes(action: OfSandboxes, id: Option<String>, wanted: &Value) -> Result<Call, Failure> {
    let one = || Ok(format!("/sandboxes/{}", escaped(&needed("the id", id)?)));
    Ok(match action {
        OfSandboxes::List => Call::get("/sandboxes"),
        OfSandboxes::Add => Call::post("/sandboxes").with(wanted),
        OfSandboxes::Show => Call::get(one()?),
        OfSandboxes::Remove => Call::delete(one()?),
    })
}

fn of_snapshots(
    action: OfSnapshots,
    name: Option<String>,
    file: Option<PathBuf>,
    bytes: bool,
) -> Result<Call, Failure> {
    let one = || {
        Ok(format!(
            "/snapshots/{}",
            escaped(&needed("the name", name)?)
        ))
    };
    let file = || needed("the file", file);
    Ok(match action {
        OfSnapshots::List => Call::get("/snapshots"),
        OfSnapshots::Save => Call::put(one()?).with(&json!({ "bytes": bytes })),
        OfSnapshots::Load => Call::post(format!("{}/load", one()?)),
        OfSnapshots::Show => Call::get(one()?),
        OfSnapshots::Remove => Call::delete(one()?),
        OfSnapshots::Export => Call::get(format!("{}/export", one()?)).writing_to(file()?),
        OfSnapshots::Import => Call::put(format!("{}/import", one()?)).sending_file(file()?),
    })
}

fn of_faults(action: OfFaults, what: Option<String>) -> Result<Call, Failure> {
    let one = |what: Option<String>| Ok(format!("/faults/{}", escaped(&needed("the id", what)?)));
    Ok(match action {
        OfFaults::List => Call::get("/faults"),
        OfFaults::Add => Call::post("/faults").with(&json_of("the rule", what)?),
        OfFaults::Show => Call::get(one(what)?),
        OfFaults::Remove => Call::delete(one(what)?),
        OfFaults::Clear => Call::delete("/faults"),
    })
}

fn of_rules(
    path: &str,
    action: OfRules,
    rules: impl FnOnce() -> Result<Value, Failure>,
) -> Result<Call, Failure> {
    Ok(match action {
        OfRules::Show => Call::get(path),
        OfRules::Set => Call::put(path).with(&rules()?),
        OfRules::Clear => Call::delete(path),
    })
}

fn of_clock(action: OfClock, what: Option<String>) -> Result<Call, Failure> {
    let put = |wanted: Value| Call::put("/clock").with(&wanted);
    Ok(match action {
        OfClock::Show => Call::get("/clock"),
        OfClock::Set => put(json!({ "now": needed("the time", what)? })),
        OfClock::Freeze => put(json!({ "frozen": true })),
        OfClock::Run => put(json!({ "frozen": false })),
        OfClock::Restart => Call::delete("/clock"),
        OfClock::Advance => {
            let said = needed("the seconds", what)?;
            let seconds: f64 = said
                .parse()
                .map_err(|_| Failure::usage(format!("{said:?} is no number of seconds")))?;
            Call::post("/clock/advance").with(&json!({ "seconds": seconds }))
        }
    })
}

fn of_requests(action: OfRequests, filters: &[String]) -> Result<Call, Failure> {
    let call = match action {
        OfRequests::List => Call::get("/requests"),
        OfRequests::Har => Call::get("/requests.har"),
        OfRequests::Clear => Call::delete("/requests"),
    };
    let pairs = filters.iter().map(|it| pair(it));
    Ok(call.asking(pairs.collect::<Result<_, _>>()?))
}

fn pairs(changes: &[String]) -> Result<Value, Failure> {
    let pairs = changes.iter().map(|it| pair(it));
    let pairs = pairs.map(|it| it.map(|(name, value)| (name, Value::from(value))));
    Ok(Value::Object(pairs.collect::<Result<_, _>>()?))
}

fn pair(text: &str) -> Result<(String, String), Failure> {
    let wrong = || Failure::usage(format!("{text:?} is wrong: NAME=VALUE is allowed"));
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((name.to_owned(), value.to_owned()))
}

fn needed<T>(what: &str, given: Option<T>) -> Result<T, Failure> {
    given.ok_or_else(|| Failure::usage(format!("this is missing: {what}")))
}

fn json_of(what: &str, text: Option<String>) -> Result<Value, Failure> {
    let text = needed(what, text)?;
    serde_json::from_str(&text).map_err(|it| Failure::usage(format!("{what}: {it}")))
}

fn yaml(file: Option<&Path>) -> Result<Value, Failure> {
    let file = needed("the file", file)?;
    let wrong = |it: &dyn std::fmt::Display| Failure::usage(format!("{}: {it}", file.display()));
    serde_saphyr::from_str(&read(file)?).map_err(|it| wrong(&it))
}

fn read(file: &Path) -> Result<String, Failure> {
    let wrong = |it| Failure::usage(format!("{}: {it}", file.display()));
    std::fs::read_to_string(file).map_err(wrong)
}

/// A seed as a request says it: the text of a file, or the name of a built-in one.
fn seed(what: &str) -> Result<String, Failure> {
    let file = Path::new(what);
    if file.exists() {
        read(file)
    } else {
        Ok(Value::from(what).to_string())
    }
}

fn seed_value(what: &str) -> Result<Value, Failure> {
    let file = Path::new(what);
    if file.exists() {
        yaml(Some(file))
    } else {
        Ok(what.into())
    }
}
