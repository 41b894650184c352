//! The effective policy as text: every rule by its name, in the policy language.

use std::collections::BTreeMap;

use super::file::{self, RawCheck};
use super::rules::Rule;
use super::{DefaultRules, Policy};

impl Policy {
    /// Returns the check of every rule, of these files, these defaults and Glance's, merged as in
    /// [`Policy::compile`]. Files that cannot be parsed are skipped.
    #[must_use]
    pub fn effective_rules(
        files: &[&str],
        new_defaults: bool,
        defaults: DefaultRules,
    ) -> BTreeMap<String, String> {
        let mut rules: BTreeMap<_, _> = Rule::ALL
            .iter()
            .map(|rule| (rule.name().to_owned(), default_check(*rule, new_defaults)))
            .collect();
        let own = defaults.iter();
        rules.extend(own.map(|(name, check)| ((*name).to_owned(), (*check).to_owned())));
        for text in files {
            for (name, raw) in file::read(text).unwrap_or_default() {
                rules.insert(name, raw.value.text());
            }
        }
        rules
    }
}

fn default_check(rule: Rule, new_defaults: bool) -> String {
    match rule.check_before().filter(|_| !new_defaults) {
        None => rule.check().to_owned(),
        Some(before) => format!(
            "{} or {}",
            parenthesized(rule.check()),
            parenthesized(before)
        ),
    }
}

/// Returns a check in a form that can be an operand of another.
fn parenthesized(check: &str) -> String {
    if check.is_empty() {
        return "@".to_owned();
    }
    format!("({check})")
}

impl RawCheck {
    fn text(&self) -> String {
        match self {
            Self::Nothing | Self::Other => String::new(),
            Self::Text(text) => text.clone(),
            Self::List(lists) if lists.is_empty() => String::new(),
            Self::List(lists) => {
                let lists = lists.iter().filter(|list| !list.is_empty());
                let lists: Vec<_> = lists.map(Self::all_text).collect();
                if lists.is_empty() {
                    return "!".to_owned();
                }
                lists.join(" or ")
            }
        }
    }

    fn all_text(&self) -> String {
        match self {
            Self::List(list) => {
                let checks: Vec<_> = list.iter().map(Self::text).collect();
                format!("({})", checks.join(" and "))
            }
            one => one.text(),
        }
    }
}
