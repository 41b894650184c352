//! The data of images: sent, judged, kept and given out.

mod download;
mod failures;
mod formats;
mod upload;

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::glance::{Answer, Glance, Image, Person, glance_with};

/// An image that raw data may be sent to.
async fn raw(person: &Person) -> Image {
    of_format(person, "raw").await
}

async fn of_format(person: &Person, format: &str) -> Image {
    let fields = json!({ "disk_format": format, "container_format": "bare" });
    person.create(fields).await
}

/// A server that keeps its images in this directory.
async fn on_disk() -> (Glance, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
    })
    .await;
    (glance, home)
}

/// The files that its images are in.
fn kept(home: &TempDir) -> Vec<String> {
    names(&home.path().join("images"))
}

/// The file that an image is in: it has the image's id, and on PostgreSQL the claim of its upload.
pub(crate) fn data_file(home: &TempDir, image: &Image) -> PathBuf {
    home.path().join("images").join(name_of(home, image))
}

/// The name of that file.
fn name_of(home: &TempDir, image: &Image) -> String {
    let mut names = kept(home).into_iter();
    names.find(|name| name.starts_with(&image.id)).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = directory.read_dir().unwrap();
    entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// The image is as it was before its upload.
#[track_caller]
fn is_queued_again(image: &Image) {
    assert_eq!(image["status"], "queued");
    for field in [
        "size",
        "virtual_size",
        "checksum",
        "os_hash_algo",
        "os_hash_value",
    ] {
        assert!(image[field].is_null(), "{field}");
    }
}

/// It is a 415 with this detail.
#[track_caller]
fn is_415(answer: &Answer, detail: &str) {
    assert_eq!(answer.status, 415, "{}", answer.text());
    assert_eq!(answer.message().1, detail);
}
