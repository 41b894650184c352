//! The regions of a cloud.

use super::Config;
use crate::domain::region::RegionKey;

/// The longest name of a region.
#[cfg(feature = "cli")]
const LONGEST: usize = 64;

/// There is no region of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no region {name}; there are {known}")]
pub struct UnknownRegionError {
    name: String,
    known: String,
}

impl Config {
    /// Returns the names of the regions; there is one at least.
    #[must_use]
    pub fn region_names(&self) -> Vec<&str> {
        if self.regions.is_empty() {
            return vec![&self.bootstrap_region];
        }
        self.regions.iter().map(String::as_str).collect()
    }

    /// Returns true if there are several regions.
    #[must_use]
    pub fn has_regions(&self) -> bool {
        self.regions.len() > 1
    }

    /// Returns the name of the first region, which answers at the root, too.
    #[must_use]
    pub fn first_region(&self) -> &str {
        self.regions.first().unwrap_or(&self.bootstrap_region)
    }

    /// Returns the region with this name, in whatever case, as rows name it.
    #[must_use]
    pub fn region_key(&self, name: &str) -> Option<RegionKey> {
        let names = self.region_names();
        let number = names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        Some(RegionKey::new(names.get(number)?, number))
    }

    /// Checks that there is a region with this name.
    ///
    /// # Errors
    ///
    /// Fails if there is none; the message names those that there are.
    pub fn check_region(&self, name: &str) -> Result<RegionKey, UnknownRegionError> {
        self.region_key(name).ok_or_else(|| UnknownRegionError {
            name: name.to_owned(),
            known: self.region_names().join(", "),
        })
    }

    /// Returns the key of the first region.
    #[must_use]
    pub fn first_region_key(&self) -> RegionKey {
        RegionKey::new(self.first_region(), 0)
    }

    /// Returns the path below which a region answers: nothing for the first.
    #[must_use]
    pub fn region_path(&self, region: &RegionKey) -> String {
        match region.as_str() {
            "" => String::new(),
            name => format!("/region/{name}"),
        }
    }
}

/// Reads a list of names: each once, in whatever case, and fit for a path.
#[cfg(feature = "cli")]
pub(super) fn regions(text: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    if text.trim().is_empty() {
        return Ok(names);
    }
    for name in text.split(',').map(str::trim) {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if name.is_empty() || name.len() > LONGEST || !name.chars().all(fits) {
            return Err(format!(
                "{name:?} is no name of a region: up to {LONGEST} letters, digits, -, _ and . are allowed"
            ));
        }
        if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(format!("{name} is there twice; each name is allowed once"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}
