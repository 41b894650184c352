//! Faults: which requests go wrong, and how, as whoever tests a client says it.

mod effect;
mod matching;
#[cfg(test)]
mod tests;
mod underneath;

use serde::Deserialize;
use serde_json::Value;

pub use effect::{Answer, Effect, Reset, Side, Stall};
pub use matching::{Facts, Match};
pub use underneath::{Access, DatabaseFails, ImportFault, Step, StoreFails, StoreFault};

/// A fault, and the requests that it is for.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which requests.
    pub matches: Match,
    /// How often it strikes; nothing: always.
    pub times: Option<u64>,
    /// How many of the requests it lets pass before.
    pub after: u64,
    /// What it does.
    pub effect: Effect,
    /// All of it as it was written.
    pub written: Value,
}

/// What is wrong with a fault that somebody wants: the field and the reason, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

impl Wrong {
    pub(in crate::domain) fn at(field: &str, reason: impl std::fmt::Display) -> Self {
        Self(format!("{field}: {reason}"))
    }
}

/// A rule, field by field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, rename = "match")]
    matches: matching::Fields,
    #[serde(default)]
    times: Option<u64>,
    #[serde(default)]
    after: u64,
    fault: effect::Fields,
}

impl Rule {
    /// Reads `{"match": {…}, "times": 2, "after": 1, "fault": {…}}`; all but `fault` may be left out.
    pub fn read(written: Value) -> Result<Self, Wrong> {
        let fields: Fields = read(&written)?;
        if fields.times == Some(0) {
            return Err(Wrong::at("times", "a fault that never strikes is none"));
        }
        let effect = fields.fault.read()?;
        let matches = fields.matches.read()?;
        if matches!(effect, Effect::Import(_)) && matches.names_a_header() {
            return Err(Wrong::at(
                "match.header",
                "what a task does is matched when its request is long over",
            ));
        }
        Ok(Self {
            matches,
            times: fields.times,
            after: fields.after,
            effect,
            written,
        })
    }
}

/// Reads a document strictly: what is wrong is told with the place where it stands.
pub(in crate::domain) fn read<'a, T: Deserialize<'a>>(document: &'a Value) -> Result<T, Wrong> {
    if !document.is_object() {
        return Err(Wrong("the body has to be a JSON object".into()));
    }
    serde_path_to_error::deserialize(document).map_err(|error| match error.path().to_string() {
        path if path == "." => Wrong(error.inner().to_string()),
        path => Wrong::at(&path, error.inner()),
    })
}
