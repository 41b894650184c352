//! A server that runs, controlled from the command line.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use tempfile::TempDir;

use super::{Server, complaint, empty, outcome};

/// A server, and a place to control it from.
struct Stage {
    server: Server,
    home: TempDir,
}

impl Stage {
    fn new() -> Self {
        let home = empty();
        let server = Server::start(home.path(), &["--ephemeral", "--auth=keystone,fake"]);
        Self { server, home }
    }

    fn ask(&self, words: &[&str]) -> std::process::Output {
        let url = format!("http://{}", self.server.authority());
        let line = [words, &["--url", &url]].concat();
        outcome(self.home.path(), &line)
    }

    /// What a command prints that goes well.
    fn says(&self, words: &[&str]) -> String {
        let output = self.ask(words);
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {trouble}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.says(words)).unwrap()
    }

    /// How a command complains that does not go well.
    fn refuses(&self, words: &[&str]) -> String {
        let output = self.ask(words);
        assert!(!output.status.success(), "{words:?}");
        complaint(&output)
    }
}

#[test]
fn a_sandbox_is_made_used_and_removed() {
    let stage = Stage::new();
    let openrc = stage.says(&["sandbox", "add", "--name", "mine", "--format", "openrc"]);
    assert!(openrc.contains("/sandbox/"));
    let all = stage.json(&["sandbox"]);
    let id = all["sandboxes"][0]["id"].as_str().unwrap();
    assert_eq!(stage.json(&["sandbox", "show", id])["name"], "mine");
    assert_eq!(stage.says(&["reset", "--in-sandbox", id]), "");
    stage.says(&["sandbox", "remove", id]);
    let complaint = stage.refuses(&["reset", "--in-sandbox", id]);
    assert!(complaint.contains("there is no sandbox"));
}

#[test]
fn a_state_is_saved_carried_in_a_file_and_loaded() {
    let stage = Stage::new();
    stage.says(&["plant", "demo"]);
    stage.says(&["snapshot", "save", "full"]);
    stage.says(&["snapshot", "export", "full", "full.tar"]);
    stage.says(&["snapshot", "remove", "full"]);
    stage.says(&["reset"]);
    stage.says(&["snapshot", "import", "again", "full.tar"]);
    stage.says(&["snapshot", "load", "again"]);
    let images = stage.json(&["snapshot", "show", "again"]);
    assert!(images["images"].as_u64() > Some(3));
    assert!(
        stage
            .refuses(&["snapshot", "load", "none"])
            .contains("none")
    );
    assert!(
        stage
            .refuses(&["snapshot", "save"])
            .contains("this is missing: the name")
    );
}

#[test]
fn faults_and_pace_are_set_and_cleared() {
    let stage = Stage::new();
    let rule = r#"{"match": {"path": "/v2/**"}, "fault": {"status": 503}}"#;
    let added = stage.json(&["fault", "add", rule]);
    let id = added["id"].as_str().unwrap();
    assert_eq!(stage.json(&["fault", "show", id])["fault"]["status"], 503);
    stage.says(&["fault", "clear"]);
    assert!(stage.refuses(&["fault", "show", id]).contains("404"));
    assert!(stage.refuses(&["fault", "add", "{"]).contains("the rule"));
    stage.says(&["pace", "set", r#"{"rules": [{"importing": {"polls": 2}}]}"#]);
    assert!(stage.says(&["pace"]).contains("polls"));
    stage.says(&["pace", "clear"]);
}

#[test]
fn the_clock_is_turned() {
    let stage = Stage::new();
    stage.says(&["clock", "set", "2031-01-01T00:00:00Z"]);
    stage.says(&["clock", "freeze"]);
    let now = stage.json(&["clock", "advance", "3600"]);
    assert!(now["now"].as_str().unwrap().starts_with("2031-01-01T01:0"));
    stage.says(&["clock", "run"]);
    stage.says(&["clock", "restart"]);
    assert_eq!(stage.json(&["clock"])["frozen"], false);
    assert!(
        stage
            .refuses(&["clock", "advance", "soon"])
            .contains("soon")
    );
}

#[test]
fn settings_and_policy_change_and_go_back() {
    let stage = Stage::new();
    let changed = stage.json(&["configure", "set", "image_tag_quota=2"]);
    assert_eq!(changed["image_tag_quota"], 2);
    assert!(
        stage
            .refuses(&["configure", "set", "data=/x"])
            .contains("409")
    );
    stage.says(&["configure", "clear"]);
    assert_eq!(stage.json(&["configure"])["image_tag_quota"], 128);
    std::fs::write(
        stage.home.path().join("rules.yaml"),
        "add_image: role:nobody\n",
    )
    .unwrap();
    let rules = stage.json(&["policy", "set", "rules.yaml"]);
    assert_eq!(rules["add_image"], "role:nobody");
    stage.says(&["policy", "clear"]);
}

#[test]
fn what_clients_sent_is_told() {
    let stage = Stage::new();
    let mut stream = TcpStream::connect(stage.server.authority()).unwrap();
    let request = b"GET /v2/images HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let told = stage.json(&["requests", "list", "status=401"]);
    assert_eq!(told["requests"][0]["path"], "/v2/images");
    assert_eq!(stage.json(&["requests", "har"])["log"]["version"], "1.2");
    stage.says(&["requests", "clear"]);
    assert_eq!(stage.json(&["requests"])["requests"], serde_json::json!([]));
    assert!(
        stage
            .refuses(&["requests", "list", "stauts=401"])
            .contains("stauts")
    );
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = empty();
    let output = outcome(home.path(), &["reset", "--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("http://127.0.0.1:9/_lookalike/reset"));
}
