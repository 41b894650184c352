//! What `lookalike compare` says of a recording.

use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Proxy, Server, complaint, empty, outcome, server, story};

/// Records the story before a server of ours.
fn recording() -> TempDir {
    let home = empty();
    let real = server(&home);
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    story(&proxy);
    proxy.stop();
    home
}

fn compared(home: &TempDir, more: &[&str]) -> Output {
    outcome(
        home.path(),
        &[&["compare", "recording.jsonl"], more].concat(),
    )
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Changes the recording.
fn change(home: &TempDir, from: &str, to: &str) {
    let path = home.path().join("recording.jsonl");
    let before = std::fs::read_to_string(&path).unwrap();
    let after = before.replace(from, to);
    assert_ne!(before, after);
    std::fs::write(path, after).unwrap();
}

#[test]
fn a_recording_of_the_same_program_has_no_difference() {
    let home = recording();
    let output = compared(&home, &[]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).starts_with("0 different, 12 same, 0 allowed, 0 not compared"),
        "{}",
        text(&output)
    );
}

#[test]
fn a_difference_is_named_and_ends_with_1() {
    let home = recording();
    change(&home, "\"min_ram\":0", "\"min_ram\":7");
    let output = compared(&home, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let created = &report["exchanges"][1];
    assert_eq!(created["outcome"], "different", "{report}");
    assert_eq!(
        created["differences"],
        json!([{ "place": "body/min_ram", "recorded": 7, "here": 0 }])
    );
    let words = text(&compared(&home, &[]));
    assert!(
        words.contains("body/min_ram: recorded 7, here 0"),
        "{words}"
    );
}

#[test]
fn a_difference_that_is_declared_is_none() {
    let home = recording();
    change(&home, "\"min_ram\":0", "\"min_ram\":7");
    let allowed =
        "[[allow]]\nrequest = '* /v2/images*'\nplace = 'body*/min_ram'\nreason = 'we know'\n";
    std::fs::write(home.path().join("known.toml"), allowed).unwrap();
    let output = compared(&home, &["--allow", "known.toml"]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("3 allowed"), "{}", text(&output));
}

#[test]
fn the_settings_of_the_server_count() {
    let home = recording();
    std::fs::write(
        home.path().join("settings.toml"),
        "disk_formats = ['qcow2']\n",
    )
    .unwrap();
    let output = compared(&home, &["--config", "settings.toml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("status: recorded 201, here 400"),
        "{}",
        text(&output)
    );
}

#[test]
fn images_that_were_there_before_are_there_again() {
    let home = empty();
    let real = Server::start(home.path(), &["--ephemeral", "--seed", "demo"]);
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    let token = proxy.log_in();
    let list = proxy
        .call(&token, "GET /v2/images?limit=3", &Value::Null)
        .json();
    let next = list["next"].as_str().unwrap();
    assert_eq!(
        proxy
            .call(&token, &format!("GET {next}"), &Value::Null)
            .status,
        200
    );
    proxy.stop();
    let output = compared(&home, &[]);
    assert!(
        text(&output).starts_with("0 different, 3 same"),
        "{}",
        text(&output)
    );
}

#[test]
fn what_the_settings_name_is_older_than_what_a_recording_makes() {
    let home = empty();
    std::fs::create_dir(home.path().join("metadefs")).unwrap();
    let old = r#"{"namespace": "Old", "visibility": "public"}"#;
    std::fs::write(home.path().join("metadefs/old.json"), old).unwrap();
    std::fs::write(
        home.path().join("settings.toml"),
        "metadefs = \"metadefs\"\n",
    )
    .unwrap();
    let settings = ["--config", "settings.toml"];
    let real = Server::start(home.path(), &[&["--ephemeral"], &settings[..]].concat());
    let proxy = Proxy::before(home.path(), real.authority(), &[]);
    let token = proxy.log_in();
    let new = json!({ "namespace": "New" });
    let namespaces = "/v2/metadefs/namespaces";
    proxy.call(&token, &format!("POST {namespaces}"), &new);
    let list = proxy.call(&token, &format!("GET {namespaces}"), &Value::Null);
    let list = list.json();
    assert_eq!(list["namespaces"][0]["namespace"], "New", "{list}");
    assert_eq!(list["namespaces"][1]["namespace"], "Old", "{list}");
    proxy.stop();
    let output = compared(&home, &settings);
    assert!(
        text(&output).starts_with("0 different, 3 same"),
        "{}",
        text(&output)
    );
}

/// A file of `tests/recordings`.
fn kept(name: &str) -> String {
    format!("{}/tests/recordings/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_real_glance_and_keystone_answer_as_a_server_with_their_settings() {
    let (recording, known, settings) = (
        kept("glance-33.jsonl"),
        kept("known.toml"),
        kept("settings.toml"),
    );
    let args = [
        "compare", &recording, "--config", &settings, "--allow", &known,
    ];
    let output = outcome(empty().path(), &args);
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("\n0 different, "),
        "{}",
        text(&output)
    );
}

#[test]
fn a_recording_that_cannot_be_read_ends_with_2() {
    let home = recording();
    let path = home.path().join("recording.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let cases = [
        (String::new(), "is empty"),
        (whole[..whole.len() - 30].to_owned(), "line 13 is cut off"),
        (
            whole.replace("\"lookalike_recording\":1", "\"lookalike_recording\":9"),
            "version 9",
        ),
    ];
    for (text, why) in cases {
        std::fs::write(&path, text).unwrap();
        let output = compared(&home, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(complaint(&output).contains(why), "{}", complaint(&output));
    }
    let missing = outcome(home.path(), &["compare", "missing.jsonl"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn a_token_of_nobody_knows_whom_is_named() {
    let home = recording();
    change(&home, "x-subject-token", "x-no-token");
    let output = compared(&home, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        complaint(&output).contains("let clients log in through the proxy"),
        "{}",
        complaint(&output)
    );
}
