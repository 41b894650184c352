//! What became of each exchange of a recording.

use std::fmt::Write;

use serde_json::{Value, json};

use super::judge::Difference;
use crate::cli::recording::Exchange;

/// The differences of one exchange that a text shows.
const SHOWN: usize = 20;

/// The longest value that a text shows, in letters.
const LONGEST: usize = 300;

/// What became of an exchange.
#[derive(Debug)]
pub(super) enum ExchangeOutcome {
    Same,
    /// The differences are known, for these reasons.
    Allowed(Vec<String>),
    NotCompared(String),
    Different(Vec<Difference>),
}

/// What became of all exchanges.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// What was recorded, and when.
    source: String,
    lines: Vec<(u64, String, ExchangeOutcome)>,
    /// The reasons of known differences that did not occur.
    pub(super) unused: Vec<String>,
}

impl Report {
    /// Makes an empty one on a recording.
    pub(super) fn of(source: String) -> Self {
        Self {
            source,
            ..Self::default()
        }
    }

    /// Adds an exchange.
    pub(super) fn add(&mut self, exchange: &Exchange, outcome: ExchangeOutcome) {
        let request = format!("{} {}", exchange.method, exchange.target());
        self.lines.push((exchange.id, request, outcome));
    }

    /// Returns the number of exchanges.
    pub(super) fn exchanges(&self) -> usize {
        self.lines.len()
    }

    /// Returns the number of exchanges that differ.
    pub(super) fn differing(&self) -> usize {
        self.count(|outcome| matches!(outcome, ExchangeOutcome::Different(_)))
    }

    fn count(&self, counts: impl Fn(&ExchangeOutcome) -> bool) -> usize {
        let outcomes = self.lines.iter().map(|(_, _, outcome)| outcome);
        outcomes.filter(|outcome| counts(outcome)).count()
    }

    /// Returns the report for people.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (id, request, outcome) in &self.lines {
            // Writing into a string does not fail.
            let _written = match outcome {
                ExchangeOutcome::Different(found) => {
                    writeln!(text, "{id}: {request}\n{}", shown(found))
                }
                ExchangeOutcome::NotCompared(why) => {
                    writeln!(text, "{id}: {request}\n  not compared: {why}\n")
                }
                ExchangeOutcome::Same | ExchangeOutcome::Allowed(_) => Ok(()),
            };
        }
        for reason in &self.unused {
            let _written = writeln!(text, "allowed, but no longer a difference: {reason}");
        }
        let same = self.count(|outcome| matches!(outcome, ExchangeOutcome::Same));
        let allowed = self.count(|outcome| matches!(outcome, ExchangeOutcome::Allowed(_)));
        let left = self.count(|outcome| matches!(outcome, ExchangeOutcome::NotCompared(_)));
        let different = self.differing();
        let _written = writeln!(
            text,
            "{different} different, {same} same, {allowed} allowed, {left} not compared: {}",
            self.source
        );
        text
    }

    /// Returns the report as a document.
    pub(super) fn json(&self) -> Value {
        let exchanges = self.lines.iter().map(|(id, request, outcome)| {
            let mut line = json!({ "id": id, "request": request });
            let (word, more) = match outcome {
                ExchangeOutcome::Same => ("same", None),
                ExchangeOutcome::Allowed(reasons) => ("allowed", Some(("reasons", json!(reasons)))),
                ExchangeOutcome::NotCompared(why) => ("not compared", Some(("reason", json!(why)))),
                ExchangeOutcome::Different(found) => {
                    ("different", Some(("differences", json!(found))))
                }
            };
            if let Some(fields) = line.as_object_mut() {
                fields.insert("outcome".into(), word.into());
                fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
            }
            line
        });
        json!({
            "recording": self.source,
            "exchanges": exchanges.collect::<Vec<_>>(),
            "different": self.differing(),
            "unused": self.unused,
        })
    }
}

fn shown(found: &[Difference]) -> String {
    let mut text = String::new();
    for difference in found.iter().take(SHOWN) {
        let (recorded, here) = (
            value(difference.recorded.as_ref()),
            value(difference.here.as_ref()),
        );
        // Writing into a string does not fail.
        let _written = writeln!(
            text,
            "  {}: recorded {recorded}, here {here}",
            difference.place
        );
    }
    if found.len() > SHOWN {
        let _written = writeln!(text, "  … and {} more", found.len() - SHOWN);
    }
    text
}

fn value(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}
