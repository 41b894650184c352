//! Data, archives and files that version 5c38b29 wrote, opened by the version under test.
//!
//! `tests/fixtures/5c38b29/README.md` says how they were made. What that version answered is recorded
//! beside them; the version under test must give the same answers.

mod archive;
mod data;
mod migrations;
mod postgres;
mod recording;
mod rules;
mod seed;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use recording::Recording;

/// The path of a fixture.
fn fixture(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/5c38b29");
    directory.join(name)
}

/// Reads a JSON fixture.
fn json_fixture(name: &str) -> Value {
    serde_json::from_slice(&fs::read(fixture(name)).unwrap()).unwrap()
}

/// Unpacks the data directory; it is `data` in the directory that this returns.
fn unpacked_data() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let packed = fs::File::open(fixture("data.tar.gz")).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    archive.unpack(home.path()).unwrap();
    home
}

/// Copies a directory with everything below it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
