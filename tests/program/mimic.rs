//! `lookalike mimic`: settings and a seed from a cloud.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use super::capture::admin;
use super::{Server, TempDir, complaint, empty, lookalike};

/// The settings of the cloud that is asked.
const SETTINGS: &str = r#"
ephemeral = true
store = ["fast=memory:?description=quick+one&weight=3", "cheap=memory:?type=rbd"]
default_store = "cheap"
enabled_import_methods = ["web-download"]
disk_formats = ["raw", "qcow2", "iso"]
image_tag_quota = 7
image_property_quota = 9
image_member_quota = 3
limit_param_default = 2
hashing_algorithm = "sha256"
require_image_format_match = false
show_image_direct_url = true
seed = ["demo"]
"#;

fn cloud(home: &TempDir, settings: &str) -> Server {
    std::fs::write(home.path().join("settings.toml"), settings).unwrap();
    Server::start(home.path(), &["--config", "settings.toml"])
}

/// Asks the cloud, and returns what is written and what is said.
fn mimicked(home: &Path, cloud: &Server, more: &[&str]) -> (String, String) {
    let mut command = lookalike(home);
    admin(&mut command, cloud);
    let output = command.arg("mimic").args(more).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let settings = std::fs::read_to_string(home.join("mimic/lookalike.toml")).unwrap();
    (settings, String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_server_with_what_was_written_is_like_the_cloud() {
    let home = empty();
    let first = cloud(&home, SETTINGS);
    let (settings, said) = mimicked(home.path(), &first, &["--write-probes"]);
    for line in [
        "store = [\"fast=file:?description=quick+one&weight=3",
        "default_store = \"cheap\"",
        "enabled_import_methods = [\"web-download\"]",
        "disk_formats = [\"raw\", \"qcow2\", \"iso\"]",
        "image_tag_quota = 7",
        "image_property_quota = 9",
        "image_member_quota = 3",
        "limit_param_default = 2",
        "hashing_algorithm = \"sha256\"",
        "require_image_format_match = false",
        "show_image_direct_url = true",
        "glance_release = \"2026.2\"",
    ] {
        assert!(settings.contains(line), "{line}: {settings}");
    }
    assert!(
        said.contains("image_size_cap: no request tells it"),
        "{said}"
    );
    let seed = std::fs::read_to_string(home.path().join("mimic/seed.yaml")).unwrap();
    assert!(
        seed.contains("debian-13-generic-amd64") && !seed.contains("lookalike-mimic"),
        "{seed}"
    );
    let again = [
        "--ephemeral",
        "--config",
        "mimic/lookalike.toml",
        "--seed",
        "mimic/seed.yaml",
    ];
    let second = Server::start(home.path(), &again);
    std::fs::rename(home.path().join("mimic"), home.path().join("first")).unwrap();
    let (repeated, _) = mimicked(home.path(), &second, &["--write-probes"]);
    let values = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(values(&settings), values(&repeated));
}

#[test]
fn without_probes_it_only_reads_and_says_what_it_left_out() {
    let home = empty();
    let first = cloud(&home, SETTINGS);
    let (settings, said) = mimicked(home.path(), &first, &[]);
    assert!(!settings.contains("\nimage_tag_quota"), "{settings}");
    assert!(
        said.contains("image_tag_quota: only --write-probes finds it out"),
        "{said}"
    );
    assert!(
        said.starts_with("This reads from the cloud, and changes nothing:"),
        "{said}"
    );
    let journal = super::outcome(
        home.path(),
        &[
            "requests",
            "list",
            "--format",
            "json",
            "--url",
            &format!("http://{}", first.authority()),
        ],
    );
    let journal: serde_json::Value = serde_json::from_slice(&journal.stdout).unwrap();
    let requests = journal["requests"].as_array().unwrap();
    assert!(requests.len() > 10);
    for request in requests.iter().filter(|request| request["method"] != "GET") {
        let path = request["path"].as_str().unwrap();
        assert_eq!(path, "/identity/v3/auth/tokens");
    }
}

#[test]
fn a_rule_that_is_not_the_usual_one_is_noted() {
    let home = empty();
    let policy = "tasks_api_access: '!'\n";
    std::fs::write(home.path().join("policy.yaml"), policy).unwrap();
    let first = cloud(&home, &format!("{SETTINGS}policy_file = \"policy.yaml\"\n"));
    let (settings, said) = mimicked(home.path(), &first, &[]);
    assert!(
        said.contains("policy tasks_api_access: GET /v2/tasks answers 403"),
        "{said}"
    );
    assert!(settings.contains("mimic/policy.yaml"), "{settings}");
    let written = std::fs::read_to_string(home.path().join("mimic/policy.yaml")).unwrap();
    assert!(written.contains("tasks_api_access"), "{written}");
}

/// A cloud with unified limits and with definitions, of which one is private.
fn limited(home: &TempDir) -> Server {
    let seed = r#"
projects: [{name: team, id: 0123456789abcdef0123456789abcdef}]
users: [{name: ann, password: hers, roles: {team: [member]}}]
registered_limits: [{resource_name: image_count_total, default_limit: 7}]
limits:
  - {resource_name: image_count_total, resource_limit: 5, project: team}
  - {resource_name: image_count_total, resource_limit: 6, project: demo}
metadefs:
  - {namespace: "A::B", visibility: public, tags: [{name: large}]}
  - {namespace: "C D", owner: admin, properties: {size: {title: Size, type: integer}}}
"#;
    std::fs::write(home.path().join("limited.yaml"), seed).unwrap();
    cloud(
        home,
        "ephemeral = true\nuse_keystone_limits = true\nseed = [\"limited.yaml\"]\n",
    )
}

#[test]
fn unified_limits_are_in_the_seed() {
    let home = empty();
    let first = limited(&home);
    let (settings, _) = mimicked(home.path(), &first, &[]);
    assert!(
        settings.contains("use_keystone_limits = true"),
        "{settings}"
    );
    let seed = std::fs::read_to_string(home.path().join("mimic/seed.yaml")).unwrap();
    for line in [
        "name: team",
        "default_limit: 7",
        "resource_limit: 5",
        "project: 0123456789abcdef0123456789abcdef",
        "resource_limit: 6",
        "project: demo",
    ] {
        assert!(seed.contains(line), "{line}: {seed}");
    }
    let again = ["--ephemeral", "--config", "mimic/lookalike.toml"];
    let second = Server::start(
        home.path(),
        &[&again[..], &["--seed", "mimic/seed.yaml"]].concat(),
    );
    std::fs::rename(home.path().join("mimic"), home.path().join("first")).unwrap();
    mimicked(home.path(), &second, &[]);
    let repeated = std::fs::read_to_string(home.path().join("mimic/seed.yaml")).unwrap();
    assert_eq!(seed, repeated);
}

/// Asks the cloud as a member of the project team.
fn mimicked_by_a_member(home: &TempDir, cloud: &Server) -> String {
    let mut command = lookalike(home.path());
    admin(&mut command, cloud);
    command.envs([
        ("OS_USERNAME", "ann"),
        ("OS_PASSWORD", "hers"),
        ("OS_PROJECT_NAME", "team"),
    ]);
    let output = command.arg("mimic").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn whoever_may_not_manage_a_cache_learns_whether_there_is_one() {
    for (cache, line) in [("", false), ("image_cache_dir = \"cache\"\n", true)] {
        let home = empty();
        let seed = "users: [{name: ann, password: hers, roles: {team: [member]}}]\nprojects: [{name: team}]\n";
        std::fs::write(home.path().join("people.yaml"), seed).unwrap();
        let settings = format!("ephemeral = true\nseed = [\"people.yaml\"]\n{cache}");
        let first = cloud(&home, &settings);
        mimicked_by_a_member(&home, &first);
        let written = std::fs::read_to_string(home.path().join("mimic/lookalike.toml")).unwrap();
        assert_eq!(written.contains("\nimage_cache_dir = "), line, "{written}");
    }
}

#[test]
fn limits_that_the_user_may_not_read_are_listed() {
    let home = empty();
    let first = limited(&home);
    let said = mimicked_by_a_member(&home, &first);
    assert!(said.contains("limits of other projects: "), "{said}");
    let seed = std::fs::read_to_string(home.path().join("mimic/seed.yaml")).unwrap();
    assert!(seed.contains("resource_limit: 5"), "{seed}");
    assert!(!seed.contains("resource_limit: 6"), "{seed}");
}

#[test]
fn metadata_definitions_are_files_that_the_settings_name() {
    let home = empty();
    let first = limited(&home);
    let (settings, said) = mimicked(home.path(), &first, &[]);
    assert!(settings.contains("mimic/metadefs\""), "{settings}");
    assert!(!said.contains("metadata definitions:"), "{said}");
    let read = |file: &str| {
        let text = std::fs::read(home.path().join("mimic/metadefs").join(file)).unwrap();
        serde_json::from_slice::<serde_json::Value>(&text).unwrap()
    };
    assert_eq!(read("1-A::B.json")["tags"][0]["name"], "large");
    let size = &read("2-C D.json")["properties"]["size"];
    assert_eq!(size["type"], "integer");
    let again = ["--ephemeral", "--config", "mimic/lookalike.toml"];
    let second = Server::start(home.path(), &again);
    let written = std::fs::read_dir(home.path().join("mimic/metadefs")).unwrap();
    assert_eq!(written.count(), 2);
    std::fs::rename(home.path().join("mimic"), home.path().join("first")).unwrap();
    mimicked(home.path(), &second, &[]);
    assert_eq!(read("1-A::B.json")["visibility"], "public");
}

/// The files with metadata definitions that were written into a directory, by name.
fn definitions(directory: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(directory.join("metadefs")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    files.sort();
    files
}

/// Namespaces whose names and types have another order than they themselves.
const UNSORTED: &str = r"
metadefs:
  - {namespace: M, visibility: public, resource_type_associations: [{name: B}, {name: A}]}
  - {namespace: Z, visibility: public}
  - {namespace: A, visibility: public, resource_type_associations: [{name: C}, {name: B}]}
";

#[test]
fn metadata_definitions_keep_their_order() {
    let home = empty();
    std::fs::write(home.path().join("unsorted.yaml"), UNSORTED).unwrap();
    let first = cloud(&home, "ephemeral = true\nseed = [\"unsorted.yaml\"]\n");
    let (_, said) = mimicked(home.path(), &first, &[]);
    assert!(!said.contains("the order of resource types"), "{said}");
    let written = definitions(&home.path().join("mimic"));
    let names: Vec<_> = written.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["1-M.json", "2-Z.json", "3-A.json"]);
    let again = ["--ephemeral", "--config", "mimic/lookalike.toml"];
    let second = Server::start(home.path(), &again);
    std::fs::rename(home.path().join("mimic"), home.path().join("first")).unwrap();
    let (_, said) = mimicked(home.path(), &second, &[]);
    assert!(!said.contains("the order of resource types"), "{said}");
    assert_eq!(definitions(&home.path().join("mimic")), written);
}

#[test]
fn an_order_of_resource_types_that_no_files_make_is_unknown() {
    let home = empty();
    std::fs::write(home.path().join("unsorted.yaml"), UNSORTED).unwrap();
    let first = cloud(&home, "ephemeral = true\nseed = [\"unsorted.yaml\"]\n");
    // The namespace that is the oldest gets the type that is the newest.
    let more = r#"{"namespace": "M", "resource_type_associations": [{"name": "D"}]}"#;
    std::fs::write(home.path().join("more.json"), more).unwrap();
    let url = format!("http://{}", first.authority());
    let loading = [
        "manage",
        "load-metadefs",
        "more.json",
        "--merge",
        "--url",
        &url,
    ];
    assert!(super::outcome(home.path(), &loading).status.success());
    let (settings, _) = mimicked(home.path(), &first, &[]);
    let line = "#   the order of resource types: GET /v2/metadefs/resource_types lists B, A, C, D; with the files it is B, A, D, C";
    assert!(settings.contains(line), "{settings}");
}

/// A cloud without a Keystone that answers everything with these bytes.
fn answering(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut start = [0; 4096];
            let _read = stream.read(&mut start);
            let _written = stream.write_all(&bytes);
        }
    });
    address
}

fn asked(home: &TempDir, address: &str) -> Output {
    let mut command = lookalike(home.path());
    command
        .env("OS_AUTH_TYPE", "none")
        .env("OS_ENDPOINT", format!("http://{address}"));
    command.arg("mimic").output().unwrap()
}

#[test]
fn a_cloud_that_lies_or_refuses_ends_it_and_leaves_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let page =
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n<html>hi!".to_vec();
    let circle =
        b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .to_vec();
    let mut huge =
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n".to_vec();
    huge.resize(20 << 20, b' ');
    let broken = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{".to_vec();
    for (address, why) in [
        (closed.to_string(), "does not answer"),
        (answering(page), "what is not a JSON object: <html>hi!"),
        (answering(circle), "redirect"),
        (answering(huge), "more than 16777216 bytes"),
        (answering(broken), "breaks off"),
        (answering(Vec::new()), "does not answer"),
    ] {
        let home = empty();
        let output = asked(&home, &address);
        assert_eq!(output.status.code(), Some(1), "{why}: {output:?}");
        assert!(
            complaint(&output).contains(why),
            "{why}: {}",
            complaint(&output)
        );
        let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
        assert!(left.is_empty(), "{why}: {left:?}");
    }
}

#[test]
fn a_directory_that_exists_is_left_alone() {
    let home = empty();
    std::fs::create_dir(home.path().join("mimic")).unwrap();
    let output = asked(&home, "127.0.0.1:1");
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("mimic exists"));
}
