//! The use that this server makes of each option of Glance.

mod glance;
mod libraries;
mod stores;
mod way;

use super::options::GlanceOption;
pub(super) use way::{Treatment, Way};

/// Returns the use that is made of an option.
pub(super) fn of(option: &GlanceOption) -> Option<Treatment> {
    let rows = || {
        [glance::ROWS, stores::ROWS, libraries::ROWS]
            .into_iter()
            .flatten()
    };
    let find =
        |name: &str| rows().find(|(group, other, _)| *group == option.group && *other == name);
    let row = find(option.name).or_else(|| find("*"));
    row.map(|(_, _, treatment)| *treatment)
}

/// Returns every line of the table.
#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static way::TreatmentRow> {
    [glance::ROWS, stores::ROWS, libraries::ROWS]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::super::options::{self, OPTIONS};
    use super::*;
    use crate::config::SettingsCommand;

    #[test]
    fn every_option_of_the_real_glance_has_a_use() {
        for option in OPTIONS.iter() {
            assert!(of(option).is_some(), "[{}] {}", option.group, option.name);
        }
    }

    #[test]
    fn every_line_of_the_table_is_about_an_option_and_only_one_is() {
        let mut seen = BTreeSet::new();
        for (group, name, _) in rows() {
            assert!(
                seen.insert((group, name)),
                "[{group}] {name} is there twice"
            );
            let mut all = OPTIONS.iter();
            let is_there = match *name {
                "*" => all.any(|option| option.group == *group),
                name => options::find(group, name).is_some(),
            };
            assert!(is_there, "[{group}] {name} is no option of Glance");
        }
    }

    #[test]
    fn every_setting_that_is_named_is_one() {
        let command = SettingsCommand::command();
        let is_setting = |name: &str| command.get_arguments().any(|arg| arg.get_id() == name);
        for (group, name, treatment) in rows() {
            if let Treatment::Applied(way) = treatment
                && let Some(setting) = way.setting()
            {
                assert!(
                    is_setting(setting),
                    "[{group}] {name}: {setting} is no setting"
                );
            }
        }
    }
}
