//! What a test expects that clients sent, and an account of how it was instead.

use serde::{Deserialize, Serialize};

use super::entry::Recorded;
use super::{Filter, Journal};

/// How many exchanges an account shows.
const SHOWN: usize = 5;

/// That so many requests of a kind came: without a number, at least one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Which requests are counted.
    #[serde(rename = "match", default)]
    pub filter: Filter,
    /// So many or more.
    pub at_least: Option<usize>,
    /// So many or fewer.
    pub at_most: Option<usize>,
    /// So many.
    pub exactly: Option<usize>,
}

/// How it was.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Whether it was as expected.
    #[serde(skip)]
    pub holds: bool,
    /// What was expected and what came, in a sentence.
    #[serde(skip)]
    pub message: String,
    /// How many requests were of the kind.
    pub count: usize,
    /// If it was not as expected: what came too often, or what came closest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closest: Vec<Near>,
}

/// An exchange that is of the kind, or nearly.
#[derive(Clone, Debug, Serialize)]
pub struct Near {
    /// What it lacks to be of the kind, a sentence for each; nothing if it is.
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
    /// Whether what came is as expected. Fails where nothing can be.
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
        let near = |(differs, entry): (Vec<String>, std::sync::Arc<super::Entry>)| Near {
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
