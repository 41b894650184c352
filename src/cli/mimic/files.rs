//! The output: a directory that appears whole, or not at all.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::findings::Findings;
use crate::cli::capture;

/// The files in the output.
pub(super) const CACHE: &str = "cache";
const SETTINGS: &str = "lookalike.toml";
const SEED: &str = "seed.yaml";
pub(super) const SCHEMA: &str = "schema-image.json";
/// The directory with the namespaces of metadata definitions.
pub(super) const METADEFS: &str = "metadefs";
pub(super) const POLICY: &str = "policy.yaml";

/// The output while it is made, in a directory beside its place.
#[derive(Debug)]
pub(super) struct Draft {
    directory: TempDir,
    place: PathBuf,
}

impl Draft {
    /// Begins an output that is to appear at a place.
    pub(super) fn begin(place: &Path) -> Result<Self, String> {
        let refused = |error: io::Error| format!("cannot write {}: {error}", place.display());
        if place.exists() {
            return Err(format!(
                "{} exists: remove it, or name another directory with -o",
                place.display()
            ));
        }
        let place = std::path::absolute(place).map_err(refused)?;
        let parent = place.parent().unwrap_or(Path::new("."));
        let directory = tempfile::Builder::new()
            .prefix(".lookalike-mimic-")
            .tempdir_in(parent)
            .map_err(refused)?;
        Ok(Self { directory, place })
    }

    /// Returns the path of the settings in the draft.
    pub(super) fn settings(&self) -> PathBuf {
        self.directory.path().join(SETTINGS)
    }

    /// Writes what was found out so far, so that a server can be started with it.
    pub(super) fn write(&self, findings: &Findings) -> Result<(), String> {
        self.put(SETTINGS, &findings.document(self.directory.path()))?;
        if !findings.properties.is_empty() {
            let properties = Value::Object(findings.properties.clone());
            self.put(SCHEMA, &format!("{properties:#}\n"))?;
        }
        if !findings.policy.is_empty() {
            let rules = Value::Object(findings.policy.clone());
            let yaml = serde_saphyr::to_string(&rules);
            self.put(POLICY, &yaml.map_err(|error| error.to_string())?)?;
        }
        if !findings.namespaces.is_empty() {
            let directory = self.directory.path().join(METADEFS);
            let made = std::fs::create_dir_all(&directory);
            made.map_err(|error| format!("cannot write {}: {error}", directory.display()))?;
        }
        // Files are loaded in the order of their names, and the newest namespace is the first of a list.
        let width = findings.namespaces.len().to_string().len();
        for (number, (name, namespace)) in (1_usize..).zip(findings.namespaces.iter().rev()) {
            let name = name.replace('/', "%2F");
            let file = format!("{METADEFS}/{number:0width$}-{name}.json");
            self.put(&file, &format!("{namespace:#}\n"))?;
        }
        self.put(SEED, &capture::document(&findings.seed)?)
    }

    /// Puts the output at its place, and returns that.
    pub(super) fn finish(self, findings: &Findings) -> Result<PathBuf, String> {
        self.write(findings)?;
        self.put(SETTINGS, &findings.document(&self.place))?;
        // The server that the policy was compared with has made it; another one makes its own.
        let cache = self.directory.path().join(CACHE);
        let _removed = std::fs::remove_dir_all(cache);
        let place = self.place;
        let refused = |error: io::Error| format!("cannot write {}: {error}", place.display());
        std::fs::rename(self.directory.path(), &place).map_err(refused)?;
        // Nothing is left of it to be deleted.
        let _moved = self.directory.keep();
        Ok(place)
    }

    fn put(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.directory.path().join(name);
        let written = std::fs::write(&path, text);
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))
    }
}
