//! A policy as people read it: every rule by its name, in the policy language.

use std::collections::BTreeMap;

use super::file::{self, Written};
use super::{Policy, Rule};

impl Policy {
    /// The rules that these files and Glance's defaults make up, as [`Policy::of`] takes them. Files
    /// that cannot be read say nothing here.
    #[must_use]
    pub fn written(files: &[&str], new_defaults: bool) -> BTreeMap<String, String> {
        let mut rules: BTreeMap<_, _> = Rule::ALL
            .iter()
            .map(|it| (it.name().to_owned(), default(*it, new_defaults)))
            .collect();
        for text in files {
            for (name, written) in file::read(text).unwrap_or_default() {
                rules.insert(name, written.value.text());
            }
        }
        rules
    }
}

fn default(rule: Rule, new_defaults: bool) -> String {
    match rule.check_before().filter(|_| !new_defaults) {
        None => rule.check().to_owned(),
        Some(before) => format!("{} or {}", within(rule.check()), within(before)),
    }
}

/// A check as a part of another.
fn within(check: &str) -> String {
    if check.is_empty() {
        return "@".to_owned();
    }
    format!("({check})")
}

impl Written {
    fn text(&self) -> String {
        match self {
            Self::Nothing | Self::Other => String::new(),
            Self::Text(text) => text.clone(),
            Self::List(lists) if lists.is_empty() => String::new(),
            Self::List(lists) => {
                let lists = lists.iter().filter(|it| !it.is_empty());
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
