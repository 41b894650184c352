//! What `lookalike env` prints.

use std::process::Command;

use serde_json::Value;

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

/// Returns what `env` prints with these options, from a server at the default address.
fn printed(args: &[&str]) -> String {
    let home = empty();
    let args: Vec<_> = ["env"].iter().chain(args).copied().collect();
    let outcome = outcome(home.path(), &args);
    assert!(outcome.status.success(), "{}", complaint(&outcome));
    String::from_utf8(outcome.stdout).unwrap()
}

#[test]
fn every_format_has_the_user_the_project_the_region_and_the_sandbox_that_were_asked_for() {
    let wanted = [
        "--user",
        "anna",
        "--password",
        "pass",
        "--project",
        "store",
        "--region",
        "DFW",
        "--in-sandbox",
        "s1",
    ];
    let url = "http://127.0.0.1:9292/sandbox/s1/identity/v3";
    for format in [
        "openrc",
        "clouds.yaml",
        "dotenv",
        "fish",
        "powershell",
        "terraform",
        "json",
    ] {
        let args: Vec<_> = ["--format", format]
            .iter()
            .chain(&wanted)
            .copied()
            .collect();
        let text = printed(&args);
        for value in ["anna", "pass", "store", "DFW", url] {
            assert!(text.contains(value), "{format} has no {value}: {text}");
        }
    }
}

#[test]
fn dotenv_and_json_have_the_variables_that_a_shell_would_get() {
    let dotenv = printed(&["--format", "dotenv"]);
    let openrc = printed(&[]);
    let exported = openrc
        .lines()
        .filter_map(|line| line.strip_prefix("export "));
    let exported: Vec<_> = exported.map(|line| line.replace('\'', "")).collect();
    assert_eq!(dotenv.lines().collect::<Vec<_>>(), exported);
    let object: Value = serde_json::from_str(&printed(&["--format", "json"])).unwrap();
    let members = object.as_object().unwrap().iter();
    let members: Vec<_> = members
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
        .collect();
    assert_eq!(members, exported);
}

#[test]
fn fish_and_powershell_forget_what_would_outweigh_the_variables() {
    let fish = printed(&["--format", "fish"]);
    assert!(fish.starts_with("set -e OS_CLOUD "), "{fish}");
    assert!(fish.contains("\nset -gx OS_USERNAME 'admin'\n"), "{fish}");
    let powershell = printed(&["--format", "powershell"]);
    assert!(powershell.contains("Env:OS_CLOUD, "), "{powershell}");
    assert!(
        powershell.contains("\n$env:OS_USERNAME = 'admin'\n"),
        "{powershell}"
    );
}

#[test]
fn terraform_gets_the_block_of_its_provider() {
    assert_eq!(
        printed(&["--format", "terraform"]),
        r#"provider "openstack" {
  auth_url            = "http://127.0.0.1:9292/identity/v3"
  user_name           = "admin"
  password            = "secret"
  tenant_name         = "admin"
  user_domain_name    = "Default"
  project_domain_name = "Default"
  region              = "RegionOne"
}
"#
    );
}

#[test]
fn a_log_in_by_api_key_has_each_format_but_that_of_terraform() {
    let by_key = ["--dialect", "rackspace", "--identity", "v2.0", "--format"];
    for format in ["dotenv", "fish", "powershell", "json"] {
        let args: Vec<_> = by_key.iter().copied().chain([format]).collect();
        let text = printed(&args);
        assert!(
            text.contains("OS_API_KEY") && text.contains("CLOUD_REGION"),
            "{text}"
        );
    }
    let home = empty();
    for option in [&["terraform"][..], &["json", "--password", "x"]] {
        let args: Vec<_> = ["env"]
            .iter()
            .chain(&by_key)
            .chain(option)
            .copied()
            .collect();
        assert_eq!(outcome(home.path(), &args).status.code(), Some(2));
    }
}
