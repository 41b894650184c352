//! A server that runs, controlled from the command line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Server, complaint, empty, lookalike, outcome};

/// Where nobody is.
const NOWHERE: &str = "http://127.0.0.1:9";

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

    fn url(&self) -> String {
        format!("http://{}", self.server.authority())
    }

    fn ask(&self, words: &[&str]) -> Output {
        let url = self.url();
        let line = [words, &["--url", &url]].concat();
        outcome(self.home.path(), &line)
    }

    /// What a command prints that goes well with this on its standard input.
    fn hears(&self, words: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = lookalike(self.home.path());
        command.args(words).args(["--url", &self.url()]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {trouble}");
        output.stdout
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.home.path().join(file), text).unwrap();
    }

    /// A request that anybody may send.
    fn visit(&self, path: &str) {
        let mut stream = TcpStream::connect(self.server.authority()).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
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
fn a_name_leads_nowhere_else() {
    let stage = Stage::new();
    stage.says(&["plant", "demo"]);
    let requests = stage.json(&["snapshot", "save", "full"]);
    assert_eq!(requests["name"], "full");
    for name in [".", "..", ""] {
        let complaint = stage.refuses(&["reset", "--in-sandbox", name]);
        assert!(complaint.contains("is not a valid name"), "{complaint}");
    }
    stage.refuses(&["sandbox", "remove", r"..\snapshots\full"]);
    assert_eq!(stage.json(&["snapshot", "show", "full"])["name"], "full");
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
            .contains("not provided: <NAME>")
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
fn rules_may_be_yaml_and_in_files() {
    let stage = Stage::new();
    stage.write("fault.yaml", "fault:\n  status: 503  # for all requests\n");
    for args in [
        &["fault", "add", "-f", "fault.yaml"][..],
        &["fault", "add", "--file=fault.yaml"],
        &["fault", "add", "@fault.yaml"],
        &["fault", "add", "fault: {status: 503}"],
    ] {
        let added = stage.json(args);
        let shown = stage.json(&["fault", "show", added["id"].as_str().unwrap()]);
        assert_eq!(shown["fault"]["status"], 503, "{args:?}");
    }
    stage.says(&["fault", "clear"]);
    stage.write("pace.yaml", "rules:\n- importing: {polls: 2}\n");
    stage.says(&["pace", "set", "-f", "pace.yaml"]);
    assert!(stage.says(&["pace"]).contains("polls"));
    let both = ["fault", "add", "{}", "-f", "fault.yaml"];
    assert!(stage.refuses(&both).contains("cannot be used with"));
    stage.write("wrong.yaml", "fault: [");
    let wrong = stage.refuses(&["fault", "add", "-f", "wrong.yaml"]);
    assert!(wrong.contains("wrong.yaml"), "{wrong}");
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
    stage.write("rules.yaml", "add_image: role:nobody\n");
    let rules = stage.json(&["policy", "set", "rules.yaml"]);
    assert_eq!(rules["add_image"], "role:nobody");
    stage.says(&["policy", "clear"]);
}

#[test]
fn what_clients_sent_is_told() {
    let stage = Stage::new();
    stage.visit("/v2/images");
    let told = stage.json(&["requests", "list", "status=401"]);
    assert_eq!(told["requests"][0]["path"], "/v2/images");
    assert_eq!(stage.json(&["requests", "status=401", "limit=1"]), told);
    let id = told["requests"][0]["id"].to_string();
    assert_eq!(stage.json(&["requests", "show", &id]), told["requests"][0]);
    assert_eq!(stage.json(&["requests", "har"])["log"]["version"], "1.2");
    stage.says(&["requests", "clear"]);
    assert_eq!(stage.json(&["requests"])["requests"], json!([]));
    assert!(
        stage
            .refuses(&["requests", "list", "stauts=401"])
            .contains("stauts")
    );
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = empty();
    let output = outcome(home.path(), &["reset", "--url", NOWHERE]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = complaint(&output);
    let begin = "no server answers at http://127.0.0.1:9: Connection refused";
    assert!(complaint.starts_with(begin), "{complaint}");
    assert!(complaint.contains("start one with `lookalike serve`"));
}

#[test]
fn a_url_that_is_none_is_said_to_be() {
    let home = empty();
    for wrong in ["foo", "localhost:9292", "http://", "http://127.0.0.1:99999"] {
        let output = outcome(home.path(), &["reset", "--url", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let complaint = complaint(&output);
        let begin = format!("--url: {wrong:?} is wrong: ");
        assert!(complaint.starts_with(&begin), "{complaint}");
        assert!(complaint.ends_with("http://HOST:PORT is allowed"));
    }
}

#[test]
fn a_server_of_another_kind_is_said_to_be() {
    let stage = Stage::new();
    let url = format!("{}/v2", stage.url());
    let output = outcome(stage.home.path(), &["reset", "--url", &url]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = complaint(&output);
    assert!(complaint.contains("/v2/_lookalike/reset answered 401"));
    // But the URL of the control itself will do.
    let control = format!("{}/_lookalike", stage.url());
    let output = outcome(stage.home.path(), &["clock", "--url", &control]);
    assert!(output.status.success());
}

/// Everything that can be said too much: the last word, or the option before it.
const TOO_MUCH: &[&str] = &[
    "reset x",
    "sandbox list x",
    "sandbox add x",
    "sandbox show a x",
    "sandbox remove a x",
    "sandbox list --name x",
    "sandbox show a --begin-with demo",
    "sandbox remove a --expires-after 1",
    "sandbox remove a --format id",
    "sandbox list --in-sandbox a",
    "snapshot list x",
    "snapshot save a x",
    "snapshot load a x",
    "snapshot show a x",
    "snapshot remove a x",
    "snapshot export a b x",
    "snapshot import a b x",
    "snapshot load a --without-bytes",
    "plant demo x",
    "fault list x",
    "fault add {} x",
    "fault show a x",
    "fault remove a x",
    "fault clear x",
    "pace show x",
    "pace set {} x",
    "pace clear x",
    "clock show x",
    "clock set a x",
    "clock advance 1 x",
    "clock freeze x",
    "clock run x",
    "clock restart x",
    "requests list x",
    "requests show 1 x",
    "requests har x",
    "requests verify {} x",
    "requests stream x",
    "requests clear x",
    "requests path=/ x",
    "configure show x",
    "configure set a=1 x",
    "configure set a=1 a=2",
    "configure clear x",
    "policy show x",
    "policy set rules x",
    "policy clear x",
    "metadefs rules x",
];

#[test]
fn what_a_command_has_no_use_for_is_refused_by_name() {
    let home = empty();
    std::fs::write(home.path().join("rules"), "{}").unwrap();
    for line in TOO_MUCH {
        let words: Vec<_> = line.split(' ').collect();
        let output = outcome(home.path(), &[&words[..], &["--url", NOWHERE]].concat());
        let complaint = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {complaint}");
        let option = words.iter().find(|it| it.starts_with("--"));
        let last = option.or(words.last()).unwrap();
        let name = last.split('=').next().unwrap();
        let ways = [
            format!("'{last}'"),
            format!("{last:?}"),
            format!("{name} is there twice"),
        ];
        let named = ways.iter().any(|it| complaint.contains(it));
        assert!(named, "{line}: {complaint}");
    }
}

#[test]
fn documents_come_as_text_in_files_and_on_standard_input() {
    let stage = Stage::new();
    let rule = r#"{"match": {"path": "/v2/**"}, "fault": {"status": 503}}"#;
    stage.write("rule.json", rule);
    stage.says(&["fault", "add", "@rule.json"]);
    stage.hears(&["fault", "add", "-"], rule.as_bytes());
    let faults = stage.json(&["fault"]);
    assert_eq!(faults["faults"].as_array().unwrap().len(), 2);
    let complaint = stage.refuses(&["fault", "add", "@nothing.json"]);
    assert!(complaint.starts_with("nothing.json: "), "{complaint}");

    let pace = br#"{"saving": {"polls": 7}}"#;
    assert!(stage.hears(&["pace", "set", "-"], pace).contains(&b'7'));
    let settings = br#"{"image_tag_quota": 3, "disk_formats": ["raw"]}"#;
    stage.hears(&["configure", "set", "-"], settings);
    let shown = stage.json(&["configure"]);
    assert_eq!(shown["disk_formats"], json!(["raw"]));
    stage.hears(&["policy", "set", "-"], b"add_image: '!'");
    assert_eq!(stage.json(&["policy"])["add_image"], "!");
    let planted = stage.hears(&["plant", "-"], b"images: [{name: mine}]");
    let planted: Value = serde_json::from_slice(&planted).unwrap();
    assert_eq!(planted["made"]["images"], 1);
    let namespace = br#"{"namespace": "Mine"}"#;
    stage.hears(&["metadefs", "-"], namespace);
    let again = stage.hears(&["metadefs", "-", "--existing", "overwrite"], namespace);
    let again: Value = serde_json::from_slice(&again).unwrap();
    assert_eq!(again["skipped"], json!([]));
    let add = ["sandbox", "add", "--begin-with", "-"];
    stage.hears(
        &add,
        b"images: [{name: mine, properties: {os_version: 22.10}}]",
    );

    stage.says(&["snapshot", "save", "full"]);
    let file = stage.hears(&["snapshot", "export", "full", "-"], b"");
    let copy = stage.hears(&["snapshot", "import", "again", "-"], &file);
    let copy: Value = serde_json::from_slice(&copy).unwrap();
    assert_eq!(copy["name"], "again");
}

#[test]
fn a_seed_that_cannot_be_had_is_explained() {
    let stage = Stage::new();
    let complaint = stage.refuses(&["plant", "nope.yaml"]);
    let both = "there is no file nope.yaml, and no built-in seed of that name; these are: demo, rackspace, pcd";
    assert_eq!(complaint, both);
    assert_eq!(
        stage.refuses(&["sandbox", "add", "--begin-with", "nope.yaml"]),
        both
    );
    let image = "{name: a, disk_format: raw, container_format: bare, data: {file: disk.raw}}";
    stage.write("mine.yaml", &format!("images: [{image}]"));
    let complaint = stage.refuses(&["plant", "mine.yaml"]);
    assert!(
        complaint.contains("start it with --seed FILE"),
        "{complaint}"
    );
}

#[test]
fn what_was_expected_is_verified_and_what_differs_is_shown() {
    let stage = Stage::new();
    stage.visit("/v2/images");
    let expected = r#"{"match": {"path": "/v2/images"}, "exactly": 1}"#;
    assert_eq!(stage.json(&["requests", "verify", expected])["count"], 1);
    stage.write("expected.json", r#"{"match": {"method": "PUT"}}"#);
    let output = stage.ask(&["requests", "verify", "@expected.json"]);
    assert_eq!(output.status.code(), Some(1));
    let account: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(account["closest"][0]["request"]["path"], "/v2/images");
    assert!(complaint(&output).contains("expected at least 1 PUT"));
}

#[test]
fn requests_are_followed_as_they_come() {
    let stage = Stage::new();
    let mut command = lookalike(stage.home.path());
    command.args(["requests", "stream", "path=/v2/**", "--url", &stage.url()]);
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (give, take) = mpsc::channel();
    let reader = std::thread::spawn(move || lines.for_each(|it| drop(give.send(it.unwrap()))));
    // It is not told when the stream has begun.
    let deadline = Instant::now() + Duration::from_secs(20);
    let line = loop {
        assert!(Instant::now() < deadline, "nothing came");
        stage.visit("/v2/images");
        if let Ok(line) = take.recv_timeout(Duration::from_millis(100)) {
            break line;
        }
    };
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&told["path"], &told["status"]),
        (&json!("/v2/images"), &json!(401))
    );
    stage.says(&["reset"]);
    assert!(child.wait().unwrap().success());
    reader.join().unwrap();
}
