//! Protection files and the access that they grant; the expected results are Glance's own.

use super::*;

const ALL: &str = "create=@\nread=@\nupdate=@\ndelete=@\n";

fn caller(roles: &[&str], service_roles: &[&str]) -> Caller {
    let owned = |roles: &[&str]| roles.iter().map(ToString::to_string).collect();
    Caller {
        roles: owned(roles),
        service_roles: owned(service_roles),
        ..Caller::default()
    }
}

fn read(text: &str) -> ProtectionRules {
    ProtectionRules::read(text, ProtectionFormat::Roles).unwrap()
}

fn allows(text: &str, name: &str, roles: &[&str]) -> bool {
    let who = caller(roles, &[]);
    read(text).allows(PropertyAction::Read, name, &who, |_| false)
}

fn section(header: &str, read: &str) -> String {
    format!("[{header}]\ncreate=!\nread={read}\nupdate=!\ndelete=!\n")
}

fn complaint(text: &str, format: ProtectionFormat) -> String {
    ProtectionRules::read(text, format).unwrap_err().to_string()
}

#[test]
fn the_first_section_found_in_the_name_decides() {
    let file = section("^x_secret", "admin") + &section("^x_", "@") + &section("x", "!");
    assert!(!allows(&file, "x_secret_1", &["member"]));
    assert!(allows(&file, "x_secret_1", &["admin"]));
    assert!(allows(&file, "x_other", &["member"]));
    assert!(!allows(&file, "ax_other", &["admin"]));
}

#[test]
fn a_name_without_a_section_is_nobodys() {
    assert!(!allows("", "any", &["admin"]));
    assert!(!allows(&section("^x_", "@"), "any", &["admin"]));
}

#[test]
fn properties_of_the_server_are_not_protected() {
    let file = section("os_glance_import", "!") + &section(".*", "!");
    assert!(allows(&file, "os_glance_import_task", &[]));
    assert!(allows(&file, "my_os_glance", &[]));
    // ProtectionRules about it are not even looked at.
    assert!(ProtectionRules::read("[os_glance(]\n", ProtectionFormat::Roles).is_ok());
}

#[test]
fn roles_are_compared_in_any_case_and_those_of_the_service_count() {
    let file = read(&section(".*", "Admin, nova"));
    let may = |roles, service| {
        let who = caller(roles, service);
        file.allows(PropertyAction::Read, "x", &who, |_| false)
    };
    assert!(may(&["admin"], &[]));
    assert!(may(&["member"], &["nova"]));
    assert!(!may(&["member"], &["member"]));
    assert!(!may(&[], &[]));
}

#[test]
fn everybody_and_nobody_come_before_roles() {
    assert!(allows(&section(".*", "@,admin"), "x", &[]));
    assert!(!allows(&section(".*", "admin,!"), "x", &["admin"]));
    assert!(!allows(&section(".*", ""), "x", &["admin"]));
    assert!(!allows(&section(".*", ","), "x", &["admin"]));
}

#[test]
fn each_act_has_its_own_word() {
    let file = read("[x]\ncreate=a\nread=b\nupdate=c\ndelete=d\n");
    for (act, role) in PropertyAction::ALL.iter().zip(["a", "b", "c", "d"]) {
        for other in ["a", "b", "c", "d"] {
            let may = file.allows(*act, "x", &caller(&[other], &[]), |_| false);
            assert_eq!(may, role == other, "{act} {other}");
        }
    }
}

#[test]
fn in_the_other_format_a_rule_of_the_policy_is_asked() {
    let text = "[x]\ncreate=makers\nread=@\nupdate=\ndelete=!\n";
    let file = ProtectionRules::read(text, ProtectionFormat::Policies).unwrap();
    let [(name, check)] = &file.policies()[..] else {
        panic!("one rule is asked")
    };
    assert_eq!(check, "rule:makers");
    let who = caller(&["admin"], &[]);
    let ask = |act, answer| {
        file.allows(act, "x", &who, |asked| {
            assert_eq!(asked, name);
            answer
        })
    };
    assert!(ask(PropertyAction::Create, true) && !ask(PropertyAction::Create, false));
    assert!(ask(PropertyAction::Read, false));
    assert!(!ask(PropertyAction::Update, true) && !ask(PropertyAction::Delete, true));
}

#[test]
fn files_are_read_as_python_reads_them() {
    for (text, name, role, may) in [
        (
            "[DEFAULT]\ncreate=@\nread=a\nupdate=@\ndelete=@\n[x]\n",
            "x",
            "a",
            true,
        ),
        (
            "[DEFAULT]\nread=b\n[x]\ncreate=@\nread=a\nupdate=@\ndelete=@\n",
            "x",
            "b",
            false,
        ),
        (
            "[x]\ncreate: @\nREAD : a\nupdate =@\ndelete:  !\n",
            "x",
            "a",
            true,
        ),
        (
            "[x]\nread=a,\n  b\ncreate=@\nupdate=@\ndelete=@\n",
            "x",
            "b",
            true,
        ),
        (
            "[x]\nread=a,\n  # not c\n  b\ncreate=@\nupdate=@\ndelete=@\n",
            "x",
            "b",
            true,
        ),
        (
            "[x]\nread=a ; not a comment\ncreate=@\nupdate=@\ndelete=@\n",
            "x",
            "a",
            false,
        ),
        (
            "# no\n; no\n  [x] trailing\n  read = a\n  create=@\n  update=@\n  delete=@",
            "x",
            "a",
            true,
        ),
        (
            "[x]\r\nread=a\r\ncreate=@\r\nupdate=@\r\ndelete=@\r\n",
            "x",
            "a",
            true,
        ),
        (
            "[x[yz]]\nread=a\ncreate=@\nupdate=@\ndelete=@\n",
            "xz",
            "a",
            true,
        ),
        (
            "[ x ]\nread=a\ncreate=@\nupdate=@\ndelete=@\n",
            "x",
            "a",
            false,
        ),
        (
            "[x]\nread=%(create)s\ncreate=a\nupdate=@\ndelete=@\n",
            "x",
            "a",
            true,
        ),
        (
            "[x]\nread=50%%\ncreate=a\nupdate=@\ndelete=@\n",
            "x",
            "50%",
            true,
        ),
        (
            "[x]\nread=a\nother=@\ncreate=a\nupdate=@\ndelete=@\n",
            "x",
            "a",
            true,
        ),
        (
            "[x]\nread=a\n\n\ncreate=a\nupdate=@\ndelete=@\n",
            "x",
            "a",
            true,
        ),
    ] {
        assert_eq!(allows(text, name, &[role]), may, "{text}");
    }
}

#[test]
fn errors_have_line_and_section() {
    for (text, message) in [
        ("x=1\n", "line 1: an option stands before the first section"),
        (
            "\n[x]\ncreate\n",
            "line 3: neither [section] nor option = value: create",
        ),
        (
            "[x]\n=@\n",
            "line 2: neither [section] nor option = value: =@",
        ),
        ("[]\n", "line 1: an option stands before the first section"),
        (
            "[x]\ncreate=@\nCreate=!\n",
            "line 3: [x] has `create` twice",
        ),
        (
            "[x]\ncreate=@\n[x]\n",
            "line 3: section [x] is in line 1 already",
        ),
        (
            "[x]\ncreate=@\nread=@\nupdate=@\n",
            "line 1, section [x]: `delete` is missing",
        ),
        (
            "[x]\ncreate=@,!\nread=@\n",
            "line 2, section [x]: `create` has both @ and !",
        ),
        (
            "[x]\ncreate=50%\n",
            "line 2, section [x]: a `%` must begin `%%` or `%(option)s`",
        ),
        (
            "[x]\ncreate=%(no)s\n",
            "line 2, section [x]: there is no option `no`",
        ),
        (
            "[x]\ncreate=%(create)s\n",
            "line 2, section [x]: %(…)s leads on and on",
        ),
    ] {
        assert_eq!(complaint(text, ProtectionFormat::Roles), message, "{text}");
    }
    let message = complaint(&format!("[a]\n{ALL}[x(]\n{ALL}"), ProtectionFormat::Roles);
    assert!(
        message.starts_with("line 6, section [x(]: not a regular expression: "),
        "{message}"
    );
    let message = complaint("[x]\ncreate=a,b\n", ProtectionFormat::Policies);
    assert_eq!(
        message,
        "line 2, section [x]: `create` names several rules: join them in the policy file"
    );
}

#[test]
fn a_file_that_cannot_be_used_stands_in_everybodys_way() {
    assert!(PropertyProtection::Off.usable().unwrap().is_none());
    assert!(PropertyProtection::On(read("")).usable().unwrap().is_some());
    let message = PropertyProtection::Broken.usable().unwrap_err();
    assert_eq!(message.status(), 400);
    assert_eq!(
        message.to_string(),
        "Invalid configuration in property protection file."
    );
}
