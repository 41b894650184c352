//! How a command finds its server, and what `status` and `healthcheck` say about it.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{Server, complaint, empty, lookalike, outcome};

/// The commands that talk to a server, each with a subcommand where it has some.
const CLIENTS: &[&str] = &[
    "status",
    "healthcheck",
    "env",
    "reset",
    "sandbox list",
    "snapshot list",
    "seed apply demo",
    "plant demo",
    "fault list",
    "pace show",
    "clock show",
    "requests list",
    "configure show",
    "policy show",
];

fn start() -> (TempDir, Server) {
    let home = empty();
    let server = Server::start(home.path(), &["--ephemeral", "--port-file", "port"]);
    (home, server)
}

fn with_url(home: &Path, url: &str, line: &str, options: &[&str]) -> Output {
    let mut command = lookalike(home);
    command.env("LOOKALIKE_URL", url).args(line.split(' '));
    command.args(options).output().unwrap()
}

fn text(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn every_client_command_finds_the_server_in_the_same_ways() {
    let (home, server) = start();
    let url = format!("http://{}", server.authority());
    for line in CLIENTS {
        let words: Vec<_> = line.split(' ').collect();
        for options in [["--url", &url], ["--port-file", "port"]] {
            let output = outcome(home.path(), &[&words[..], &options].concat());
            assert!(output.status.success(), "{line} {options:?}: {output:?}");
        }
        let output = with_url(home.path(), &url, line, &[]);
        assert!(output.status.success(), "{line}: {output:?}");
        let mut command = lookalike(home.path());
        command.env("LOOKALIKE_PORT_FILE", "port").args(words);
        assert!(command.output().unwrap().status.success(), "{line}");
    }
}

#[test]
fn an_option_is_stronger_than_the_variable_with_the_url() {
    let (home, server) = start();
    let nowhere = "http://127.0.0.1:9";
    let found = with_url(home.path(), nowhere, "clock", &["--port-file", "port"]);
    assert!(found.status.success(), "{found:?}");
    let lost = with_url(home.path(), nowhere, "clock", &[]);
    assert!(complaint(&lost).contains("no server answers at http://127.0.0.1:9"));
    let url = format!("http://{}", server.authority());
    let found = with_url(home.path(), nowhere, "clock", &["--url", &url]);
    assert!(found.status.success(), "{found:?}");
    let wrong = with_url(home.path(), "localhost", "clock", &[]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(complaint(&wrong).starts_with("LOOKALIKE_URL: \"localhost\" is wrong: "));
}

#[test]
fn options_of_the_server_stand_before_or_behind_the_subcommand() {
    let (home, _server) = start();
    for line in [
        "fault --port-file port list",
        "fault list --port-file port",
        "fault --port-file=port",
        "requests --port-file port status=404",
        "requests list status=404 --port-file port --ephemeral",
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let output = outcome(home.path(), &words);
        assert!(output.status.success(), "{line}: {output:?}");
    }
}

#[test]
fn every_command_but_sandbox_takes_a_sandbox() {
    let (home, _server) = start();
    let run = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        outcome(
            home.path(),
            &[&words[..], &["--port-file", "port"]].concat(),
        )
    };
    let added = run("sandbox add --format id");
    let id = text(&added).trim().to_owned();
    for line in CLIENTS.iter().filter(|line| !line.starts_with("sandbox")) {
        let output = run(&format!("{line} --in-sandbox {id}"));
        assert!(output.status.success(), "{line}: {output:?}");
        if *line != "env" {
            let output = run(&format!("{line} --in-sandbox none"));
            assert_eq!(output.status.code(), Some(1), "{line}: {output:?}");
        }
    }
    let env = run(&format!("env --in-sandbox {id}"));
    let path = format!("/sandbox/{id}/identity/v3'");
    assert!(text(&env).contains(&path), "{}", text(&env));
}

#[test]
fn a_seed_is_applied_and_checked() {
    let (home, _server) = start();
    let seed = "images: [{name: a}, {name: b}]\nusers: [{name: u}]";
    std::fs::write(home.path().join("mine.yaml"), seed).unwrap();
    let apply = ["seed", "apply", "mine.yaml", "--port-file", "port"];
    let report: Value = serde_json::from_slice(&outcome(home.path(), &apply).stdout).unwrap();
    assert_eq!(report["made"]["images"], 2);
    let check = outcome(home.path(), &["seed", "check", "mine.yaml"]);
    assert_eq!(text(&check), "mine.yaml: 1 user, 2 images\n");
    std::fs::write(home.path().join("bad.yaml"), "images:\n- {nmae: a}").unwrap();
    let check = outcome(home.path(), &["seed", "check", "bad.yaml"]);
    assert_eq!(check.status.code(), Some(1));
    let complaint = complaint(&check);
    assert!(
        complaint.contains("bad.yaml") && complaint.contains("nmae"),
        "{complaint}"
    );
}

#[test]
fn the_status_is_shown_for_people_and_for_programs() {
    let (home, server) = start();
    let url = format!("http://{}", server.authority());
    let json = outcome(home.path(), &["status", "--url", &url]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&json["url"], &json["images"]),
        (&url.as_str().into(), &0.into())
    );
    let table = outcome(home.path(), &["status", "--url", &url, "--format", "table"]);
    let lines: Vec<_> = text(&table).lines().collect();
    assert_eq!(lines[0], format!("url:       {url}"));
    assert!(lines.contains(&"database:  sqlite"), "{lines:?}");
}

#[test]
fn the_health_check_waits_for_a_server_that_is_starting() {
    let home = empty();
    let begin = Instant::now();
    let wait = ["healthcheck", "--wait", "0.5", "--port-file", "port"];
    let output = outcome(home.path(), &wait);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("is the server running?"));
    assert!(begin.elapsed() >= Duration::from_millis(500));

    let mut command = lookalike(home.path());
    command.args(["healthcheck", "--wait", "60", "--port-file", "port"]);
    let mut waiting = command.spawn().unwrap();
    let _server = Server::start(home.path(), &["--ephemeral", "--port-file", "port"]);
    assert!(waiting.wait().unwrap().success());

    // A mistake is not waited for.
    let begin = Instant::now();
    let output = outcome(home.path(), &["healthcheck", "ftp://h", "--wait", "60"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_health_check_gives_up_on_a_server_that_does_not_answer() {
    let home = empty();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let output = outcome(home.path(), &["healthcheck", "--url", &url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("did not answer within 3 seconds"));
}

#[test]
fn every_action_has_a_help_text_and_completions() {
    let home = empty();
    let says = |line: &str| {
        let words: Vec<_> = line.split(' ').collect();
        let output = outcome(home.path(), &words);
        assert!(output.status.success(), "{line}: {output:?}");
        text(&output).to_owned()
    };
    for line in [
        "fault add",
        "requests verify",
        "snapshot export",
        "sandbox add",
        "pace set",
        "clock advance",
        "configure set",
        "policy set",
        "seed apply",
    ] {
        let help = says(&format!("{line} --help"));
        assert!(help.contains(&format!("Usage: lookalike {line}")), "{help}");
        assert!(
            help.contains("--url <URL>") && help.contains("--in-sandbox"),
            "{help}"
        );
        assert!(!help.contains("--ephemeral"), "{help}");
    }
    assert!(says("fault --help").contains("Add a fault rule"));
    assert!(!says("--help").contains("plant"));
    for shell in ["bash", "zsh", "fish"] {
        let script = says(&format!("completions {shell}"));
        assert!(
            script.contains("freeze") && script.contains("in-sandbox"),
            "{shell}"
        );
    }
}

/// Returns what a shell has after the lines that `env` printed with these options; a variable that is not set is empty.
fn evaluated(home: &Path, options: &str, variables: &str) -> String {
    let script = format!("eval \"$(\"$PROGRAM\" env {options})\" && printf '%s' \"{variables}\"");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-ec", &script]).current_dir(home);
    shell.env("PROGRAM", env!("CARGO_BIN_EXE_lookalike"));
    shell.env("OS_AUTH_TYPE", "an older one");
    String::from_utf8(shell.output().unwrap().stdout).unwrap()
}

#[test]
fn env_has_the_region_and_the_paths_of_the_dialect() {
    let home = empty();
    let variables = "$OS_AUTH_TYPE $OS_AUTH_URL $OS_REGION_NAME";
    for (options, expected) in [
        ("--dialect rackspace", "identity/v3 ORD"),
        ("--dialect pcd", "keystone/v3 Infra"),
        ("--dialect pcd --regions a,b", "keystone/v3 a"),
    ] {
        let text = evaluated(home.path(), options, variables);
        assert_eq!(
            text,
            format!(" http://127.0.0.1:9292/{expected}"),
            "{options}"
        );
    }
}

#[test]
fn env_logs_in_by_an_api_key_where_the_dialect_has_identity_v2() {
    let home = empty();
    let variables = "$OS_AUTH_TYPE $OS_AUTH_URL $OS_USERNAME $OS_API_KEY $OS_REGION_NAME $OS_PASSWORD$OS_PROJECT_NAME";
    let options = "--dialect rackspace --identity v2.0";
    let text = evaluated(home.path(), options, variables);
    let key = "0123456789abcdef0123456789abcdef";
    let url = "http://127.0.0.1:9292/v2.0/";
    assert_eq!(text, format!("rackspace_apikey {url} rackspace {key} ORD "));
    let options = format!("{options} --region IAD --user eve --api-key k --url http://h:1");
    let text = evaluated(home.path(), &options, variables);
    assert_eq!(text, "rackspace_apikey http://h:1/v2.0/ eve k IAD ");
    let variables = "$CLOUD_ID_TYPE $CLOUD_AUTH_ENDPOINT $CLOUD_REGION";
    let text = evaluated(home.path(), &options, variables);
    assert_eq!(text, "rackspace http://h:1/v2.0/ IAD");
}

#[test]
fn env_refuses_an_api_key_where_it_is_of_no_use() {
    let home = empty();
    for (options, why) in [
        ("--identity v2.0", "--dialect rackspace has"),
        (
            "--dialect rackspace --identity v2.0 --project p",
            "--project",
        ),
        ("--dialect rackspace --identity v2.0 --user u", "--api-key"),
        ("--dialect rackspace --api-key k", "--identity v2.0"),
    ] {
        let words: Vec<_> = std::iter::once("env").chain(options.split(' ')).collect();
        let output = outcome(home.path(), &words);
        assert_eq!(output.status.code(), Some(2), "{options}");
        let complaint = complaint(&output);
        assert!(complaint.contains(why), "{options}: {complaint}");
    }
}
