//! The policy rules that decided about a request.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::domain::policy::Rule;

/// The words that hold a bit for each rule.
const WORDS: usize = Rule::ALL.len().div_ceil(64);

/// A policy rule that was asked about a request, and what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyDecision {
    /// The name of the rule, as in a policy file.
    pub rule: &'static str,
    /// Whether it let the request pass. A rule that was asked about several objects may have said both.
    pub allowed: bool,
}

/// The rules that were asked about one request: to note one costs a single write, for lists ask about each
/// image.
#[derive(Debug, Default)]
pub(super) struct NotedRules {
    allowed: [AtomicU64; WORDS],
    refused: [AtomicU64; WORDS],
}

impl NotedRules {
    /// Notes what a rule said.
    pub(super) fn note(&self, rule: Rule, allowed: bool) {
        let words = if allowed {
            &self.allowed
        } else {
            &self.refused
        };
        if let Some(word) = words.get(rule as usize / 64) {
            word.fetch_or(bit(rule), Ordering::Relaxed);
        }
    }

    /// Returns what was noted, in the order of the rules.
    pub(super) fn decisions(&self) -> Vec<PolicyDecision> {
        let sides = [(&self.allowed, true), (&self.refused, false)];
        let rules = Rule::ALL.iter().flat_map(|rule| {
            sides.into_iter().filter_map(|(words, allowed)| {
                let word = words.get(*rule as usize / 64)?.load(Ordering::Relaxed);
                let decision = PolicyDecision {
                    rule: rule.name(),
                    allowed,
                };
                (word & bit(*rule) != 0).then_some(decision)
            })
        });
        rules.collect()
    }
}

/// Returns the bit of a rule in its word.
const fn bit(rule: Rule) -> u64 {
    1 << (rule as usize % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_noted_with_what_it_said() {
        for (place, rule) in Rule::ALL.iter().enumerate() {
            let noted = NotedRules::default();
            noted.note(*rule, place % 2 == 0);
            let [one] = noted.decisions()[..] else {
                panic!("{rule}: {:?}", noted.decisions());
            };
            assert_eq!((one.rule, one.allowed), (rule.name(), place % 2 == 0));
        }
    }

    #[test]
    fn a_rule_that_said_both_is_there_twice() {
        let noted = NotedRules::default();
        for allowed in [true, false, true] {
            noted.note(Rule::GetImage, allowed);
        }
        let allowed: Vec<_> = noted.decisions().iter().map(|it| it.allowed).collect();
        assert_eq!(allowed, [true, false]);
    }
}
