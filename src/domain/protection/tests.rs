//! Which files are taken, and whom they let do what. What Glance makes of each file was tried.

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

fn read(text: &str) -> Sections {
    Sections::read(text, Format::Roles).unwrap()
}

fn allows(text: &str, name: &str, roles: &[&str]) -> bool {
    let who = caller(roles, &[]);
    read(text).allow(Act::Read, name, &who, |_| false)
}

fn section(header: &str, read: &str) -> String {
    format!("[{header}]\ncreate=!\nread={read}\nupdate=!\ndelete=!\n")
}

fn complaint(text: &str, format: Format) -> String {
    Sections::read(text, format).unwrap_err().to_string()
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
fn what_is_glances_own_stays_everybodys() {
    let file = section("os_glance_import", "!") + &section(".*", "!");
    assert!(allows(&file, "os_glance_import_task", &[]));
    assert!(allows(&file, "my_os_glance", &[]));
    // Sections about it are not even looked at.
    assert!(Sections::read("[os_glance(]\n", Format::Roles).is_ok());
}

#[test]
fn roles_are_compared_in_any_case_and_those_of_the_service_count() {
    let file = read(&section(".*", "Admin, nova"));
    let may = |roles, service| {
        let who = caller(roles, service);
        file.allow(Act::Read, "x", &who, |_| false)
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
    for (act, role) in Act::ALL.iter().zip(["a", "b", "c", "d"]) {
        for other in ["a", "b", "c", "d"] {
            let may = file.allow(*act, "x", &caller(&[other], &[]), |_| false);
            assert_eq!(may, role == other, "{act} {other}");
        }
    }
}

#[test]
fn in_the_other_format_a_rule_of_the_policy_is_asked() {
    let text = "[x]\ncreate=makers\nread=@\nupdate=\ndelete=!\n";
    let file = Sections::read(text, Format::Policies).unwrap();
    let [(name, check)] = &file.policies()[..] else {
        panic!("one rule is asked")
    };
    assert_eq!(check, "rule:makers");
    let who = caller(&["admin"], &[]);
    let ask = |act, answer| {
        file.allow(act, "x", &who, |asked| {
            assert_eq!(asked, name);
            answer
        })
    };
    assert!(ask(Act::Create, true) && !ask(Act::Create, false));
    assert!(ask(Act::Read, false));
    assert!(!ask(Act::Update, true) && !ask(Act::Delete, true));
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
fn what_is_wrong_is_told_with_its_line_and_section() {
    for (text, said) in [
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
        assert_eq!(complaint(text, Format::Roles), said, "{text}");
    }
    let said = complaint(&format!("[a]\n{ALL}[x(]\n{ALL}"), Format::Roles);
    assert!(
        said.starts_with("line 6, section [x(]: not a regular expression: "),
        "{said}"
    );
    let said = complaint("[x]\ncreate=a,b\n", Format::Policies);
    assert_eq!(
        said,
        "line 2, section [x]: `create` names several rules: join them in the policy file"
    );
}

#[test]
fn a_file_that_cannot_be_used_stands_in_everybodys_way() {
    assert!(Protection::Off.usable().unwrap().is_none());
    assert!(Protection::On(read("")).usable().unwrap().is_some());
    let said = Protection::Broken.usable().unwrap_err();
    assert_eq!(said.status(), http::StatusCode::BAD_REQUEST);
    assert_eq!(
        said.to_string(),
        "Invalid configuration in property protection file."
    );
}
