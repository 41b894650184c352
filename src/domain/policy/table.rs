//! The checks of all rules, and the proof that evaluating any of them ends.

use std::collections::HashSet;

use super::check::Check;
use super::error::{ARROW, PolicyError};
use super::rule_index::RuleIndex;
use super::rules::Rule;

/// The deepest nesting of checks, through the rules they refer to: a bound for the stack.
const MAX_DEPTH: usize = 500;

/// The checks, each at the index of its rule's name.
#[derive(Debug, Default)]
pub(super) struct CheckTable(Vec<Option<Check>>);

impl CheckTable {
    /// Stores a check at its index, in place of the one that was there.
    pub(super) fn put(&mut self, index: usize, check: Check) {
        if self.0.len() <= index {
            self.0.resize_with(index + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(check);
        }
    }

    /// Returns the check that is evaluated for an index: its own, or the one of `default` for a
    /// rule that nobody defined, as oslo.policy does.
    pub(super) fn check(&self, index: usize) -> Option<&Check> {
        self.own(index).or_else(|| self.own(Rule::Default as usize))
    }

    /// Returns the names that have no check of their own.
    pub(super) fn undefined<'a>(&'a self, index: &'a RuleIndex) -> impl Iterator<Item = &'a str> {
        let undefined = index.iter().filter(|(_, index)| self.own(*index).is_none());
        undefined.map(|(name, _)| name)
    }

    /// Returns whether any check asks another server.
    pub(super) fn asks_others(&self) -> bool {
        let mut checks = self.0.iter().flatten();
        checks.any(|check| check.find(&mut |check| matches!(check, Check::Remote(_))))
    }

    /// Returns whether the evaluation of a rule may ask another server.
    pub(super) fn may_ask_others(&self, index: usize) -> bool {
        let mut seen = HashSet::new();
        let mut left = vec![index];
        while let Some(index) = left.pop() {
            if !seen.insert(index) {
                continue;
            }
            let mut asks = |check: &Check| {
                if let Check::Rule(other) = check {
                    left.push(*other);
                }
                matches!(check, Check::Remote(_))
            };
            let check = self.check(index);
            if check.is_some_and(|check| check.find(&mut asks)) {
                return true;
            }
        }
        false
    }

    /// Refuses rules that refer back to themselves and those nested too deep.
    pub(super) fn validate(&self, names: &RuleIndex) -> Result<(), PolicyError> {
        let mut walk = ReferenceWalk {
            table: self,
            names,
            heights: vec![None; self.0.len().max(names.len())],
            path: Vec::new(),
        };
        (0..self.0.len()).try_for_each(|index| walk.rule(index, 0).map(drop))
    }

    fn own(&self, index: usize) -> Option<&Check> {
        self.0.get(index).and_then(Option::as_ref)
    }
}

/// A depth-first walk along every reference from rule to rule.
struct ReferenceWalk<'a> {
    table: &'a CheckTable,
    names: &'a RuleIndex,
    /// The number of checks nested below each index, where it is known already.
    heights: Vec<Option<usize>>,
    path: Vec<usize>,
}

impl ReferenceWalk<'_> {
    fn rule(&mut self, index: usize, depth: usize) -> Result<usize, PolicyError> {
        if self.path.contains(&index) {
            return Err(self.cycle(index));
        }
        let known = self.heights.get(index).copied().flatten();
        if depth + known.unwrap_or(0) > MAX_DEPTH {
            return Err(self.too_deep(index));
        }
        if let Some(height) = known {
            return Ok(height);
        }
        self.path.push(index);
        let height = match self.table.own(index) {
            Some(check) => self.check(check, depth + 1)? + 1,
            None => self.rule(Rule::Default as usize, depth + 1)? + 1,
        };
        self.path.pop();
        if let Some(slot) = self.heights.get_mut(index) {
            *slot = Some(height);
        }
        Ok(height)
    }

    fn check(&mut self, check: &Check, depth: usize) -> Result<usize, PolicyError> {
        match check {
            Check::Rule(index) => self.rule(*index, depth + 1),
            Check::Not(check) => Ok(self.check(check, depth + 1)? + 1),
            Check::All(checks) | Check::Any(checks) => {
                let mut highest = 0;
                for check in checks {
                    highest = highest.max(self.check(check, depth + 1)? + 1);
                }
                Ok(highest)
            }
            _ => Ok(1),
        }
    }

    fn cycle(&self, index: usize) -> PolicyError {
        let cycle = self.path.iter().skip_while(|step| **step != index);
        let names = cycle.chain([&index]).map(|step| self.names.name(*step));
        PolicyError::Cycle {
            rule: self.names.name(index).to_owned(),
            line: 0,
            path: names.collect::<Vec<_>>().join(ARROW),
        }
    }

    fn too_deep(&self, index: usize) -> PolicyError {
        let rule = self.path.first().copied().unwrap_or(index);
        PolicyError::TooDeep {
            rule: self.names.name(rule).to_owned(),
            line: 0,
        }
    }
}
