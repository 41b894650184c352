//! Configurations that are wrong, and what is said of them.

use super::{Server, complaint, conf, empty, outcome, text};

/// Returns how a server and the report refuse a configuration: both with exit status 1, and in the same words.
fn refused(content: &str) -> String {
    let home = empty();
    let path = conf(&home, content);
    let report = outcome(home.path(), &["glance-conf", &path]);
    assert_eq!(report.status.code(), Some(1), "{content}");
    let server = outcome(home.path(), &["--ephemeral", "--glance-conf", &path]);
    assert_eq!(server.status.code(), Some(1), "{content}");
    let said = complaint(&report);
    assert_eq!(said, complaint(&server));
    let place = text(home.path());
    said.replace(&format!("{place}/"), "")
}

#[test]
fn a_value_that_an_option_cannot_have_is_named_with_its_line_and_what_is_allowed() {
    for (content, said) in [
        (
            "[DEFAULT]\n\nimage_tag_quota = many\n",
            "glance-api.conf: line 3: [DEFAULT] image_tag_quota: \"many\" is wrong: a whole number is allowed",
        ),
        (
            "[DEFAULT]\nshow_multiple_locations = maybe\n",
            "glance-api.conf: line 2: [DEFAULT] show_multiple_locations: \"maybe\" is wrong: true, false, yes, no, on, off, 1 or 0 is allowed",
        ),
        (
            "[import_filtering_opts]\nallowed_ports = 80\n",
            "glance-api.conf: line 2: [import_filtering_opts] allowed_ports: \"80\" is wrong: a list in brackets is allowed, such as [a,b]",
        ),
        (
            "[DEFAULT]\nlog_dir = $nothing\n",
            "glance-api.conf: line 2: [DEFAULT] log_dir: \"$nothing\" is wrong: it refers to $nothing, and there is no such option; $$ stands for a $",
        ),
        (
            "[DEFAULT]\nenabled_backends = a:file, b:nfs\n",
            "glance-api.conf: line 2: [DEFAULT] enabled_backends: \"a:file, b:nfs\" is wrong: nfs is no kind of store; one of file, http, rbd, swift, cinder, s3, vmware is allowed",
        ),
        (
            "[DEFAULT]\nenabled_backends = a:file\n[glance_store]\ndefault_backend = b\n",
            "glance-api.conf: line 4: [glance_store] default_backend: \"b\" is wrong: one of a is allowed",
        ),
        (
            "[DEFAULT]\nuser_storage_quota = 3 pounds\n",
            "glance-api.conf: line 2: [DEFAULT] user_storage_quota: \"3 pounds\" is wrong: ",
        ),
    ] {
        let refused = refused(content);
        assert!(refused.starts_with(said), "{refused}\n{said}");
    }
}

#[test]
fn a_secret_that_is_wrong_is_not_quoted() {
    let said = refused("[keystone_authtoken]\npassword = hidden$nothing\n");
    assert!(
        said.contains("[keystone_authtoken] password: its value (a secret) is wrong"),
        "{said}"
    );
    assert!(!said.contains("hidden"), "{said}");
    let said = refused("[keystone_authtoken]\npassword hidden\n");
    assert!(
        said.starts_with("glance-api.conf: line 2: the line is no assignment"),
        "{said}"
    );
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let whole = "[DEFAULT]\nimage_tag_quota = 3\n[glance_store]\n";
    for cut in [whole.len() - 2, whole.find(" =").unwrap_or_default()] {
        let said = refused(&whole[..cut]);
        assert!(said.starts_with("glance-api.conf: line "), "{said}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = empty();
    let said = |path: &str| {
        let report = outcome(home.path(), &["glance-conf", path]);
        assert_eq!(report.status.code(), Some(1));
        complaint(&report)
    };
    assert!(said("absent.conf").starts_with("cannot read the file absent.conf: No such file"));
    assert!(said(".").starts_with("cannot read the file .: "));
    std::fs::write(home.path().join("binary.conf"), [b'[', 0xff, b']']).unwrap();
    assert!(said("binary.conf").contains("UTF-8"));
}

#[test]
fn a_file_that_an_option_names_has_to_be_there() {
    let said = refused("[oslo_policy]\npolicy_file = /nowhere/policy.yaml\n");
    let expected = "glance-api.conf: line 2: [oslo_policy] policy_file: \"/nowhere/policy.yaml\" is wrong: there is no such file; looked for: /nowhere/policy.yaml; --glance-conf-root names a directory that stands for /";
    assert_eq!(said, expected);
    let home = empty();
    let path = conf(&home, "[oslo_policy]\npolicy_file = policy.yaml\n");
    let report = outcome(home.path(), &["glance-conf", &path]);
    assert!(
        report.status.success(),
        "the default need not be there, as in Glance"
    );
}

#[test]
fn what_is_unknown_or_there_twice_is_a_warning_and_the_server_starts() {
    let home = empty();
    let content = "[DEFUALT]\ndebug = true\n[image_formats]\ndisk_formats = raw\n[DEFAULT]\n\
        image_tag_qouta = 4\nimage_tag_quota = 4\nimage_tag_quota = 5\nhashing_algorithm = sha3_512\n";
    let path = conf(&home, content);
    let report = outcome(home.path(), &["glance-conf", &path]);
    assert_eq!(report.status.code(), Some(0));
    let warnings = String::from_utf8(report.stderr).unwrap();
    let expected = [
        "line 1: [DEFUALT]: Glance has no such section; did you mean [DEFAULT]?",
        "line 3: [image_formats]: Glance has no such section; did you mean [image_format]?",
        "line 6: [DEFAULT] image_tag_qouta: Glance has no such option; did you mean image_tag_quota?",
        "line 7: [DEFAULT] image_tag_quota: it is there twice, and line 8 counts",
        "line 9: [DEFAULT] hashing_algorithm: it is not supported: there is no sha3_512 here, only md5, sha1, sha256, sha512",
    ];
    assert_eq!(warnings.lines().count(), expected.len(), "{warnings}");
    for (warning, expected) in warnings.lines().zip(expected) {
        assert!(
            warning.starts_with("lookalike: warning: ") && warning.ends_with(expected),
            "{warning}"
        );
    }
    let server = Server::start(
        home.path(),
        &["--ephemeral", "--auth", "fake", "--glance-conf", &path],
    );
    let settings = super::settings(&server);
    assert_eq!(settings["image_tag_quota"], 5);
    assert_eq!(settings["hashing_algorithm"], "sha512");
}
