//! A file store of several directories.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Answer, Glance, Image, Person, database, glance_with, store};

/// A database and two directories, for servers one after the other.
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

    /// Starts a server whose directories `a` and `b` have these priorities.
    async fn serve(&self, a: i64, b: i64) -> Glance {
        let url = format!(
            "files=file:?filesystem_store_datadirs={}:{a}&filesystem_store_datadirs={}:{b}",
            self.path("a").display(),
            self.path("b").display(),
        );
        self.serve_at(&url).await
    }

    async fn serve_at(&self, url: &str) -> Glance {
        glance_with(|config| {
            config.ephemeral = false;
            config.images.show_image_direct_url = true;
            config.images.image_size_cap = u64::MAX;
            self.home.path().clone_into(&mut config.data);
            config.database_url.clone_from(&self.database);
            config.stores.store = vec![store(url)];
        })
        .await
    }

    fn path(&self, directory: &str) -> PathBuf {
        self.home.path().canonicalize().unwrap().join(directory)
    }

    /// Returns the files of images in a directory.
    fn files(&self, directory: &str) -> Vec<PathBuf> {
        let entries = self.path(directory).read_dir().unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let is_of_image = |path: &PathBuf| path.is_file() && !path.ends_with("cloud");
        paths.filter(is_of_image).collect()
    }
}

async fn made(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

async fn data(person: &Person, image: &Image) -> Answer {
    person.get(image.at("/file")).await.is(200)
}

#[tokio::test]
async fn data_goes_to_the_directory_with_the_highest_priority() {
    let site = Site::new().await;
    let glance = site.serve(1, 10).await;
    let alice = glance.person("alice");
    let image = made(&alice).await;
    alice.upload(&image, "data").await.is(204);
    assert_eq!((site.files("a").len(), site.files("b").len()), (0, 1));
    let url = alice.see(&image).await["direct_url"].clone();
    assert_eq!(url, format!("file://{}", site.files("b")[0].display()));
    assert_eq!(data(&alice, &image).await.text(), "data");
}

#[tokio::test]
async fn data_is_found_wherever_it_lies_when_the_priorities_change() {
    let site = Site::new().await;
    let glance = site.serve(10, 1).await;
    let image = glance.person("alice").create_active(json!({})).await;
    glance.stop().await;
    let glance = site.serve(1, 10).await;
    let alice = glance.person("alice");
    assert_eq!(data(&alice, &image).await.text(), "data");
    alice.delete(&image).await.is(204);
    assert_eq!((site.files("a").len(), site.files("b").len()), (0, 0));
}

#[tokio::test]
async fn more_than_any_directory_has_space_for_is_too_large() {
    let site = Site::new().await;
    let glance = site.serve(1, 10).await;
    let alice = glance.person("alice");
    let image = made(&alice).await;
    let requested = i64::MAX;
    let upload = alice.upload(&image, "data");
    let upload = upload.header("X-OpenStack-Image-Size", &requested.to_string());
    let refused = upload.await.is(413);
    refused.says(&format!(
        "Image storage media is full: There is no enough disk space left on the image storage media. requested={requested}"
    ));
    assert_eq!(alice.see(&image).await["status"], "queued");
}

#[tokio::test]
async fn what_no_image_needs_is_swept_from_every_directory() {
    let site = Site::new().await;
    site.serve(1, 10).await.stop().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let orphans = ["a", "b"].map(|directory| {
        let directory = site.path(directory);
        [
            directory.join(nobody),
            directory.join(format!("{nobody}.attempt")),
        ]
    });
    for orphan in orphans.iter().flatten() {
        std::fs::write(orphan, "left").unwrap();
    }
    let glance = site.serve(1, 10).await;
    glance.admin().get("/v2/images").await.is(200);
    assert!(!orphans.iter().flatten().any(|orphan| orphan.exists()));
}

#[tokio::test]
async fn the_details_show_the_first_directory() {
    let site = Site::new().await;
    let glance = site.serve(1, 10).await;
    let answer = glance.admin().get("/v2/info/stores/detail").await.is(200);
    let first = site.path("b");
    assert_eq!(answer["stores"][0]["properties"]["data_dir"], json!(first));
}

#[tokio::test]
async fn staged_data_is_imported_to_the_directory_of_the_highest_priority() {
    let site = Site::new().await;
    let glance = site.serve(10, 1).await;
    let alice = glance.person("alice");
    let image = made(&alice).await;
    alice.stage(&image, "staged").await.is(204);
    let direct = json!({ "method": { "name": "glance-direct" } });
    alice.post(image.at("/import")).json(direct).await.is(202);
    crate::wire::until(&alice, &image, "active").await;
    assert_eq!((site.files("a").len(), site.files("b").len()), (1, 0));
    assert_eq!(data(&alice, &image).await.text(), "staged");
}

#[tokio::test]
async fn files_get_the_permissions_of_the_setting() {
    let site = Site::new().await;
    let place = site.path("only");
    let url = format!(
        "files=file://{}?filesystem_store_file_perm=640",
        place.display()
    );
    let glance = site.serve_at(&url).await;
    glance.person("alice").create_active(json!({})).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&site.files("only")[0]), 0o640);
    assert_eq!(
        mode(&place) & 0o010,
        0o010,
        "the group can enter the directory"
    );
}
