//! The differences that are known: a TOML file with a table `[[allow]]` for each, which says why.

use std::path::Path;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

use super::judge::Difference;
use crate::cli::recording::Exchange;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowFile {
    #[serde(default)]
    allow: Vec<AllowEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowEntry {
    /// A pattern of methods and paths, such as `GET /v2/images/*`.
    request: String,
    /// A pattern of places, such as `header vary` and `body/*`.
    place: String,
    reason: String,
}

/// A difference that is known.
#[derive(Debug)]
struct Rule {
    request: GlobMatcher,
    place: GlobMatcher,
    reason: String,
    is_used: bool,
}

/// The differences that are known.
#[derive(Debug, Default)]
pub(super) struct Allowed(Vec<Rule>);

impl Allowed {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        Self::parse(&text).map_err(|why| format!("{shown}: {why}"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: AllowFile = toml::from_str(text).map_err(|error| error.to_string())?;
        let rules = file.allow.into_iter().map(|entry| {
            if entry.reason.trim().is_empty() {
                return Err(format!("{}: the reason is empty", entry.request));
            }
            Ok(Rule {
                request: pattern(&entry.request)?,
                place: pattern(&entry.place)?,
                reason: entry.reason,
                is_used: false,
            })
        });
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// Divides differences into known ones, with the reasons, and others.
    pub(super) fn split(
        &mut self,
        exchange: &Exchange,
        found: Vec<Difference>,
    ) -> (Vec<String>, Vec<Difference>) {
        let request = format!("{} {}", exchange.method, exchange.path);
        let (mut known, mut rest) = (Vec::new(), Vec::new());
        for difference in found {
            let mut rules = self.0.iter_mut();
            let rule = rules.find(|rule| {
                rule.request.is_match(&request) && rule.place.is_match(&difference.place)
            });
            match rule {
                Some(rule) => {
                    rule.is_used = true;
                    known.push(format!("{}: {}", difference.place, rule.reason));
                }
                None => rest.push(difference),
            }
        }
        (known, rest)
    }

    /// Returns the reasons that nothing needed.
    pub(super) fn unused(&self) -> Vec<String> {
        let unused = self.0.iter().filter(|rule| !rule.is_used);
        unused.map(|rule| rule.reason.clone()).collect()
    }
}

fn pattern(text: &str) -> Result<GlobMatcher, String> {
    let glob = Glob::new(text).map_err(|error| error.to_string())?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_divided_from_the_rest() {
        let text = "[[allow]]\nrequest = 'GET /v2/images/*'\nplace = 'header *'\nreason = 'known'";
        let mut allowed = Allowed::parse(text).unwrap();
        let exchange = Exchange {
            method: "GET".into(),
            path: "/v2/images/1".into(),
            ..Exchange::default()
        };
        let difference = |place: &str| Difference {
            place: place.into(),
            recorded: None,
            here: None,
        };
        assert_eq!(allowed.unused(), ["known"]);
        let (known, rest) = allowed.split(
            &exchange,
            vec![difference("status"), difference("header vary")],
        );
        assert_eq!(known, ["header vary: known"]);
        assert_eq!(rest, [difference("status")]);
        assert!(allowed.unused().is_empty());
    }

    #[test]
    fn a_rule_without_a_reason_is_refused() {
        let text = "[[allow]]\nrequest = '*'\nplace = '*'\nreason = ' '";
        assert!(
            Allowed::parse(text)
                .unwrap_err()
                .contains("reason is empty")
        );
        assert!(Allowed::parse("[[allow]]\nplace = '*'").is_err());
    }
}
