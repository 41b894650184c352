//! Fault rules: the requests that fail, and how they fail, as set through the control API.

mod backend;
mod effect;
mod matching;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

pub use backend::{
    DataAccess, DatabaseFailure, ImportFaultEffect, StoreFailure, StoreFaultEffect, TaskStep,
};
pub use effect::{BodySide, ConnectionReset, FaultEffect, ResponseOverride, Stall};
pub use matching::{RequestFacts, RequestMatch};

/// A fault and the requests that it is injected into.
#[derive(Clone, Debug)]
pub struct FaultRule {
    /// The condition on the requests.
    pub matches: RequestMatch,
    /// The number of requests that the fault is injected into; `None`: all.
    pub times: Option<u64>,
    /// The number of matching requests that pass first.
    pub after: u64,
    /// The effect of the fault.
    pub effect: FaultEffect,
    /// The rule as the client sent it.
    pub written: Value,
}

/// The reason why a fault rule is invalid: the field and what is wrong with it, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FaultRuleError(pub String);

impl FaultRuleError {
    pub(in crate::domain) fn at(field: &str, reason: impl std::fmt::Display) -> Self {
        Self(format!("{field}: {reason}"))
    }
}

/// The JSON fields of a rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultRuleFields {
    #[serde(default, rename = "match")]
    matches: matching::MatchFields,
    #[serde(default)]
    times: Option<u64>,
    #[serde(default)]
    after: u64,
    fault: effect::EffectFields,
}

impl FaultRule {
    /// Parses `{"match": {…}, "times": 2, "after": 1, "fault": {…}}`, where only `fault` is
    /// required.
    pub fn read(written: Value) -> Result<Self, FaultRuleError> {
        let fields: FaultRuleFields = read(&written)?;
        if fields.times == Some(0) {
            return Err(FaultRuleError::at(
                "times",
                "a fault that never strikes is none",
            ));
        }
        let effect = fields.fault.read()?;
        let matches = fields.matches.read()?;
        if matches!(effect, FaultEffect::Import(_)) && matches.has_header() {
            return Err(FaultRuleError::at(
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

/// Deserializes a JSON object strictly; an error names the path of the wrong field.
pub(in crate::domain) fn read<'a, T: Deserialize<'a>>(
    document: &'a Value,
) -> Result<T, FaultRuleError> {
    if !document.is_object() {
        return Err(FaultRuleError("the body has to be a JSON object".into()));
    }
    serde_path_to_error::deserialize(document).map_err(|error| match error.path().to_string() {
        path if path == "." => FaultRuleError(error.inner().to_string()),
        path => FaultRuleError::at(&path, error.inner()),
    })
}
