//! The meaning of checks.

use super::*;

fn all_hold_for_alice(checks: &[&str]) {
    for check in checks {
        assert!(holds(check, &ALICE), "{check:?} should hold");
    }
}

fn none_holds_for_alice(checks: &[&str]) {
    for check in checks {
        assert!(!holds(check, &ALICE), "{check:?} should not hold");
    }
}

#[test]
fn an_empty_check_and_an_at_sign_let_everybody_pass_and_an_exclamation_mark_nobody() {
    assert!(holds("", &NOBODY));
    assert!(holds("@", &NOBODY));
    assert!(holds(" @\t", &NOBODY));
    assert!(!holds("!", &ADMIN));
}

#[test]
fn roles_are_compared_without_case_and_can_come_from_the_target() {
    all_hold_for_alice(&["role:member", "role:MEMBER", "role:%(wanted)s"]);
    none_holds_for_alice(&["role:admin", "role:", "role:%(gone)s", "role:%(member_id)s"]);
}

#[test]
fn the_lists_of_roles_can_be_asked_by_name_and_then_case_counts() {
    all_hold_for_alice(&["roles:member"]);
    none_holds_for_alice(&["roles:Member", "roles:admin", "service_roles:service"]);
    let service = Who {
        service_roles: &["service"],
        ..ALICE
    };
    assert!(holds("service_roles:service", &service));
    assert!(!holds("role:service", &service));
}

#[test]
fn credentials_are_compared_with_fields_and_with_text() {
    all_hold_for_alice(&[
        "project_id:%(project_id)s",
        "project_id:p1",
        "user_id:%(user)s",
    ]);
    none_holds_for_alice(&["project_id:%(user)s", "project_id:p2", "nickname:alice"]);
}

#[test]
fn text_and_fields_can_be_mixed() {
    all_hold_for_alice(&[
        "'debian-13':%(os_distro)s-%(os_version)s",
        "'about-100%':about-100%%",
        "'debian!':%(os_distro)s!",
        "'!debian':!%(os_distro)s",
    ]);
    none_holds_for_alice(&[
        "'debian-12':%(os_distro)s-%(os_version)s",
        "'x':%(gone)sx",
        "'debian':%(os_distro)s!",
    ]);
}

#[test]
fn literals_read_as_python_writes_them() {
    all_hold_for_alice(&[
        "'private':%(visibility)s",
        "\"private\":%(visibility)s",
        "True:%(protected)s",
        "13:%(os_version)s",
        "-5:-5",
        "0:0",
        "'':",
    ]);
    none_holds_for_alice(&["'public':%(visibility)s", "False:%(protected)s"]);
}

#[test]
fn a_field_that_is_absent_fails_every_comparison() {
    none_holds_for_alice(&["project_id:%(gone)s", "'x':%(gone)s", "None:%(gone)s"]);
}

#[test]
fn a_field_that_is_null_equals_the_literal_none() {
    all_hold_for_alice(&["None:%(member_id)s", "'None':%(member_id)s"]);
    none_holds_for_alice(&["None:%(owner)s"]);
}

#[test]
fn other_than_in_oslo_policy_a_caller_without_project_does_not_own_what_nobody_owns() {
    assert!(!holds("project_id:%(member_id)s", &NOBODY));
    let named_none = Who {
        project: Some("None"),
        ..NOBODY
    };
    assert!(!holds("project_id:%(member_id)s", &named_none));
}

#[test]
fn a_credential_that_is_null_equals_the_word_none_but_one_that_is_unknown_does_not() {
    assert!(holds("project_id:None", &NOBODY));
    assert!(holds("system_scope:None", &NOBODY));
    assert!(!holds("project_id:None", &ALICE));
    assert!(!holds("nickname:None", &NOBODY));
    assert!(!holds("system:None", &NOBODY));
}

#[test]
fn the_system_scope_has_an_older_name() {
    let system = Who {
        system: Some("all"),
        ..NOBODY
    };
    assert!(holds("system_scope:all", &system));
    assert!(holds("system:all", &system));
    assert!(!holds("any_other:all", &system));
}

#[test]
fn not_binds_tighter_than_and_which_binds_tighter_than_or() {
    all_hold_for_alice(&[
        "@ or @ and !",
        "! and ! or @",
        "! and @ or @ and @",
        "@ or ! and ! or !",
        "not ! or @ and !",
        "not ! and @",
        "not (@ and !)",
        "not not @",
        "@ and not !",
        "! or not ! and @",
    ]);
    none_holds_for_alice(&[
        "(@ or @) and !",
        "! and (! or @)",
        "not @ or !",
        "not ! and !",
        "not not not @",
        "not (! or @)",
    ]);
}

#[test]
fn words_of_the_language_have_no_case_and_parentheses_need_no_space() {
    all_hold_for_alice(&["! OR @", "@ And @", "NOT !", "((@) and (@))"]);
    all_hold_for_alice(&["((role:admin) or ( role:member))", "role:member\n  and\t@"]);
}

#[test]
fn rules_ask_each_other_and_an_undefined_one_is_the_default() {
    all_hold_for_alice(&[
        "rule:yes",
        "not rule:no",
        "rule:unheard-of",
        "rule:nope or rule:yes",
    ]);
    none_holds_for_alice(&["rule:no", "rule:nope"]);
}

#[test]
fn an_undefined_name_is_the_default_rule() {
    let policy = read("default: role:admin");
    assert!(policy.allows_named("unheard-of", &ADMIN, &()));
    assert!(!policy.allows_named("unheard-of", &ALICE, &()));
    assert!(Policy::defaults().allows_named("unheard-of", &ALICE, &()));
}

#[test]
fn a_rule_that_is_reached_on_very_many_ways_is_evaluated_once() {
    // Each rule refers twice to the next: 2^60 ways lead to the last one.
    for (last, expected) in [("role:member", true), ("role:admin", false)] {
        let mut rules: Vec<_> = (0..60)
            .map(|level| {
                format!(
                    "r{level:02}: rule:r{0:02} and rule:r{0:02} or rule:r{0:02}",
                    level + 1
                )
            })
            .collect();
        rules.push(format!("r60: {last}"));
        let policy = read(&rules.join("\n"));
        assert_eq!(
            policy.allows_named("r00", &ALICE, IMAGE),
            expected,
            "{last}"
        );
    }
}

#[test]
fn a_check_nests_a_hundred_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}role:member{}", "(".repeat(depth), ")".repeat(depth));
    assert!(holds(&nested(100), &ALICE));
    assert!(policy(&nested(101)).is_err());
    assert!(holds(&format!("{}role:member", "not ".repeat(100)), &ALICE));
    assert!(policy(&format!("{}role:member", "not ".repeat(101))).is_err());
}

#[test]
fn names_of_credentials_may_have_digits_dots_and_hyphens() {
    for name in ["a1", "token.user.id", "is-there", "_x"] {
        assert!(policy(&format!("{name}:x")).is_ok(), "{name}");
    }
    for name in ["1a", ".a", "a b", "a+b"] {
        assert!(policy(&format!("{name}:x")).is_err(), "{name}");
    }
}

#[test]
fn a_target_of_nothing_has_no_field_not_even_one_that_is_null() {
    for check in ["'':%(gone)s", "None:%(gone)s", "role:%(gone)s"] {
        assert!(
            !policy(check).unwrap().allows_named("asked", &ALICE, &()),
            "{check}"
        );
    }
    assert!(policy("'x':x").unwrap().allows_named("asked", &ALICE, &()));
}

#[test]
fn a_target_that_does_not_say_so_has_no_field_that_is_null() {
    struct Named;
    impl PolicyTarget for Named {
        fn field<'a>(&'a self, name: &str) -> Option<std::borrow::Cow<'a, str>> {
            (name == "name").then_some("x".into())
        }
    }
    let holds = |check| policy(check).unwrap().allows_named("asked", &ALICE, &Named);
    assert!(holds("'x':%(name)s"));
    assert!(!holds("None:%(gone)s"));
}

#[test]
fn a_target_of_a_few_fields_knows_which_are_null() {
    let fields = [("name", Some("x")), ("owner", None)];
    let holds = |check| {
        policy(check)
            .unwrap()
            .allows_named("asked", &ALICE, &fields)
    };
    assert!(holds("'x':%(name)s"));
    assert!(holds("None:%(owner)s"));
    assert!(!holds("None:%(name)s"));
    assert!(!holds("None:%(gone)s"));
}
