//! Valid and invalid policy files, and the errors.

use proptest::prelude::*;

use super::*;

fn complaint(check: &str) -> String {
    policy(check).map_or_else(|error| error.to_string(), |_| String::from("no complaint"))
}

#[test]
fn undefined_names_are_reported() {
    let policy = read("a: rule:b or rule:c\nc: rule:contxt_is_admin");
    assert_eq!(policy.undefined(), ["b", "contxt_is_admin"]);
    assert!(Policy::defaults().undefined().is_empty());
}

#[test]
fn a_check_that_cannot_be_read_is_refused_with_its_rule_and_the_reason() {
    let cases = [
        ("  ", "it is blank"),
        ("admin", "`admin` is not a check"),
        ("role:a and", "it ends where"),
        ("not", "it ends where"),
        ("role:a role:b", "`role:b` follows a check without"),
        ("(role:a role:b)", "`role:b` follows a check without"),
        ("and role:a", "`and` stands where"),
        ("role:a or or role:b", "`or` stands where"),
        ("()", "`)` stands where"),
        ("(role:a", "a parenthesis is not closed"),
        ("role:a)", "a parenthesis is closed"),
        ("project_id:%(project_id)", "a `%` that begins neither"),
        ("project_id:%s", "a `%` that begins neither"),
        ("project_id:50%", "a `%` that begins neither"),
        ("'x:%(y)s", "`'x` is neither"),
        ("'it''s':x", "`'it''s'` is neither"),
        ("05:x", "`05` is neither"),
        (":x", "`` is neither"),
        ("'role:x'", "`'role` is neither"),
        ("http://policy/%20", "`%`"),
    ];
    for (check, reason) in cases {
        let complaint = complaint(check);
        assert!(
            complaint.starts_with("policy rule `asked` in line 1: "),
            "{complaint}"
        );
        assert!(complaint.contains(reason), "{check:?}: {complaint}");
    }
}

#[test]
fn a_refusal_names_the_line() {
    let file = "add_image: role:a\n# why\nget_image: role:b or\nzzz: role:c\n";
    let error = Policy::read(file, true)
        .map(drop)
        .map_err(|error| error.to_string());
    let text = "policy rule `get_image` in line 3: it ends where a check should follow";
    assert_eq!(error, Err(text.to_owned()));
}

#[test]
fn rules_that_lead_back_to_themselves_are_refused() {
    let cases = [
        ("a: rule:a", "a → a"),
        ("a: rule:b\nb: role:x or not rule:a", "b → a → b"),
        ("default: rule:gone", "default → gone → default"),
        (
            "context_is_admin: rule:add_image",
            "context_is_admin → add_image → context_is_admin",
        ),
    ];
    for (file, path) in cases {
        let Err(error) = Policy::read(file, true) else {
            unreachable!("{file:?} should be refused")
        };
        assert!(error.to_string().ends_with(path), "{error}");
    }
}

#[test]
fn depth_beyond_reason_is_refused_and_length_is_not() {
    assert!(complaint(&"(".repeat(100_000)).contains("deep"));
    assert!(complaint(&"not ".repeat(100_000)).contains("deep"));
    assert!(holds(
        &format!("{}@", "! or @ and ".repeat(50_000)),
        &NOBODY
    ));

    // In the order of their names, the first rule is the top of one chain and the bottom of the other.
    for reference in [
        "rule:r",
        "not rule:r",
        "role:a and rule:r",
        "role:a or (@ and rule:r",
    ] {
        let close = if reference.contains('(') { ")" } else { "" };
        let down = (0..2_000).map(|rule| format!("r{rule:04}: {reference}{:04}{close}", rule + 1));
        let up = (1..2_000).map(|rule| format!("r{rule:04}: {reference}{:04}{close}", rule - 1));
        let up = up.chain([String::from("r0000: '@'")]);
        for chain in [down.collect::<Vec<_>>(), up.collect()] {
            let error = Policy::read(&chain.join("\n"), true).err();
            assert!(
                matches!(error, Some(PolicyError::TooDeep { .. })),
                "{reference}"
            );
        }
    }
}

#[test]
fn the_old_form_is_a_list_of_lists() {
    let cases = [
        ("[]", true),
        ("[[]]", false),
        ("[['@']]", true),
        ("[role:member]", true),
        ("[[role:member, role:reader], ['!']]", true),
        ("[[role:member, role:admin], ['!']]", false),
        ("[[], ['!'], ['@']]", true),
        ("['', ['!']]", false),
        ("[['user_id:%(odd (name))s']]", true),
        ("[role:member or role:admin]", false),
    ];
    for (list, expected) in cases {
        let policy = read(&format!("asked: {list}"));
        assert_eq!(
            policy.allows_named("asked", &ALICE, IMAGE),
            expected,
            "{list}"
        );
    }
}

#[test]
fn a_file_may_be_empty_json_or_yaml_and_the_last_of_two_equal_names_counts() {
    let files = [
        "{}",
        "# nothing but a comment\n",
        "{\n\t\"asked\": \"role:member\"\n}",
        "asked: >\n  role:admin\n  or role:member\n",
        "asked: '!'\nasked: role:member\n",
        "asked:\n",
    ];
    for file in files {
        let policy = read(file);
        assert!(policy.allows_named("asked", &ALICE, IMAGE), "{file:?}");
    }
}

#[test]
fn files_that_are_not_maps_of_checks_are_refused() {
    for file in [
        "just text",
        "[1, 2]",
        "a: @",
        "a: true",
        "a: 5",
        "a: {b: c}",
        "a: [[[role:x]]]",
        "a: [5]",
    ] {
        assert!(Policy::read(file, true).is_err(), "{file:?}");
    }
}

#[test]
fn a_file_lies_over_the_defaults() {
    let policy = read("publicize_image: role:member");
    assert!(policy.allows(Rule::PublicizeImage, &ALICE, IMAGE));
    assert!(policy.allows(Rule::GetImage, &ALICE, IMAGE));
    assert!(!policy.allows(Rule::CopyImage, &ALICE, IMAGE));
}

#[test]
fn a_rule_of_the_file_is_not_widened_by_the_defaults_of_old() {
    let file = "add_image: role:admin";
    let policy = Policy::read(file, false).unwrap_or_default();
    assert!(!policy.allows(Rule::AddImage, &ALICE, IMAGE));
    assert!(policy.allows(Rule::DeleteImage, &ALICE, IMAGE));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = Policy::read(&text, true);
        let _ = policy(&text).map(|policy| policy.allows_named("asked", &ALICE, IMAGE));
    }

    #[test]
    fn no_heap_of_words_makes_the_reader_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "and", "or", "not", "(", ")", "@", "!", "role:member", "rule:asked", "rule:yes",
                "'x':%(owner)s", "%", "%(", ":", "'", "project_id:%(owner)s)", "((", "é:%(é)s",
            ]),
            0..12,
        ),
        glue in prop::sample::select(vec![" ", ""]),
    ) {
        let _ = policy(&words.join(glue)).map(|policy| policy.allows_named("asked", &ALICE, IMAGE));
    }
}
