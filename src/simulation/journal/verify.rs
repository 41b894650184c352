//! Verifies that clients sent the expected requests, and tells the difference.

use serde::{Deserialize, Serialize};

use super::entry::Recorded;
use super::{Filter, Journal};

/// The greatest number of exchanges in a report.
const SHOWN: usize = 5;

/// An expected number of matching requests: without one, at least one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The filter of the requests that are counted.
    #[serde(rename = "match", default)]
    pub filter: Filter,
    /// The least number.
    pub at_least: Option<usize>,
    /// The greatest number.
    pub at_most: Option<usize>,
    /// The exact number.
    pub exactly: Option<usize>,
}

/// The result of a verification.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Whether it was as expected.
    #[serde(skip)]
    pub holds: bool,
    /// The expected and the actual requests, in a sentence.
    #[serde(skip)]
    pub message: String,
    /// The number of requests that matched.
    pub count: usize,
    /// The surplus or the closest exchanges, if the expectation was not met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closest: Vec<ClosestMatch>,
}

/// An exchange that is of the kind, or nearly.
#[derive(Clone, Debug, Serialize)]
pub struct ClosestMatch {
    /// The differences from the filter, a sentence for each; none if it matches.
    pub differs: Vec<String>,
    /// The exchange.
    pub request: Recorded,
}

impl Expectation {
    /// The fewest and the most that are expected.
    fn bounds(&self) -> Result<(usize, Option<usize>), String> {
        match (self.exactly, self.at_least, self.at_most) {
            (Some(exactly), None, None) => Ok((exactly, Some(exactly))),
            (Some(_), ..) => Err("exactly stands alone, without at_least and at_most".into()),
            (None, None, None) => Ok((1, None)),
            (None, Some(least), Some(most)) if least > most => {
                Err(format!("at_least is {least}, more than at_most, {most}"))
            }
            (None, least, most) => Ok((least.unwrap_or(0), most)),
        }
    }

    fn words(&self) -> String {
        let amount = match (self.exactly, self.at_least, self.at_most) {
            (Some(count), ..) => format!("exactly {count}"),
            (None, Some(least), Some(most)) => format!("{least} to {most}"),
            (None, Some(least), None) => format!("at least {least}"),
            (None, None, Some(most)) => format!("at most {most}"),
            (None, None, None) => "at least 1".into(),
        };
        format!("{amount} {}", self.filter.words())
    }
}

impl Journal {
    /// Returns whether what came is as expected. Fails where nothing can be.
    pub fn verify(&self, expected: &Expectation) -> Result<Verdict, String> {
        let (least, most) = expected.bounds()?;
        let mut judged: Vec<_> = self
            .all()
            .into_iter()
            .map(|value| (expected.filter.lacks(&value), value))
            .collect();
        let count = judged.iter().filter(|judged| judged.0.is_empty()).count();
        let few = count < least;
        let holds = !few && most.is_none_or(|most| count <= most);
        // Of as many differences, the latest first.
        judged.reverse();
        judged.sort_by_key(|judged| judged.0.len());
        judged.retain(|judged| few || judged.0.is_empty());
        judged.truncate(if holds { 0 } else { SHOWN });
        let near = |(differs, entry): (Vec<String>, std::sync::Arc<super::Entry>)| ClosestMatch {
            differs,
            request: entry.recorded(),
        };
        Ok(Verdict {
            holds,
            message: format!("expected {}, found {count}", expected.words()),
            count,
            closest: judged.into_iter().map(near).collect(),
        })
    }
}
