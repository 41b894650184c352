//! `filesystem_store_metadata_file`: what the locations of a file store say of its mounts.

use std::path::{Path, PathBuf};

use lookalike::{Config, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::glance::{Glance, database, glance_with, store};

/// A directory with the file about the mounts, for servers one after the other.
struct Site {
    home: TempDir,
    database: Option<String>,
}

impl Site {
    async fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            database: database().await,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes the file about the mounts.
    fn describe(&self, mounts: &Value) {
        std::fs::write(self.path("mounts.json"), mounts.to_string()).unwrap();
    }

    /// Starts a server with this store.
    async fn serve(&self, url: &str) -> Glance {
        glance_with(|config| {
            config.ephemeral = false;
            config.images.show_multiple_locations = true;
            self.path("data").clone_into(&mut config.data);
            config.database_url.clone_from(&self.database);
            config.stores.store = vec![store(url)];
        })
        .await
    }

    fn word(&self) -> String {
        let file = self.path("mounts.json");
        format!("filesystem_store_metadata_file={}", file.display())
    }
}

/// Makes an image, and returns the metadata of its location.
async fn metadata(glance: &Glance) -> Value {
    let alice = glance.person("alice");
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, "data").await.is(204);
    let shown = alice.see(&image).await;
    shown["locations"][0]["metadata"].clone()
}

#[tokio::test]
async fn a_location_says_what_the_file_says_of_its_mount_and_then_its_store() {
    let site = Site::new().await;
    let mount = json!({ "id": "1", "share": { "hosts": ["x", "y"] }, "mountpoint": site.path("") });
    site.describe(&mount);
    let url = format!(
        "fast=file://{}?{}",
        site.path("images").display(),
        site.word()
    );
    let glance = site.serve(&url).await;
    let mut expected = mount;
    expected["store"] = "fast".into();
    assert_eq!(
        metadata(&glance).await.to_string(),
        expected.to_string(),
        "in this order"
    );
}

#[tokio::test]
async fn of_several_mounts_that_of_the_directory_counts() {
    let site = Site::new().await;
    let (a, b) = (site.path("a"), site.path("b"));
    site.describe(&json!([{ "id": "of a", "mountpoint": a }, { "id": "of b", "mountpoint": b }]));
    for (priorities, id) in [([9, 1], "of a"), ([1, 9], "of b")] {
        let url = format!(
            "file:?filesystem_store_datadirs={}:{}&filesystem_store_datadirs={}:{}&{}",
            a.display(),
            priorities[0],
            b.display(),
            priorities[1],
            site.word()
        );
        let glance = site.serve(&url).await;
        assert_eq!(metadata(&glance).await["id"], id);
        glance.stop().await;
    }
}

#[tokio::test]
async fn a_location_outside_of_all_mounts_has_no_metadata() {
    let site = Site::new().await;
    for (mounts, url) in [
        (json!({ "id": "1", "mountpoint": "/elsewhere" }), "file:"),
        (json!([]), "file:"),
    ] {
        site.describe(&mounts);
        let glance = site.serve(&format!("{url}?{}", site.word())).await;
        assert_eq!(metadata(&glance).await, json!({}), "{mounts}");
        glance.stop().await;
    }
}

#[tokio::test]
async fn mountpoints_are_compared_with_the_directory_that_a_store_is_shown_to_have() {
    let site = Site::new().await;
    site.describe(&json!({ "id": "1", "mountpoint": "/srv" }));
    let shown = "type=file&filesystem_store_datadir=/srv/images";
    for place in [
        "file:".to_owned(),
        format!("file://{}", site.path("x").display()),
    ] {
        let glance = site
            .serve(&format!("{place}?{shown}&{}", site.word()))
            .await;
        assert_eq!(metadata(&glance).await["id"], "1", "{place}");
        glance.stop().await;
    }
    // Relative directories stand for those below `/`.
    let relative = "file:?filesystem_store_datadirs=srv/a";
    let glance = site.serve(&format!("{relative}&{}", site.word())).await;
    assert_eq!(metadata(&glance).await["id"], "1");
}

#[tokio::test]
async fn images_from_before_the_file_stay_as_they_are() {
    let site = Site::new().await;
    let glance = site.serve("file:").await;
    assert_eq!(metadata(&glance).await, json!({}));
    glance.stop().await;
    site.describe(&json!({ "id": "1", "mountpoint": "/" }));
    let glance = site.serve(&format!("file:?{}", site.word())).await;
    assert_eq!(metadata(&glance).await["id"], "1");
    let images = glance.person("alice").get("/v2/images").await.is(200);
    let mut all: Vec<_> = images["images"].as_array().unwrap().iter().collect();
    all.retain(|image| image["locations"][0]["metadata"] == json!({}));
    assert_eq!(all.len(), 1);
}

/// Why a server with this file does not start.
async fn refusal(path: &Path) -> String {
    let mut config = Config::for_tests();
    config.database_url = database().await;
    let url = format!("file:?filesystem_store_metadata_file={}", path.display());
    config.stores.store = vec![store(&url)];
    match Server::with(config).await {
        Ok(_) => "it started".into(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_bad_file_stops_the_start_and_is_named() {
    let site = Site::new().await;
    let path = site.path("mounts.json");
    for (content, said) in [
        (None, "No such file"),
        (Some("{"), "EOF while parsing"),
        (Some("7"), "an object with id and mountpoint is allowed"),
        (Some(r#"{"id": "1"}"#), "mountpoint is missing"),
        (
            Some(r#"[{"id": "1", "mountpoint": "/a"}, {"id": 2, "mountpoint": "/b"}]"#),
            "id must be a text",
        ),
        (
            Some(r#"{"id": "1", "mountpoint": "/a", "more": null}"#),
            "more may have texts, lists and objects only",
        ),
    ] {
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let refused = refusal(&path).await;
        let begin = format!(
            "--store: filesystem_store_metadata_file={}: ",
            path.display()
        );
        assert!(
            refused.contains(&begin) && refused.contains(said),
            "{refused}"
        );
    }
}
