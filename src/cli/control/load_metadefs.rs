//! `lookalike manage load-metadefs`.

use std::path::{Path, PathBuf};

use clap::Args;
use lookalike::config::metadefs::Existing;
use serde_json::Value;

use super::Action;
use super::call::Call;
use crate::cli::failure::CliError;

/// Loads metadata definitions from files, by the options of glance-manage.
#[derive(Args, Debug)]
pub(in crate::cli) struct MetadefFiles {
    /// A directory with Glance's JSON files, or one file
    path: PathBuf,
    /// Add to namespaces that exist what they lack; without it they stay as they are
    #[arg(long)]
    merge: bool,
    /// With --merge: prefer what the files say to what exists
    #[arg(long = "prefer_new", requires = "merge", conflicts_with = "overwrite")]
    prefer_new: bool,
    /// With --merge: remove namespaces that exist, and make them anew
    #[arg(long, requires = "merge")]
    overwrite: bool,
}

impl Action for MetadefFiles {
    fn call(self) -> Result<Call, CliError> {
        let existing = match (self.merge, self.prefer_new, self.overwrite) {
            (_, true, _) => Existing::PreferNew,
            (_, _, true) => Existing::Overwrite,
            (true, ..) => Existing::Merge,
            _ => Existing::Skip,
        };
        let files = files(&self.path)?;
        let documents = files.iter().map(|file| document(file));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let query = vec![("existing".to_owned(), existing.as_str().to_owned())];
        let call = Call::post("/metadefs").with(&Value::Array(documents));
        Ok(call.with_query(query))
    }
}

/// Returns the JSON files in a directory, in the order of their names; or the file itself.
fn files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| CliError::start(format!("{}: {error}", path.display()));
    let entries = std::fs::read_dir(path).map_err(failed)?;
    let files = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut files = files.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort_unstable();
    if files.is_empty() {
        let path = path.display();
        return Err(CliError::start(format!(
            "there are no JSON files in {path}"
        )));
    }
    Ok(files)
}

fn document(file: &Path) -> Result<Value, CliError> {
    let failed =
        |error: &dyn std::error::Error| CliError::start(format!("{}: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| failed(&error))?;
    serde_json::from_slice(&text).map_err(|error| failed(&error))
}
