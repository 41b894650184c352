//! `lookalike manage`: what people do with glance-manage, glance-cache-manage and glance-replicator.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Server, complaint, empty, lookalike};

/// Images with data, and one without.
const SEED: &str = r"
images:
  - name: one
    id: 00000000-0000-4000-8000-000000000001
    visibility: public
    disk_format: raw
    container_format: bare
    protected: true
    tags: [b, a]
    properties: {os_version: '24.10'}
    data: {size: 70000, pattern: random(4)}
  - name: two
    id: 00000000-0000-4000-8000-000000000002
    visibility: private
    disk_format: raw
    container_format: bare
    os_hidden: true
    data: {size: 10, pattern: random(5)}
  - {name: none, visibility: private}
";

const ONE: &str = "00000000-0000-4000-8000-000000000001";

/// Servers, and a place to manage them from.
struct Stage {
    home: TempDir,
}

impl Stage {
    fn new() -> Self {
        Self { home: empty() }
    }

    fn server(&self, args: &[&str]) -> Server {
        let usual: &[&str] = &["--ephemeral", "--auth=keystone,fake"];
        Server::start(self.home.path(), &[usual, args].concat())
    }

    /// A server with images.
    fn full(&self) -> Server {
        std::fs::write(self.home.path().join("seed.yaml"), SEED).unwrap();
        self.server(&["--seed", "seed.yaml"])
    }

    fn manage(&self, server: &Server, words: &[&str]) -> Output {
        let mut command = lookalike(self.home.path());
        admin(&mut command, server);
        command.arg("manage").args(words).output().unwrap()
    }

    /// What a command prints that goes well.
    fn says(&self, server: &Server, words: &[&str]) -> String {
        let output = self.manage(server, words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What `replicate` prints that goes well, with a token of an admin.
    fn replicates(&self, words: &[&str]) -> String {
        let output = self.replicate(words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn replicate(&self, words: &[&str]) -> Output {
        let mut command = lookalike(self.home.path());
        command.args(["manage", "replicate"]).args(words);
        command
            .args(["--token", "root:admin:admin"])
            .output()
            .unwrap()
    }
}

/// The variables of somebody who signs in as admin.
fn admin(command: &mut Command, server: &Server) {
    command
        .env("OS_AUTH_URL", format!("{}/identity", url(server)))
        .env("OS_USERNAME", "admin")
        .env("OS_PASSWORD", "secret")
        .env("OS_PROJECT_NAME", "admin")
        .env("OS_USER_DOMAIN_NAME", "Default")
        .env("OS_PROJECT_DOMAIN_NAME", "Default");
}

fn url(server: &Server) -> String {
    format!("http://{}", server.authority())
}

/// A namespace as a file has it.
fn namespace(name: &str) -> Value {
    json!({
        "namespace": name,
        "display_name": "Of a test",
        "visibility": "public",
        "protected": true,
        "resource_type_associations": [{ "name": "OS::Glance::Image" }],
        "properties": { "size": { "title": "Size", "type": "integer" } },
        "tags": [{ "name": "large" }],
    })
}

#[test]
fn metadata_definitions_go_from_files_to_a_server_and_back() {
    let stage = Stage::new();
    let server = stage.server(&[]);
    let files = stage.home.path().join("files");
    std::fs::create_dir(&files).unwrap();
    for name in ["A::B", "C"] {
        std::fs::write(
            files.join(format!("{name}.json")),
            namespace(name).to_string(),
        )
        .unwrap();
    }
    let loaded = stage.says(&server, &["load-metadefs", "files", "--url", &url(&server)]);
    let loaded: Value = serde_json::from_str(&loaded).unwrap();
    assert_eq!(loaded["made"], json!(["A::B", "C"]));

    let said = stage.says(&server, &["export-metadefs", "out"]);
    assert_eq!(said, "2 namespaces written to out\n");
    let written = std::fs::read(stage.home.path().join("out/A::B.json")).unwrap();
    let written: Value = serde_json::from_slice(&written).unwrap();
    for field in ["namespace", "visibility", "protected", "properties", "tags"] {
        assert_eq!(written[field], namespace("A::B")[field], "{field}");
    }

    assert_eq!(
        stage.says(&server, &["unload-metadefs"]),
        "2 namespaces removed\n"
    );
    let again = ["load-metadefs", "out", "--url", &url(&server)];
    let again: Value = serde_json::from_str(&stage.says(&server, &again)).unwrap();
    assert_eq!(again["made"], json!(["A::B", "C"]));
}

#[test]
fn the_options_of_glance_manage_say_what_becomes_of_what_exists() {
    let stage = Stage::new();
    let server = stage.server(&[]);
    let file = stage.home.path().join("one.json");
    std::fs::write(&file, namespace("N").to_string()).unwrap();
    let address = url(&server);
    let load = |options: &[&str]| {
        let words = [&["load-metadefs", "one.json", "--url", &address], options].concat();
        let said: Value = serde_json::from_str(&stage.says(&server, &words)).unwrap();
        said
    };
    assert_eq!(load(&[])["made"], json!(["N"]));
    assert_eq!(load(&[])["skipped"], json!(["N"]));
    for options in [
        &["--merge"][..],
        &["--merge", "--prefer_new"],
        &["--merge", "--overwrite"],
    ] {
        assert_eq!(load(options)["merged"], json!(["N"]), "{options:?}");
    }
    let output = stage.manage(&server, &["load-metadefs", "one.json", "--overwrite"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn rows_of_what_was_deleted_are_purged_with_the_options_of_glance_manage() {
    let stage = Stage::new();
    let server = stage.server(&[]);
    let address = url(&server);
    for (command, days) in [("purge", "30"), ("purge_images_table", "180")] {
        let bounds = ["--age_in_days", days, "--max_rows", "-1"];
        let words = [&[command, "--url", &address][..], &bounds].concat();
        let said: Value = serde_json::from_str(&stage.says(&server, &words)).unwrap();
        let none = json!({ "images": 0, "image_members": 0, "tasks": 0 });
        assert_eq!(said["purged"], none, "{command}");
    }
    let output = stage.manage(
        &server,
        &["purge", "--age_in_days", "-1", "--url", &address],
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Must supply a non-negative value for age."));
}

#[test]
fn the_cache_is_listed_and_emptied() {
    let stage = Stage::new();
    let server = stage.full();
    let cached = stage.server(&["--seed", "seed.yaml", "--image_cache_dir", "cache"]);
    drop(server);
    stage.says(&cached, &["cache", "queue-image", ONE]);
    let listed = |which: &str| -> Vec<Value> {
        serde_json::from_str(&stage.says(&cached, &["cache", which])).unwrap()
    };
    // Soon it is taken from the queue into the cache.
    let (queued, in_cache) = (listed("list-queued"), listed("list-cached"));
    assert_eq!(queued.len() + in_cache.len(), 1, "{queued:?} {in_cache:?}");
    stage.says(&cached, &["cache", "delete-all-queued-images"]);
    stage.says(&cached, &["cache", "delete-all-cached-images"]);
    assert!(listed("list-queued").is_empty());
}

#[test]
fn images_are_copied_from_server_to_server() {
    let stage = Stage::new();
    let (from, to) = (stage.full(), stage.server(&[]));
    let (from, to) = (url(&from), url(&to));
    let said = stage.replicates(&["size", &from]);
    assert!(said.starts_with("Total size is 70010 bytes"), "{said}");
    assert!(said.ends_with("across 2 images\n"), "{said}");

    let output = stage.replicate(&["compare", &from, &to]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("2 images differ"));

    let said = stage.replicates(&["livecopy", &from, &to]);
    assert_eq!(said.lines().count(), 2, "{said}");
    assert_eq!(
        stage.replicates(&["compare", &from, &to]),
        "no differences\n"
    );
    // Nothing is left to do.
    assert_eq!(stage.replicates(&["livecopy", &from, &to]), "");
}

#[test]
fn what_has_changed_is_copied_and_what_the_other_has_besides_stays() {
    let stage = Stage::new();
    let (first, second) = (stage.full(), stage.full());
    let (from, to) = (url(&first), url(&second));
    let dump = stage.home.path().join("dump");
    stage.replicates(&["dump", &from, "dump"]);
    let file = dump.join(ONE);
    let mut image: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    image["os_version"] = "26.04".into();
    std::fs::write(&file, image.to_string()).unwrap();

    // The projects of the two have other ids.
    let said = stage.replicates(&["load", "--dontreplicate", "owner", &to, "dump"]);
    assert_eq!(said, format!("{ONE} updated\n"));

    let output = stage.replicate(&["compare", &from, &to]);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(said.contains("field os_version differs"), "{said}");
    let output = stage.replicate(&["compare", "--dontreplicate", "os_version", &from, &to]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains("os_version"), "{said}");
}

#[test]
fn a_dump_is_loaded_into_another_server() {
    let stage = Stage::new();
    let (from, to) = (stage.full(), stage.server(&[]));
    let (from, to) = (url(&from), url(&to));
    assert_eq!(
        stage.replicates(&["dump", &from, "dump"]).lines().count(),
        3
    );
    assert_eq!(stage.replicates(&["dump", &from, "dump"]), "");
    let size = std::fs::metadata(stage.home.path().join(format!("dump/{ONE}.img")));
    assert_eq!(size.unwrap().len(), 70_000);
    // The image without data has none to load.
    assert_eq!(stage.replicates(&["load", &to, "dump"]).lines().count(), 2);
    assert_eq!(
        stage.replicates(&["compare", &from, &to]),
        "no differences\n"
    );
}

#[test]
fn a_server_that_does_not_answer_is_named() {
    let stage = Stage::new();
    let output = stage.replicate(&["size", "127.0.0.1:9"]);
    assert!(complaint(&output).contains("127.0.0.1:9"));
}
