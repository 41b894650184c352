//! Pace rules: how long uploads and imports stay in each state, and how they end, as set through
//! the control API.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{FaultRuleError, read};
use super::glob::Glob;

/// The error for an empty document, which is most likely a mistake: DELETE removes the pace.
const EMPTY_PACE: &str = "the pace says nothing: rules, saving, pending, importing or outcome is needed; \
                       DELETE takes the pace back";

/// The pace of the images that match a pattern.
#[derive(Clone, Debug)]
pub struct PaceRule {
    /// The pattern of the images' IDs or names; `None`: all images.
    pub image: Option<Glob>,
    /// The name of the region that they are in; `None`: in any.
    pub region: Option<String>,
    /// The time for which an image stays `saving` after its data was uploaded.
    pub saving: Option<PauseRule>,
    /// The time for which a task stays `pending`; its image is still `queued` or `uploading`.
    pub pending: Option<PauseRule>,
    /// The time for which a task stays `processing`; its image is `importing`.
    pub importing: Option<PauseRule>,
    /// The message with which the upload or the task fails, if it is to fail.
    pub failure: Option<String>,
    /// The rule as the client sent it.
    pub document: Value,
}

/// The rule for how long an image or a task stays in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseRule {
    /// Until this number of requests have seen the state.
    Polls(u64),
    /// For this duration, by the clock of the cloud.
    Time(Duration),
}

/// A state in which images and tasks can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PacedState {
    /// The data of the image was uploaded.
    Saving,
    /// The task is pending.
    Pending,
    /// The task is processing.
    Importing,
}

impl PacedState {
    /// Returns the name of the state in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saving => "saving",
            Self::Pending => "pending",
            Self::Importing => "importing",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaceFields {
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    saving: Option<PauseFields>,
    #[serde(default)]
    pending: Option<PauseFields>,
    #[serde(default, alias = "processing")]
    importing: Option<PauseFields>,
    #[serde(default)]
    outcome: Option<OutcomeField>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeField {
    Success,
    Failure(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PauseFields {
    #[serde(default)]
    polls: Option<u64>,
    #[serde(default)]
    seconds: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaceDocument {
    rules: Vec<Value>,
}

impl PaceRule {
    /// Parses `{"rules": […]}`, or a single rule.
    pub fn read_all(document: Value) -> Result<Vec<Self>, FaultRuleError> {
        if document.as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(FaultRuleError(EMPTY_PACE.into()));
        }
        if document.get("rules").is_none() {
            return Ok(vec![Self::read(document)?]);
        }
        let PaceDocument { rules } = read(&document)?;
        let rules = rules.into_iter().enumerate().map(|(at, rule)| {
            Self::read(rule).map_err(|error| FaultRuleError(format!("rules[{at}]: {error}")))
        });
        rules.collect()
    }

    fn read(document: Value) -> Result<Self, FaultRuleError> {
        let fields: PaceFields = read(&document)?;
        let image = fields.image.as_deref().map(Glob::of_names).transpose();
        let stay = |name: &str, stay: Option<PauseFields>| {
            let stay = stay.map(PauseFields::read).transpose();
            stay.map_err(|error| FaultRuleError(format!("{name}: {error}")))
        };
        Ok(Self {
            image: image.map_err(|error| FaultRuleError(format!("image: {error}")))?,
            region: fields.region,
            saving: stay("saving", fields.saving)?,
            pending: stay("pending", fields.pending)?,
            importing: stay("importing", fields.importing)?,
            failure: match fields.outcome {
                Some(OutcomeField::Failure(message)) => Some(message),
                Some(OutcomeField::Success) | None => None,
            },
            document,
        })
    }

    /// Returns true if the rule applies to an image with this ID and name in this region. An image that is not
    /// created yet has neither.
    #[must_use]
    pub fn is_for(&self, id: Option<&str>, name: Option<&str>, region: &str) -> bool {
        let matches = |glob: &Glob| {
            [id, name]
                .into_iter()
                .flatten()
                .any(|text| glob.matches(text))
        };
        let wanted = self.region.as_ref();
        self.image.as_ref().is_none_or(matches)
            && wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(region))
    }

    /// Returns how long an image stays in a state.
    #[must_use]
    pub fn stay(&self, stage: PacedState) -> Option<PauseRule> {
        match stage {
            PacedState::Saving => self.saving,
            PacedState::Pending => self.pending,
            PacedState::Importing => self.importing,
        }
    }
}

impl PauseFields {
    fn read(self) -> Result<PauseRule, String> {
        match (self.polls, self.seconds) {
            (Some(0), None) => Err("a state that nobody sees is left out".into()),
            (Some(polls), None) => Ok(PauseRule::Polls(polls)),
            (None, Some(seconds)) => Duration::try_from_secs_f64(seconds)
                .map(PauseRule::Time)
                .map_err(|_| format!("{} is no time", json!(seconds))),
            _ => Err("either polls or seconds".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_pace_rules_are_refused() {
        for (document, names) in [
            (json!({}), "rules, saving, pending, importing or outcome"),
            (json!({ "savin": {} }), "unknown field `savin`"),
            (json!({ "saving": {} }), "saving: either polls or seconds"),
            (json!({ "saving": { "polls": -1 } }), "saving.polls"),
            (json!({ "saving": { "polls": 0 } }), "saving"),
            (json!({ "saving": { "seconds": -1 } }), "saving: -1"),
            (json!({ "saving": { "polls": 1, "seconds": 1 } }), "saving"),
            (json!({ "outcome": "maybe" }), "outcome"),
            (json!({ "image": "[" }), "image"),
            (
                json!({ "rules": [{}, { "x": 1 }] }),
                "rules[1]: x: unknown field `x`",
            ),
            (
                json!({ "rules": [], "saving": {} }),
                "unknown field `saving`",
            ),
        ] {
            let message = PaceRule::read_all(document.clone())
                .unwrap_err()
                .to_string();
            assert!(message.contains(names), "{document}: {message}");
        }
    }

    #[test]
    fn a_rule_is_for_images_by_id_or_name() {
        let rules = PaceRule::read_all(json!({ "image": "slow-*", "processing": { "polls": 2 } }));
        let rule = rules.unwrap().remove(0);
        assert!(rule.is_for(Some("1"), Some("slow-1"), "R"));
        assert!(rule.is_for(Some("slow-1"), None, "R"));
        assert!(!rule.is_for(Some("1"), Some("fast"), "R"));
        assert!(!rule.is_for(None, None, "R"));
        assert_eq!(rule.stay(PacedState::Importing), Some(PauseRule::Polls(2)));
        assert_eq!(rule.stay(PacedState::Saving), None);
    }
}
