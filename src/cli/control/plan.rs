//! What each command asks of the server.

use clap::ValueEnum;
use lookalike::config::metadefs::Existing;
use serde_json::{Map, Value, json};

use super::call::{Call, escaped};
use super::given::{self, Words};
use super::requests;
use super::{Format, OfClock, OfFaults, OfRules, OfSandboxes, OfSnapshots, Power, Wanted};
use crate::cli::failure::Failure;

/// What to ask of the server.
pub(super) fn plan(power: &Power) -> Result<Call, Failure> {
    match power {
        Power::Reset { discard, .. } => {
            Ok(Call::post("/reset").with(&json!({ "discard": discard })))
        }
        Power::Sandbox {
            action,
            id,
            wanted,
            format,
            place,
        } => {
            let inside = place.in_sandbox.is_some();
            used("sandbox", *action, id, |action, words| {
                words.without("--in-sandbox", inside)?;
                of_sandboxes(action, words, wanted, *format)
            })
        }
        Power::Snapshot {
            action,
            name,
            file,
            without_bytes,
            ..
        } => {
            let words = name.iter().chain(file);
            used("snapshot", *action, words, |action, words| {
                of_snapshots(action, words, *without_bytes)
            })
        }
        Power::Plant { what, .. } => Ok(Call::post("/seeds").with_text(&given::seed(what)?)),
        Power::Fault { action, what, .. } => used("fault", *action, what, of_faults),
        Power::Pace { action, what, .. } => used("pace", *action, what, of_pace),
        Power::Clock { action, what, .. } => used("clock", *action, what, of_clock),
        Power::Requests { first, words, .. } => {
            let (action, words) = first.with(words);
            used("requests", action, &words, requests::plan)
        }
        Power::Configure {
            action, changes, ..
        } => used("configure", *action, changes, of_settings),
        Power::Policy { action, file, .. } => used("policy", *action, file, of_policy),
        Power::Metadefs { file, existing, .. } => of_metadefs(file, *existing),
    }
}

/// The call that an action with these words is; words that it has no use for are refused.
fn used<'a, A: ValueEnum + Copy>(
    command: &str,
    action: A,
    words: impl IntoIterator<Item = &'a String>,
    plan: impl FnOnce(A, &mut Words) -> Result<Call, Failure>,
) -> Result<Call, Failure> {
    let mut words = Words::of(command, &action, words.into_iter().cloned());
    let call = plan(action, &mut words)?;
    words.end()?;
    Ok(call)
}

fn of_sandboxes(
    action: OfSandboxes,
    words: &mut Words,
    wanted: &Wanted,
    format: Option<Format>,
) -> Result<Call, Failure> {
    if action != OfSandboxes::Add {
        words.without("--name", wanted.name.is_some())?;
        words.without("--begin-with", wanted.begin_with.is_some())?;
        words.without("--expires-after", wanted.expires_after.is_some())?;
    }
    if action == OfSandboxes::Remove {
        words.without("--format", format.is_some())?;
    }
    let mut one = || Ok(format!("/sandboxes/{}", escaped(&words.needed("the id")?)?));
    let call = match action {
        OfSandboxes::List => Call::get("/sandboxes"),
        OfSandboxes::Add => Call::post("/sandboxes").with(&described(wanted)?),
        OfSandboxes::Show => Call::get(one()?),
        OfSandboxes::Remove => Call::delete(one()?),
    };
    Ok(call.showing(format.unwrap_or_default()))
}

fn described(wanted: &Wanted) -> Result<Value, Failure> {
    let mut described = Map::new();
    if let Some(name) = &wanted.name {
        described.insert("name".into(), name.as_str().into());
    }
    if let Some(seed) = &wanted.begin_with {
        described.insert("seed".into(), given::seed_value(seed)?);
    }
    if let Some(seconds) = wanted.expires_after {
        described.insert("expires_after_s".into(), seconds.into());
    }
    Ok(described.into())
}

fn of_snapshots(
    action: OfSnapshots,
    words: &mut Words,
    without_bytes: bool,
) -> Result<Call, Failure> {
    if action != OfSnapshots::Save {
        words.without("--without-bytes", without_bytes)?;
    }
    if action == OfSnapshots::List {
        return Ok(Call::get("/snapshots"));
    }
    let one = format!("/snapshots/{}", escaped(&words.needed("the name")?)?);
    Ok(match action {
        OfSnapshots::List | OfSnapshots::Show => Call::get(one),
        OfSnapshots::Save => Call::put(one).with(&json!({ "bytes": !without_bytes })),
        OfSnapshots::Load => Call::post(format!("{one}/load")),
        OfSnapshots::Remove => Call::delete(one),
        OfSnapshots::Export => {
            let file = words.needed("the file")?;
            Call::get(format!("{one}/export")).writing_to(file.into())
        }
        OfSnapshots::Import => {
            let file = words.needed("the file")?;
            Call::put(format!("{one}/import")).sending_file(file.into())
        }
    })
}

fn of_faults(action: OfFaults, words: &mut Words) -> Result<Call, Failure> {
    let mut one = || Ok(format!("/faults/{}", escaped(&words.needed("the id")?)?));
    Ok(match action {
        OfFaults::List => Call::get("/faults"),
        OfFaults::Add => {
            let rule = words.needed("the rule (in JSON, or @FILE, or -)")?;
            Call::post("/faults").with(&given::json("the rule", rule)?)
        }
        OfFaults::Show => Call::get(one()?),
        OfFaults::Remove => Call::delete(one()?),
        OfFaults::Clear => Call::delete("/faults"),
    })
}

fn of_rules(
    path: &str,
    action: OfRules,
    words: &mut Words,
    rules: impl FnOnce(&mut Words) -> Result<Value, Failure>,
) -> Result<Call, Failure> {
    Ok(match action {
        OfRules::Show => Call::get(path),
        OfRules::Set => Call::put(path).with(&rules(words)?),
        OfRules::Clear => Call::delete(path),
    })
}

fn of_pace(action: OfRules, words: &mut Words) -> Result<Call, Failure> {
    of_rules("/pace", action, words, |words| {
        let rules = words.needed("the rules (in JSON, or @FILE, or -)")?;
        given::json("the rules", rules)
    })
}

fn of_policy(action: OfRules, words: &mut Words) -> Result<Call, Failure> {
    of_rules("/policy", action, words, |words| {
        given::yaml(&words.needed("the file")?)
    })
}

fn of_metadefs(file: &str, existing: Option<Existing>) -> Result<Call, Failure> {
    let how = existing.and_then(|it| it.to_possible_value());
    let how = how.map(|it| ("existing".to_owned(), it.get_name().to_owned()));
    let call = Call::post("/metadefs").with_text(&given::file(file)?);
    Ok(call.asking(how.into_iter().collect()))
}

fn of_settings(action: OfRules, words: &mut Words) -> Result<Call, Failure> {
    let changes = |words: &mut Words| {
        let first = words.needed("NAME=VALUE")?;
        given::settings([vec![first], words.rest()].concat())
    };
    Ok(of_rules("/config", action, words, changes)?.patching())
}

fn of_clock(action: OfClock, words: &mut Words) -> Result<Call, Failure> {
    let put = |wanted: Value| Call::put("/clock").with(&wanted);
    Ok(match action {
        OfClock::Show => Call::get("/clock"),
        OfClock::Set => put(json!({ "now": words.needed("the time")? })),
        OfClock::Freeze => put(json!({ "frozen": true })),
        OfClock::Run => put(json!({ "frozen": false })),
        OfClock::Restart => Call::delete("/clock"),
        OfClock::Advance => {
            let said = words.needed("the seconds")?;
            let seconds = said.parse().ok().filter(|it: &f64| it.is_finite());
            let wrong = || Failure::usage(format!("{said:?} is no number of seconds"));
            let seconds = seconds.ok_or_else(wrong)?;
            Call::post("/clock/advance").with(&json!({ "seconds": seconds }))
        }
    })
}
