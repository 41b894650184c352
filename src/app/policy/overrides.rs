//! Rules that are laid over those of the start while the server runs: which may be named.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::config::instead_of;
use crate::domain::policy::Rule;

/// Refuses what could only be a mistake: a rule that nothing asks, and what is no check at all. What
/// stands in the checks is looked at when they are compiled.
pub(super) fn check(
    rules: &Map<String, Value>,
    named: &[(String, String)],
    written: &BTreeMap<String, String>,
) -> Result<(), String> {
    for (name, check) in rules {
        if !check.is_string() && !check.is_array() {
            return Err(format!(
                "policy rule `{name}`: text is allowed, such as \"role:admin\""
            ));
        }
    }
    let ours = Rule::ALL.iter().map(|all| all.name());
    let there = written.keys().map(String::as_str);
    let named = named.iter().map(|(name, _)| name.as_str());
    let known: BTreeSet<_> = ours.chain(there).chain(named).collect();
    let texts = rules.values().map(Value::to_string);
    let texts: Vec<_> = texts.chain(written.values().cloned()).collect();
    for name in rules.keys().filter(|rule| !known.contains(rule.as_str())) {
        let asked = format!("rule:{name}");
        if !texts.iter().any(|text| text.contains(&asked)) {
            let known: Vec<_> = known.into_iter().collect();
            let instead = instead_of(name, &known);
            return Err(format!(
                "policy rule `{name}`: Glance has no such rule, and no other asks it; {instead}"
            ));
        }
    }
    Ok(())
}
