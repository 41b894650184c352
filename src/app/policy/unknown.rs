//! Rules of policy files that nothing uses: most likely their names are misspelt.

use std::collections::BTreeSet;

use crate::config::nearest;
use crate::domain::policy::{DefaultRules, Policy, Rule};

/// A rule that a file defines, that Glance does not have, and that no other rule refers to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownRule {
    /// The place of its file among the others.
    pub(super) file: usize,
    pub(super) name: String,
    /// A rule of Glance that has nearly the same name.
    pub(super) nearest: Option<&'static str>,
}

/// Returns the unknown rules of these texts of files. `named` are checks from elsewhere that may refer to their rules,
/// and so may the defaults of the cloud.
pub(super) fn unknown_rules(
    texts: &[&str],
    named: &[(String, String)],
    defaults: DefaultRules,
) -> Vec<UnknownRule> {
    let glances: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    let written = Policy::effective_rules(texts, true, defaults);
    let checks = written.values().chain(named.iter().map(|(_, check)| check));
    let used: BTreeSet<_> = checks.flat_map(|check| used_rules(check)).collect();
    let mut unknown = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        // Of one file alone: Glance's rules, and what else it defines.
        for name in Policy::effective_rules(&[text], true, &[]).into_keys() {
            if !glances.contains(&name.as_str()) && !used.contains(name.as_str()) {
                let nearest = nearest(&name, &glances);
                unknown.push(UnknownRule {
                    file,
                    name,
                    nearest,
                });
            }
        }
    }
    unknown
}

/// Returns the names behind `rule:` in a check.
fn used_rules(check: &str) -> impl Iterator<Item = &str> {
    let words = check.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
    words.filter_map(|word| word.strip_prefix("rule:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_is_found_with_the_one_that_is_meant() {
        let texts = ["get_images: '@'", "get_imags: '!'\nkangaroos: role:zoo"];
        let unknown = |name: &str, nearest| UnknownRule {
            file: 1,
            name: name.to_owned(),
            nearest,
        };
        assert_eq!(
            unknown_rules(&texts, &[], &[]),
            [
                unknown("get_imags", Some("get_image")),
                unknown("kangaroos", None)
            ]
        );
    }

    #[test]
    fn rules_that_others_use_are_known() {
        let texts = [
            "mine: role:a\nyours: role:b\nhers: role:c\nget_image: not (rule:mine or rule:yours)",
            "theirs: [['rule:hers']]\nget_images: rule:theirs",
        ];
        assert_eq!(unknown_rules(&texts, &[], &[]), []);
        let named = [("protected".to_owned(), "rule:creator".to_owned())];
        assert_eq!(unknown_rules(&["creator: role:d"], &named, &[]), []);
        // A name that another begins with is not used by it.
        let rules = unknown_rules(&["mine: '@'\nmine2: '@'\nget_image: rule:mine2"], &[], &[]);
        assert_eq!(rules.len(), 1, "{rules:?}");
    }
}
