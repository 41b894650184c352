//! The places of files that a configuration names. Source: `oslo_config/cfg.py`, `find_file`.

use std::path::{Path, PathBuf};

use super::sources::ConfSources;
use super::values::ConfValues;

/// The directories that oslo.config looks into after those of the files.
const USUAL: [&str; 2] = ["/etc/glance", "/etc"];

/// The directories that files are looked for in.
#[derive(Debug)]
pub(super) struct ConfPlaces {
    /// Those of the configuration itself, the last first.
    own: Vec<PathBuf>,
    /// The directory that stands for `/`.
    root: Option<PathBuf>,
}

impl ConfPlaces {
    /// Returns the places of files that are named beside or below the sources.
    pub(super) fn new(values: &ConfValues, sources: &ConfSources) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut own: Vec<PathBuf> = sources
            .directories
            .iter()
            .map(|path| absolute(path))
            .collect();
        for path in values.paths().rev() {
            let directory = absolute(path).parent().map(Path::to_owned);
            own.extend(directory.filter(|directory| !own.contains(directory)));
        }
        let root = sources.root.as_deref().map(absolute);
        Self { own, root }
    }

    /// Returns the file or directory that a configuration names.
    ///
    /// # Errors
    ///
    /// The places where it was looked for.
    pub(super) fn find(&self, name: &str) -> Result<PathBuf, Vec<PathBuf>> {
        let name = Path::new(name);
        let candidates: Vec<_> = if name.is_absolute() {
            vec![self.below_root(name)]
        } else {
            let usual = USUAL.iter().map(|path| self.below_root(Path::new(path)));
            let directories = self.own.iter().cloned().chain(usual);
            directories.map(|directory| directory.join(name)).collect()
        };
        let found = candidates.iter().find(|path| path.exists()).cloned();
        found.ok_or(candidates)
    }

    /// Returns a file beside the configuration that Glance reads without being told.
    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        let root = self.root.iter().map(|root| root.join("etc/glance"));
        let directories = self.own.iter().cloned().chain(root);
        let mut paths = directories.map(|directory| directory.join(name));
        paths.find(|path| path.exists())
    }

    /// Returns the place of stored data that the configuration has, where a root is given.
    pub(super) fn data(&self, path: &str) -> Option<PathBuf> {
        let root = self.root.as_ref()?;
        Some(root.join(path.trim_start_matches('/')))
    }

    fn below_root(&self, path: &Path) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.strip_prefix("/").unwrap_or(path)),
            None => path.to_owned(),
        }
    }
}

/// Returns the reason why a file that is named and missing stops the start.
pub(super) fn no_such_file(places: &[PathBuf]) -> String {
    let places: Vec<_> = places
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!(
        "there is no such file; looked for: {}; --glance-conf-root names a directory that stands for /",
        places.join(", ")
    )
}
