//! The powers of a double that whoever holds the cloud has, however he asks for them.

use serde_json::Value;

use super::App;
use crate::domain::fault::{Rule, Wrong};
use crate::domain::pace::Pace;

impl App {
    /// Adds a fault, behind all others, and gives its id. The document is that of
    /// `POST /_lookalike/faults`.
    pub fn add_fault(&self, document: Value) -> Result<String, Wrong> {
        let rule = Rule::read(document)?;
        let id = self.new_id().to_string();
        self.faults.add(id.clone(), rule);
        Ok(id)
    }

    /// Sets how long images and tasks stay in their states, in place of what was set before; what
    /// rests goes on. The document is that of `PUT /_lookalike/pace`.
    pub fn set_pace(&self, document: Value) -> Result<(), Wrong> {
        let rules = Pace::read_all(document)?;
        self.pace.set(rules);
        Ok(())
    }

    /// Takes back all faults and the pace, so that whatever they hold up goes on.
    pub fn let_go(&self) {
        self.faults.clear();
        self.pace.set(Vec::new());
    }
}
