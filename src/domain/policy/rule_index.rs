//! The names of rules, each with its index in the table of checks.

use std::collections::HashMap;

use super::rules::Rule;

/// The index of each rule's check by the rule's name. A name has an index as soon as a check
/// refers to it.
#[derive(Debug, Default)]
pub(super) struct RuleIndex(HashMap<Box<str>, usize>);

impl RuleIndex {
    /// Returns the names of all built-in rules: each has the index `rule as usize`.
    pub(super) fn of_rules() -> Self {
        let indexes = Rule::ALL
            .iter()
            .map(|rule| (rule.name().into(), *rule as usize));
        Self(indexes.collect())
    }

    /// Returns the index of a name, and adds the name if it is new.
    pub(super) fn insert(&mut self, name: &str) -> usize {
        if let Some(index) = self.find(name) {
            return index;
        }
        let next = self.0.len();
        self.0.insert(name.into(), next);
        next
    }

    /// Returns the index of a known name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// Returns the name at an index; the empty string if there is none.
    pub(super) fn name(&self, index: usize) -> &str {
        let found = self.0.iter().find(|(_, place)| **place == index);
        found.map_or("", |(name, _)| name)
    }

    /// Returns how many names there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns every name with its index, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(name, index)| (&**name, *index))
    }
}
