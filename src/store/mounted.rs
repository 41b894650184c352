//! The mounts of a file store, by which it says in the metadata of a location where the file is mounted.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::name_of_url;
use crate::config::data_directories::{METADATA_FILE, MountFile};
use crate::config::stores::{Place, StoreOption};
use crate::domain::mount::Mounts;

/// The option that says which directory a store is shown to have.
const SHOWN_DIRECTORY: &str = "filesystem_store_datadir";

/// The scheme of the URLs of files.
const SCHEME: &str = "file://";

/// The mounts of a file store, and its directories.
#[derive(Debug)]
pub(super) struct MountedDirectories {
    mounts: Mounts,
    /// The directories, those with the highest priority first.
    directories: Vec<MountedDirectory>,
}

/// A directory of a file store.
#[derive(Debug)]
struct MountedDirectory {
    /// Where it is.
    path: PathBuf,
    /// Where the settings say that it is, which mountpoints are compared with.
    said: String,
}

impl MountedDirectories {
    /// Reads the file that a store's settings name; `own` is the store's directory below --data. Blocks.
    pub(super) fn open(option: &StoreOption, own: &Path) -> Result<Option<Self>, String> {
        let Some(file) = &option.mount_file else {
            return Ok(None);
        };
        let wrong = |reason: String| {
            let path = file.path.display();
            format!("--store: {METADATA_FILE}={path}: {reason}")
        };
        let text = fs::read(&file.path).map_err(|error| wrong(error.to_string()))?;
        Ok(Some(Self {
            mounts: Mounts::parse(&text).map_err(wrong)?,
            directories: directories(option, file, own),
        }))
    }

    /// Returns the metadata for the location of a file with this URL.
    pub(super) fn metadata(&self, url: &str) -> Map<String, Value> {
        if self.mounts.is_empty() {
            return Map::new();
        }
        let path = url.strip_prefix(SCHEME).map(Path::new);
        let parent = path.and_then(Path::parent);
        let mut directories = self.directories.iter();
        let home = directories.find(|directory| Some(directory.path.as_path()) == parent);
        // Where nothing is kept, the data of a directory are in memory.
        let Some(home) = home.or_else(|| self.directories.first()) else {
            return Map::new();
        };
        let path = format!("{}/{}", home.said.trim_end_matches('/'), name_of_url(url));
        let found = self.mounts.of(&path).cloned();
        found.unwrap_or_else(|| {
            tracing::warn!(
                path,
                "no mountpoint of the metadata file is the beginning of this path"
            );
            Map::new()
        })
    }
}

fn directories(option: &StoreOption, file: &MountFile, own: &Path) -> Vec<MountedDirectory> {
    let shown = option.shown_as.as_ref();
    let shown = shown.and_then(|shown| shown.said(SHOWN_DIRECTORY));
    let only = |path: &Path| {
        let said = shown.map_or_else(|| file.said(path), str::to_owned);
        vec![directory(path, said)]
    };
    match &option.place {
        Place::File(path) => only(path),
        Place::Directories(all) => {
            let mut all: Vec<_> = all.iter().collect();
            all.sort_by_key(|one| std::cmp::Reverse(one.priority));
            let all = all.into_iter();
            all.map(|one| directory(&own.join(&one.path), file.said(&one.path)))
                .collect()
        }
        _ => only(own),
    }
}

fn directory(path: &Path, said: String) -> MountedDirectory {
    // As the store has it in its URLs.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    MountedDirectory { path, said }
}
