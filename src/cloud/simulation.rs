//! The powers of a double that whoever holds the cloud has, however he asks for them.

use serde_json::Value;

use crate::app::App;
use crate::domain::fault::{FaultEffect, FaultRule, FaultRuleError, StoreFaultEffect};
use crate::domain::pace::PaceRule;
use crate::service::image_data::STAGING;

/// The error of a fault that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no fault {0}")]
pub struct UnknownFaultError(
    /// The id.
    pub String,
);

impl App {
    /// Adds a fault, behind all others, and gives its id. The document is that of
    /// `POST /_lookalike/faults`.
    pub fn add_fault(&self, document: Value) -> Result<String, FaultRuleError> {
        let rule = FaultRule::read(document)?;
        self.check_region(rule.matches.region.as_deref())?;
        if let FaultEffect::Store(fault) = &rule.effect {
            self.check_store(fault)?;
        }
        let id = self.new_id().to_string();
        self.faults.add(id.clone(), rule);
        Ok(id)
    }

    /// A store that is not there would never fail.
    fn check_store(&self, fault: &StoreFaultEffect) -> Result<(), FaultRuleError> {
        let known = self.stores.all().map(|store| store.id.as_str());
        let known: Vec<_> = known.chain([STAGING]).collect();
        match fault.name.as_deref() {
            Some(name) if !known.contains(&name) => Err(FaultRuleError(format!(
                "fault.store.name: there is no store {name}; there are {}",
                known.join(", ")
            ))),
            _ => Ok(()),
        }
    }

    /// A region that there is not would meet nothing.
    fn check_region(&self, name: Option<&str>) -> Result<(), FaultRuleError> {
        let Some(name) = name else {
            return Ok(());
        };
        let checked = self.config().check_region(name);
        checked
            .map(drop)
            .map_err(|error| FaultRuleError(error.to_string()))
    }

    /// Removes one fault, and lets go what it holds up.
    pub fn remove_fault(&self, id: &str) -> Result<(), UnknownFaultError> {
        if self.faults.remove(id) {
            Ok(())
        } else {
            Err(UnknownFaultError(id.to_owned()))
        }
    }

    /// Sets how long images and tasks stay in their states, in place of what was set before; what
    /// rests goes on. The document is that of `PUT /_lookalike/pace`.
    pub fn set_pace(&self, document: Value) -> Result<(), FaultRuleError> {
        let rules = PaceRule::read_all(document)?;
        for rule in &rules {
            self.check_region(rule.region.as_deref())?;
        }
        self.pace.set(rules);
        Ok(())
    }

    /// Takes back all faults and the pace, so that whatever they hold up goes on.
    pub fn clear_simulation(&self) {
        self.faults.clear();
        self.pace.set(Vec::new());
    }
}
