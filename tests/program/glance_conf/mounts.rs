//! `filesystem_store_metadata_file` of a configuration.

use serde_json::{Value, json};

use super::{TempDir, complaint, conf, empty, get, outcome, start, text};

/// Writes the file about the mounts below a directory that stands for `/`.
fn describe(home: &TempDir, root: &str) {
    let directory = home.path().join(root).join("etc/glance");
    std::fs::create_dir_all(&directory).unwrap();
    let mounts = json!([
        { "id": "of a", "mountpoint": "/srv/a" },
        { "id": "of Glance", "mountpoint": "/var/lib/glance" },
    ]);
    std::fs::write(directory.join("mounts.json"), mounts.to_string()).unwrap();
}

/// Returns the metadata of the location of an image, in a server with this configuration.
fn metadata(home: &TempDir, content: &str, more: &[&str]) -> Value {
    let seed = "images: [{name: i, visibility: public, disk_format: raw, container_format: bare, data: {text: x}}]\n";
    std::fs::write(home.path().join("seed.yaml"), seed).unwrap();
    let shown = "[DEFAULT]\nshow_multiple_locations = true\n";
    let file = conf(home, &format!("{shown}{content}"));
    let args = [&["--glance-conf", &file, "--seed", "seed.yaml"], more].concat();
    let args: Vec<_> = args.into_iter().map(str::to_owned).collect();
    let images = get(&start(home, &args), "/v2/images");
    images["images"][0]["locations"][0]["metadata"].clone()
}

#[test]
fn the_mounts_of_a_file_are_compared_with_the_directories_of_the_configuration() {
    let named = "enabled_backends = fast:file\n[glance_store]\ndefault_backend = fast\n[fast]\n";
    let file = "filesystem_store_metadata_file = mounts.json\n";
    for (content, expected) in [
        (
            format!("{named}{file}"),
            json!({ "id": "of Glance", "mountpoint": "/var/lib/glance", "store": "fast" }),
        ),
        (
            format!("{named}{file}filesystem_store_datadir = /srv/a/images\n"),
            json!({ "id": "of a", "mountpoint": "/srv/a", "store": "fast" }),
        ),
        (
            format!(
                "{named}{file}filesystem_store_datadirs = /srv/b:1\nfilesystem_store_datadirs = /srv/a:2\n"
            ),
            json!({ "id": "of a", "mountpoint": "/srv/a", "store": "fast" }),
        ),
        (
            format!("[glance_store]\n{file}"),
            json!({ "id": "of Glance", "mountpoint": "/var/lib/glance" }),
        ),
        (
            format!("[glance_store]\n{file}filesystem_store_datadirs = /srv/a\n"),
            json!({ "id": "of a", "mountpoint": "/srv/a" }),
        ),
        (
            format!("[glance_store]\n{file}filesystem_store_datadir = /mnt\n"),
            json!({}),
        ),
    ] {
        for root in ["", "root"] {
            let home = empty();
            describe(&home, root);
            let path = text(&home.path().join(root));
            let found = if root.is_empty() {
                let place = text(&home.path().join("etc/glance/mounts.json"));
                metadata(&home, &content.replace("mounts.json", &place), &[])
            } else {
                metadata(&home, &content, &["--glance-conf-root", &path])
            };
            assert_eq!(found, expected, "{content} {root}");
        }
    }
}

#[test]
fn a_file_about_mounts_that_is_missing_or_wrong_stops_the_start() {
    let home = empty();
    let content = "[glance_store]\nfilesystem_store_metadata_file = /nowhere/mounts.json\n";
    let refused = outcome(home.path(), &["--glance-conf", &conf(&home, content)]);
    assert_eq!(refused.status.code(), Some(1));
    let said = complaint(&refused);
    assert!(
        said.contains("line 2: [glance_store] filesystem_store_metadata_file: \"/nowhere/mounts.json\" is wrong: there is no such file"),
        "{said}"
    );
    std::fs::write(home.path().join("mounts.json"), "{\"id\": \"x\"}").unwrap();
    let content = "[glance_store]\nfilesystem_store_metadata_file = mounts.json\n";
    let refused = outcome(home.path(), &["--glance-conf", &conf(&home, content)]);
    assert_eq!(refused.status.code(), Some(1));
    let said = complaint(&refused);
    assert!(
        said.contains("mounts.json: mountpoint is missing"),
        "{said}"
    );
}
