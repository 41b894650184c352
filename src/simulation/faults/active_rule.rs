//! A rule in force, and how often it was met.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Strike;
use crate::domain::fault::{FaultRule, RequestFacts};

#[derive(Debug)]
pub(super) struct ActiveRule {
    pub(super) id: String,
    pub(super) rule: Arc<FaultRule>,
    /// The number of requests that matched.
    seen: u64,
    /// The number of requests to which the fault was applied.
    struck: u64,
    gone: CancellationToken,
    /// Says so to whoever waits, when the rule goes.
    _leaving: DropGuard,
}

/// A rule, as it is shown.
#[derive(Clone, Debug)]
pub struct FaultView {
    /// Its id.
    pub id: String,
    /// The rule as it was written.
    pub written: Value,
    /// The number of requests that matched.
    pub seen: u64,
    /// The number of requests to which the fault was applied.
    pub struck: u64,
    /// Whether it will strike no more.
    pub spent: bool,
}

impl ActiveRule {
    pub(super) fn new(id: String, rule: FaultRule) -> Self {
        let gone = CancellationToken::new();
        Self {
            id,
            rule: Arc::new(rule),
            seen: 0,
            struck: 0,
            _leaving: gone.clone().drop_guard(),
            gone,
        }
    }

    /// Returns whether it will strike no more.
    pub(super) fn is_spent(&self) -> bool {
        let over = |nth: u64| self.seen >= self.rule.after.saturating_add(nth);
        self.rule.times.is_some_and(|time| self.struck >= time)
            || self.rule.matches.nth.is_some_and(over)
    }

    /// Returns whether the fault applies to this request, which is counted if it matches.
    pub(super) fn strikes(
        &mut self,
        facts: &RequestFacts,
        chance: &mut impl FnMut() -> f64,
    ) -> bool {
        if !self.rule.matches.matches(facts) {
            return false;
        }
        self.seen += 1;
        let Some(number) = self
            .seen
            .checked_sub(self.rule.after)
            .filter(|checked_sub| *checked_sub > 0)
        else {
            return false;
        };
        if self.rule.matches.nth.is_some_and(|nth| nth != number)
            || self
                .rule
                .matches
                .probability
                .is_some_and(|probability| chance() >= probability)
        {
            return false;
        }
        self.struck += 1;
        true
    }

    pub(super) fn strike(&self) -> Strike {
        Strike {
            id: self.id.clone(),
            rule: Arc::clone(&self.rule),
            gone: self.gone.clone(),
        }
    }

    pub(super) fn listed(&self) -> FaultView {
        FaultView {
            id: self.id.clone(),
            written: self.rule.written.clone(),
            seen: self.seen,
            struck: self.struck,
            spent: self.is_spent(),
        }
    }
}
