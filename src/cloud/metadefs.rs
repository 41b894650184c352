//! The metadata definitions that a cloud begins with, from Glance's JSON files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::OpenError;
use crate::app::App;
use crate::config::Config;
use crate::service::metadefs::load::{Described, load};

/// Loads the files that the settings name: all of them, or none.
pub(crate) async fn load_files(app: &App) -> Result<(), OpenError> {
    let options = &app.config().metadefs;
    let Some(path) = &options.metadefs else {
        return Ok(());
    };
    let described = read(path)?;
    let loaded = load(app, &described, options.metadefs_existing).await?;
    tracing::info!(
        made = loaded.made.len(),
        merged = loaded.merged.len(),
        skipped = loaded.skipped.len(),
        "metadata definitions loaded"
    );
    Ok(())
}

/// Sees that the files can be read which the settings name. Blocks.
pub(crate) fn check(config: &Config) -> Result<(), OpenError> {
    let path = config.metadefs.metadefs.as_deref();
    path.map_or(Ok(()), |value| read(value).map(drop))
}

/// The namespaces that a file, or the files of a directory, describe.
fn read(path: &Path) -> Result<Vec<Described>, OpenError> {
    let files = files(path).map_err(|error| bad(path, error.to_string()))?;
    if files.is_empty() {
        return Err(bad(path, "no file in it ends in .json".into()));
    }
    files.iter().map(|file| read_file(file)).collect()
}

fn read_file(path: &Path) -> Result<Described, OpenError> {
    let text = fs::read_to_string(path).map_err(|error| bad(path, error.to_string()))?;
    let document = serde_json::from_str(&text).map_err(|error| bad(path, error.to_string()))?;
    Described::read(document).map_err(|error| {
        let said = error.to_string();
        // The rest of what a schema says is for programs.
        bad(path, said.lines().next().unwrap_or_default().to_owned())
    })
}

/// By name, so that every start loads in the same order.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_file()
            && path
                .extension()
                .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn bad(path: &Path, reason: String) -> OpenError {
    OpenError::Metadefs {
        path: path.to_owned(),
        reason,
    }
}
