//! The faults that are in force, and which of them strikes a request.
//!
//! On the wire (all but `import`, `store`, `database`) the first rule that matches strikes, in the
//! order in which they were added, and the delays of those before it add up. Those underneath are
//! judged each for itself, where what they break is used.

mod active_rule;
mod scope;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use crate::domain::fault::{FaultEffect, FaultRule, ImportFaultEffect, RequestFacts};
use crate::runtime::metrics::{Event, Metrics};
use active_rule::ActiveRule;
pub use active_rule::FaultView;
pub use scope::{FaultScope, InjectedStoreFault};

/// The faults of one cloud; cloning gives the same ones.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<FaultsInner>);

#[derive(Debug, Default)]
struct FaultsInner {
    /// The number of rules that may still apply.
    armed: AtomicUsize,
    rules: Mutex<Vec<ActiveRule>>,
    metrics: Metrics,
}

/// A fault that strikes.
#[derive(Clone, Debug)]
pub struct Strike {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: Arc<FaultRule>,
    /// Cancelled when the fault is removed: nothing waits for it any longer.
    pub gone: CancellationToken,
}

/// The faults of a request.
#[derive(Debug, Default)]
pub struct FaultVerdict {
    /// The waits before it, one after the other.
    pub delays: Vec<Strike>,
    /// The fault of the connection or the response.
    pub wire: Option<Strike>,
    /// The faults of the database that are for it, by their ids: they are judged where the database
    /// is asked. One that is added later does not break what is half done.
    pub databases: Vec<String>,
    /// Whether faults of stores are for it, which are judged where stores are used.
    pub stores: bool,
}

impl FaultVerdict {
    /// Returns whether nothing happens.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.delays.is_empty() && self.wire.is_none() && !self.is_underneath()
    }

    /// Returns whether something may go wrong underneath.
    #[must_use]
    pub fn is_underneath(&self) -> bool {
        self.stores || !self.databases.is_empty()
    }

    /// The ids of all that strikes on the wire, the waits before the rest.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let all = self.delays.iter().chain(&self.wire);
        all.map(|value| value.id.clone()).collect()
    }
}

impl Faults {
    /// Returns no faults yet; their strikes are counted.
    #[must_use]
    pub fn counted_by(metrics: Metrics) -> Self {
        Self(Arc::new(FaultsInner {
            metrics,
            ..FaultsInner::default()
        }))
    }

    /// Returns whether any fault may strike.
    #[must_use]
    pub fn armed(&self) -> bool {
        self.0.armed.load(Ordering::Relaxed) > 0
    }

    /// Adds a rule, behind all others.
    pub fn add(&self, id: String, rule: FaultRule) {
        let mut rules = self.rules();
        rules.push(ActiveRule::new(id, rule));
        self.count(&rules);
    }

    /// All of them, in their order.
    #[must_use]
    pub fn list(&self) -> Vec<FaultView> {
        self.rules().iter().map(ActiveRule::listed).collect()
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<FaultView> {
        self.rules()
            .iter()
            .find(|rule| rule.id == id)
            .map(ActiveRule::listed)
    }

    /// Removes one, and lets go what it holds up; tells whether it was there.
    pub fn remove(&self, id: &str) -> bool {
        let mut rules = self.rules();
        let before = rules.len();
        rules.retain(|rule| rule.id != id);
        self.count(&rules);
        rules.len() < before
    }

    /// Removes all, and lets go what they hold up.
    pub fn clear(&self) {
        let mut rules = self.rules();
        rules.clear();
        self.count(&rules);
    }

    /// Returns whether it matters who sends this request.
    #[must_use]
    pub fn asks_who(&self, facts: &RequestFacts) -> bool {
        let rules = self.rules();
        let mut rules = rules.iter().filter(|rule| !rule.is_spent());
        rules.any(|rule| {
            rule.rule.matches.names_caller() && rule.rule.matches.matches_request(facts)
        })
    }

    /// Returns the faults of this request. `chance` draws from 0 to 1.
    pub fn judge(&self, facts: &RequestFacts, mut chance: impl FnMut() -> f64) -> FaultVerdict {
        let mut verdict = FaultVerdict::default();
        let mut rules = self.rules();
        for held in rules.iter_mut().filter(|rule| !rule.is_spent()) {
            match &held.rule.effect {
                FaultEffect::Import(_) => {}
                FaultEffect::Store(_) => verdict.stores |= held.rule.matches.matches(facts),
                FaultEffect::Database(_) => {
                    if held.rule.matches.matches(facts) {
                        verdict.databases.push(held.id.clone());
                    }
                }
                FaultEffect::Delay(_) if verdict.wire.is_none() => {
                    if self.strikes(held, facts, &mut chance) {
                        verdict.delays.push(held.strike());
                    }
                }
                _ => {
                    if verdict.wire.is_none() && self.strikes(held, facts, &mut chance) {
                        verdict.wire = Some(held.strike());
                    }
                }
            }
        }
        self.count(&rules);
        verdict
    }

    /// Returns the failure of the task that this request asks for, if there is one.
    pub fn judge_task(
        &self,
        facts: &RequestFacts,
        mut chance: impl FnMut() -> f64,
    ) -> Option<ImportFaultEffect> {
        let mut rules = self.rules();
        let mut found = None;
        for held in rules.iter_mut().filter(|rule| !rule.is_spent()) {
            if let FaultEffect::Import(fault) = &held.rule.effect {
                let fault = fault.clone();
                if self.strikes(held, facts, &mut chance) {
                    found = Some(fault);
                    break;
                }
            }
        }
        self.count(&rules);
        found
    }

    /// What is the matter with something underneath, for a request that has met `met` before: each
    /// fault with whether it struck. It strikes a request in all that it does, or not at all.
    /// `fits` tells what a fault does to it, if anything.
    fn judge_under<T>(
        &self,
        facts: &RequestFacts,
        met: &mut Vec<(String, bool)>,
        mut chance: impl FnMut() -> f64,
        fits: impl Fn(&str, &FaultEffect) -> Option<T>,
    ) -> Option<(String, T)> {
        let mut rules = self.rules();
        let mut found = None;
        for held in rules.iter_mut() {
            let Some(what) = fits(&held.id, &held.rule.effect) else {
                continue;
            };
            let before = met
                .iter()
                .find(|(id, _)| *id == held.id)
                .map(|(_, met)| *met);
            let strikes = match before {
                Some(it) => it,
                None if held.is_spent() => false,
                None => {
                    let strikes = self.strikes(held, facts, &mut chance);
                    met.push((held.id.clone(), strikes));
                    strikes
                }
            };
            if strikes {
                found = Some((held.id.clone(), what));
                break;
            }
        }
        self.count(&rules);
        found
    }

    /// Returns whether a rule applies to this request, and counts it if it does.
    fn strikes(
        &self,
        held: &mut ActiveRule,
        facts: &RequestFacts,
        chance: &mut impl FnMut() -> f64,
    ) -> bool {
        let strikes = held.strikes(facts, chance);
        if strikes {
            let effect = held.rule.effect.name();
            self.0.metrics.count(Event::Fault(effect));
        }
        strikes
    }

    fn count(&self, rules: &[ActiveRule]) {
        let armed = rules.iter().filter(|rule| !rule.is_spent()).count();
        self.0.armed.store(armed, Ordering::Relaxed);
    }

    fn rules(&self) -> MutexGuard<'_, Vec<ActiveRule>> {
        self.0.rules.lock()
    }
}

#[cfg(test)]
mod tests;
