//! The rules of a policy by name and by place, and the proof that asking one comes to an end.

use std::collections::HashMap;

use super::bad::ARROW;
use super::check::Check;
use super::{BadPolicy, Rule};

/// How deep checks may nest, through the rules they name: a bound for the stack.
const DEEPEST: usize = 500;

/// Where each name's check is. A name has a place as soon as somebody refers to it.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Box<str>, usize>);

/// The checks, each in the place of its name.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Option<Check>>);

impl Names {
    /// The names of all rules that are known without a file: place `rule as usize` for each.
    pub(super) fn of_rules() -> Self {
        let places = Rule::ALL
            .iter()
            .map(|rule| (rule.name().into(), *rule as usize));
        Self(places.collect())
    }

    /// The place of a name, new or known.
    pub(super) fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.find(name) {
            return place;
        }
        let next = self.0.len();
        self.0.insert(name.into(), next);
        next
    }

    /// The place of a name that is known.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied()
    }

    /// The names that have no check in the table.
    pub(super) fn without_check<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a str> {
        let open = self
            .0
            .iter()
            .filter(|(_, place)| table.own(**place).is_none());
        open.map(|(name, _)| &**name)
    }

    fn name(&self, place: usize) -> &str {
        let found = self.0.iter().find(|(_, it)| **it == place);
        found.map_or("", |(name, _)| name)
    }
}

impl Table {
    /// Puts a check in its place; the last one stays.
    pub(super) fn put(&mut self, place: usize, check: Check) {
        if self.0.len() <= place {
            self.0.resize_with(place + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some(check);
        }
    }

    /// What is asked at a place: its own check, or for a rule that nobody defined the one of
    /// `default`, as oslo.policy does.
    pub(super) fn check(&self, place: usize) -> Option<&Check> {
        self.own(place).or_else(|| self.own(Rule::Default as usize))
    }

    fn own(&self, place: usize) -> Option<&Check> {
        self.0.get(place).and_then(Option::as_ref)
    }

    /// Refuses rules that lead back to themselves and those nested beyond reason.
    pub(super) fn prove(&self, names: &Names) -> Result<(), BadPolicy> {
        let mut walk = Walk {
            table: self,
            names,
            heights: vec![None; self.0.len().max(names.0.len())],
            path: Vec::new(),
        };
        (0..self.0.len()).try_for_each(|place| walk.rule(place, 0).map(drop))
    }
}

/// A walk along everything that a rule can ask.
struct Walk<'a> {
    table: &'a Table,
    names: &'a Names,
    /// How many checks are nested below each place, as far as known.
    heights: Vec<Option<usize>>,
    path: Vec<usize>,
}

impl Walk<'_> {
    fn rule(&mut self, place: usize, depth: usize) -> Result<usize, BadPolicy> {
        if self.path.contains(&place) {
            return Err(self.circle(place));
        }
        let known = self.heights.get(place).copied().flatten();
        if depth + known.unwrap_or(0) > DEEPEST {
            return Err(self.too_deep(place));
        }
        if let Some(height) = known {
            return Ok(height);
        }
        self.path.push(place);
        let height = match self.table.own(place) {
            Some(check) => self.check(check, depth + 1)? + 1,
            None => self.rule(Rule::Default as usize, depth + 1)? + 1,
        };
        self.path.pop();
        if let Some(slot) = self.heights.get_mut(place) {
            *slot = Some(height);
        }
        Ok(height)
    }

    fn check(&mut self, check: &Check, depth: usize) -> Result<usize, BadPolicy> {
        match check {
            Check::Rule(place) => self.rule(*place, depth + 1),
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

    fn circle(&self, place: usize) -> BadPolicy {
        let circle = self.path.iter().skip_while(|it| **it != place);
        let names = circle.chain([&place]).map(|it| self.names.name(*it));
        BadPolicy::Circle {
            rule: self.names.name(place).to_owned(),
            line: 0,
            path: names.collect::<Vec<_>>().join(ARROW),
        }
    }

    fn too_deep(&self, place: usize) -> BadPolicy {
        let rule = self.path.first().copied().unwrap_or(place);
        BadPolicy::Deep {
            rule: self.names.name(rule).to_owned(),
            line: 0,
        }
    }
}
