//! Pace: how long uploads and imports stay in each state, and how they end, as whoever tests a
//! client says it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Wrong, read};
use super::glob::Glob;

/// A document without a word is a slip: whoever wants no pace deletes it.
const NOTHING: &str = "the pace says nothing: rules, saving, pending, importing or outcome is needed; \
                       DELETE takes the pace back";

/// How some images move on.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Which images, by id or name; nothing: all.
    pub image: Option<Glob>,
    /// How long an image whose data was uploaded is `saving`.
    pub saving: Option<Stay>,
    /// How long a task is `pending`; its image is still `queued` or `uploading`.
    pub pending: Option<Stay>,
    /// How long a task is `processing`; the image that it imports to is `importing`.
    pub importing: Option<Stay>,
    /// What the upload or the task fails of, if it is to fail.
    pub failure: Option<String>,
    /// All of it as it was written.
    pub written: Value,
}

/// How long something stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Until so many requests have seen it so.
    Polls(u64),
    /// For so long, by the clock of the cloud.
    Time(Duration),
}

/// A state in which images and tasks can be made to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its data was uploaded.
    Saving,
    /// The task waits.
    Pending,
    /// The task runs.
    Importing,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Saving => "saving",
            Self::Pending => "pending",
            Self::Importing => "importing",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    saving: Option<StayFields>,
    #[serde(default)]
    pending: Option<StayFields>,
    #[serde(default, alias = "processing")]
    importing: Option<StayFields>,
    #[serde(default)]
    outcome: Option<Outcome>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Success,
    Failure(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StayFields {
    #[serde(default)]
    polls: Option<u64>,
    #[serde(default)]
    seconds: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<Value>,
}

impl Pace {
    /// Reads `{"rules": […]}`, or one rule alone.
    pub fn read_all(written: Value) -> Result<Vec<Self>, Wrong> {
        if written.as_object().is_some_and(serde_json::Map::is_empty) {
            return Err(Wrong(NOTHING.into()));
        }
        if written.get("rules").is_none() {
            return Ok(vec![Self::read(written)?]);
        }
        let Rules { rules } = read(&written)?;
        let rules = rules
            .into_iter()
            .enumerate()
            .map(|(at, rule)| Self::read(rule).map_err(|it| Wrong(format!("rules[{at}]: {it}"))));
        rules.collect()
    }

    fn read(written: Value) -> Result<Self, Wrong> {
        let fields: Fields = read(&written)?;
        let image = fields.image.as_deref().map(Glob::of_names).transpose();
        let stay = |name: &str, stay: Option<StayFields>| {
            let stay = stay.map(StayFields::read).transpose();
            stay.map_err(|it| Wrong(format!("{name}: {it}")))
        };
        Ok(Self {
            image: image.map_err(|it| Wrong(format!("image: {it}")))?,
            saving: stay("saving", fields.saving)?,
            pending: stay("pending", fields.pending)?,
            importing: stay("importing", fields.importing)?,
            failure: match fields.outcome {
                Some(Outcome::Failure(message)) => Some(message),
                Some(Outcome::Success) | None => None,
            },
            written,
        })
    }

    /// Whether it is for an image of this id and name. One that is not made yet has neither.
    #[must_use]
    pub fn is_for(&self, id: Option<&str>, name: Option<&str>) -> bool {
        let matches = |glob: &Glob| [id, name].into_iter().flatten().any(|it| glob.matches(it));
        self.image.as_ref().is_none_or(matches)
    }

    /// How long such an image stays in a state.
    #[must_use]
    pub fn stay(&self, stage: Stage) -> Option<Stay> {
        match stage {
            Stage::Saving => self.saving,
            Stage::Pending => self.pending,
            Stage::Importing => self.importing,
        }
    }
}

impl StayFields {
    fn read(self) -> Result<Stay, String> {
        match (self.polls, self.seconds) {
            (Some(0), None) => Err("a state that nobody sees is left out".into()),
            (Some(polls), None) => Ok(Stay::Polls(polls)),
            (None, Some(seconds)) => Duration::try_from_secs_f64(seconds)
                .map(Stay::Time)
                .map_err(|_| format!("{} is no time", json!(seconds))),
            _ => Err("either polls or seconds".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pace_is_named() {
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
            let said = Pace::read_all(document.clone()).unwrap_err().to_string();
            assert!(said.contains(names), "{document}: {said}");
        }
    }

    #[test]
    fn a_rule_is_for_images_by_id_or_name() {
        let rules = Pace::read_all(json!({ "image": "slow-*", "processing": { "polls": 2 } }));
        let rule = rules.unwrap().remove(0);
        assert!(rule.is_for(Some("1"), Some("slow-1")));
        assert!(rule.is_for(Some("slow-1"), None));
        assert!(!rule.is_for(Some("1"), Some("fast")));
        assert!(!rule.is_for(None, None));
        assert_eq!(rule.stay(Stage::Importing), Some(Stay::Polls(2)));
        assert_eq!(rule.stay(Stage::Saving), None);
    }
}
