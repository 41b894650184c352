//! The effective policy as text.

use super::*;

/// The check of a rule in the effective policy with this file.
fn effective(file: &str, rule: &str, new_defaults: bool) -> Option<String> {
    let mut rules = Policy::effective_rules(&[file], new_defaults, &[]);
    rules.remove(rule)
}

#[test]
fn checks_are_shown_as_they_are_written() {
    let cases = [
        ("a: ''", ""),
        (
            "a: role:x or not (role:y and rule:z)",
            "role:x or not (role:y and rule:z)",
        ),
        ("a:", ""),
        ("a: []", ""),
        ("a: [[]]", "!"),
        (
            "a: [[role:x, role:y], [role:z]]",
            "(role:x and role:y) or (role:z)",
        ),
        ("a: [[role:x], []]", "(role:x)"),
        ("a: [role:x, role:y]", "role:x or role:y"),
    ];
    for (file, text) in cases {
        assert_eq!(effective(file, "a", true).as_deref(), Some(text), "{file}");
    }
}

#[test]
fn older_defaults_are_alternatives_of_the_newer_ones() {
    let newer = effective("", "add_image", true).unwrap();
    let both = effective("", "add_image", false).unwrap();
    assert_eq!(both, format!("({newer}) or (rule:default)"));
    let without_older = effective("", "publicize_image", false);
    assert_eq!(without_older, effective("", "publicize_image", true));
}

#[test]
fn files_replace_what_stands_before_them() {
    let (first, second) = ("a: role:x\nb: role:x", "b: role:y");
    let rules =
        Policy::effective_rules(&[first, second], true, &[("b", "role:z"), ("c", "role:z")]);
    let check = |rule: &str| rules.get(rule).map(String::as_str);
    assert_eq!(check("a"), Some("role:x"));
    assert_eq!(check("b"), Some("role:y"));
    assert_eq!(check("c"), Some("role:z"));
}

#[test]
fn the_text_of_the_policy_means_the_same_as_the_policy() {
    for new_defaults in [false, true] {
        let policy = if new_defaults {
            Policy::defaults()
        } else {
            Policy::with_legacy_defaults()
        };
        let text = Policy::effective_rules(&[], new_defaults, &[]);
        assert_eq!(text.len(), Rule::ALL.len());
        let written = read(&serde_json::json!(text).to_string());
        for rule in Rule::ALL {
            for who in [NOBODY, ALICE, ADMIN] {
                let (said, meant) = (
                    written.allows(*rule, &who, IMAGE),
                    policy.allows(*rule, &who, IMAGE),
                );
                assert_eq!(said, meant, "{rule} {:?}", who.roles);
            }
        }
    }
}
