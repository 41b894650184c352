//! What `lookalike env` prints.

use std::process::Command;

use super::{Server, complaint, empty, outcome};

#[test]
fn a_shell_can_evaluate_what_env_prints() {
    let home = empty();
    for password in [
        "plain",
        "it's \"odd\" $HOME `id` \\ !",
        " two\nlines",
        "'",
        "a; exit 1 #",
    ] {
        let script = r#"eval "$("$PROGRAM" env --user '$(id)')" && printf '%s|%s|%s' "$OS_AUTH_URL" "$OS_USERNAME" "$OS_PASSWORD""#;
        let mut shell = Command::new("sh");
        shell.args(["-euc", script]).current_dir(home.path());
        shell.env("PROGRAM", env!("CARGO_BIN_EXE_lookalike"));
        shell.env("LOOKALIKE_BOOTSTRAP_PASSWORD", password);
        let text = String::from_utf8(shell.output().unwrap().stdout).unwrap();
        assert_eq!(
            text,
            format!("http://127.0.0.1:9292/identity/v3|$(id)|{password}")
        );
    }
}

#[test]
fn env_finds_the_port_that_a_server_took() {
    let home = empty();
    let server = Server::start(home.path(), &["--ephemeral", "--port-file", "port"]);
    let args = [
        "env",
        "--format",
        "clouds.yaml",
        "--listen",
        "0.0.0.0:0",
        "--port-file",
        "port",
    ];
    let text = String::from_utf8(outcome(home.path(), &args).stdout).unwrap();
    let line = format!("auth_url: \"http://{}/identity/v3\"", server.authority());
    assert!(text.contains(&line), "{text}");
    let lost = outcome(home.path(), &["env", "--listen", "127.0.0.1:0"]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(complaint(&lost).contains("--port-file"));
}

#[test]
fn env_leads_to_a_keystone_elsewhere_whose_passwords_it_does_not_know() {
    let home = empty();
    let mut args = vec!["env", "--keystone-url", "http://keystone:5000/v3"];
    let text = String::from_utf8(outcome(home.path(), &args).stdout).unwrap();
    assert!(
        text.contains("export OS_AUTH_URL='http://keystone:5000/v3'\n"),
        "{text}"
    );
    let images = "export OS_IMAGE_ENDPOINT_OVERRIDE='http://127.0.0.1:9292'\n";
    assert!(text.contains(images), "{text}");
    assert!(!text.contains("OS_PASSWORD"), "{text}");
    args.extend([
        "--format",
        "clouds.yaml",
        "--www-authenticate-uri",
        "https://public/v3",
    ]);
    let text = String::from_utf8(outcome(home.path(), &args).stdout).unwrap();
    assert!(text.contains("auth_url: \"https://public/v3\"\n"), "{text}");
    assert!(
        text.contains("image_endpoint_override: \"http://127.0.0.1:9292\"\n"),
        "{text}"
    );
    assert!(!text.contains("password:"), "{text}");
}
