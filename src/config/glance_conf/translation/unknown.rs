//! Sections and options that Glance does not have.

use std::collections::BTreeSet;

use super::super::former;
use super::super::meaning::{GlanceConf, OptionOutcome, OptionReport};
use super::super::options::OPTIONS;
use super::super::values::{ConfAssignment, ConfValues, normalized};
use crate::config::nearest;

/// Warns of sections that are none of Glance's, each once.
pub(super) fn sections(values: &ConfValues, conf: &mut GlanceConf) {
    let mut seen = BTreeSet::new();
    for (section, path, line) in values.sections() {
        if is_known(values, section) || !seen.insert(normalized(section)) {
            continue;
        }
        let hint = nearest_section(values, section);
        conf.warnings.push(format!(
            "{}: line {line}: [{section}]: Glance has no such section{hint}",
            path.display()
        ));
    }
}

fn is_known(values: &ConfValues, section: &str) -> bool {
    let group = values.group(section);
    OPTIONS.iter().any(|option| option.group == group)
}

/// Returns the name of the section that may be meant, as the end of a sentence.
fn nearest_section(values: &ConfValues, section: &str) -> String {
    let stores = values.kinds.keys().map(String::as_str);
    let groups = OPTIONS.iter().map(|option| option.group);
    let known: BTreeSet<_> = groups
        .filter(|group| !group.starts_with("store:"))
        .chain(stores)
        .collect();
    let known: Vec<_> = known.into_iter().collect();
    let meant = match section.to_lowercase().as_str() {
        "default" => Some("DEFAULT"),
        _ => nearest(section, &known),
    };
    match meant {
        Some(meant) => format!("; did you mean [{meant}]?"),
        None => "; a store has one where enabled_backends names it".to_owned(),
    }
}

/// Returns the report on an assignment of an option that is none of Glance's, and warns of it.
pub(super) fn option(
    values: &ConfValues,
    assignment: &ConfAssignment<'_>,
    conf: &mut GlanceConf,
) -> OptionReport {
    let ConfAssignment { section, key, .. } = *assignment;
    let outcome = match former::find(&values.group(section), key) {
        Some(meaning) => OptionOutcome::Former(meaning),
        None => OptionOutcome::Unknown(hint(values, section, key)),
    };
    // A section that is not known was warned of as a whole.
    if is_known(values, section) {
        let origin = assignment.origin();
        let text = match &outcome {
            OptionOutcome::Former(meaning) => format!("Glance has it no more: {meaning}"),
            OptionOutcome::Unknown(hint) => format!("Glance has no such option{hint}"),
            _ => String::new(),
        };
        let warning = format!("{origin}: [{section}] {key}: {text}");
        conf.warnings.push(warning);
    }
    OptionReport {
        section: section.to_owned(),
        name: key.to_owned(),
        value: None,
        origin: assignment.origin(),
        outcome,
    }
}

/// Returns the option that may be meant, as the end of a sentence: one of this section, or one of this name elsewhere.
fn hint(values: &ConfValues, section: &str, key: &str) -> String {
    let group = values.group(section);
    let here = OPTIONS.iter().filter(|option| option.group == group);
    let names: Vec<_> = here.map(|option| option.name).collect();
    if let Some(meant) = nearest(key, &names) {
        return format!("; did you mean {meant}?");
    }
    let mut elsewhere = OPTIONS.iter().filter(|option| option.name == key);
    match elsewhere.find(|option| !option.group.starts_with("store:")) {
        Some(option) => format!("; did you mean that of [{}]?", option.group),
        None => String::new(),
    }
}
