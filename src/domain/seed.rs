//! Seeds: documents that describe the initial contents of a cloud.
//!
//! A seed is YAML, which includes JSON. Unknown fields are refused with their line: a seed with a
//! typo would make a test pass or fail for the wrong reason.

mod identity;
mod image;
#[cfg(test)]
mod tests;
mod values;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::yaml;
pub use identity::{
    RolesByScope, SeedAssignment, SeedDomain, SeedLimit, SeedProject, SeedRegisteredLimit,
    SeedRole, SeedUser,
};
pub use image::{SeedImage, SeedMember, SeedSource, SeedTask};
pub use values::SeedTimestamp;

/// A seed that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInSeed {
    /// The name.
    pub name: &'static str,
    /// The document, YAML.
    pub text: &'static str,
}

impl BuiltInSeed {
    /// A few images as a public cloud has them.
    pub const DEMO: Self = Self {
        name: "demo",
        text: include_str!("seed/demo.yaml"),
    };

    /// The images, the account and the users of Rackspace's cloud.
    pub const RACKSPACE: Self = Self {
        name: "rackspace",
        text: include_str!("seed/rackspace.yaml"),
    };

    /// The images of a small Platform9 PCD.
    pub const PCD: Self = Self {
        name: "pcd",
        text: include_str!("seed/pcd.yaml"),
    };

    /// Every seed that is built in.
    const ALL: [Self; 3] = [Self::DEMO, Self::RACKSPACE, Self::PCD];

    /// Parses the document.
    pub fn read(&self) -> Result<Seed, SeedError> {
        let seed = Seed::parse(self.name, self.text, None)?;
        Ok(Seed {
            built_in: true,
            ..seed
        })
    }
}

/// A parsed seed.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The name in messages: the path of its file, or the name of a built-in seed.
    pub name: String,
    /// The directory of the data files that it names; `None` if it must not name files.
    pub directory: Option<PathBuf>,
    /// The contents.
    pub document: Arc<SeedDocument>,
    /// True for a seed that is built in: no quota stands in its way.
    pub built_in: bool,
    /// The PHC strings of passwords: hashing costs more than the rest of applying a seed.
    hashes: Arc<Mutex<HashMap<String, String>>>,
}

/// The contents of a seed. Each entry has its line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedDocument {
    /// The region that its images and tasks are in; the first, if none is named.
    pub region: Option<String>,
    /// Domains of the embedded identity.
    pub domains: Vec<Spanned<SeedDomain>>,
    /// Projects of the embedded identity.
    pub projects: Vec<Spanned<SeedProject>>,
    /// Roles of the embedded identity.
    pub roles: Vec<Spanned<SeedRole>>,
    /// Users of the embedded identity.
    pub users: Vec<Spanned<SeedUser>>,
    /// Role assignments of users, also of those that exist already.
    pub role_assignments: Vec<Spanned<SeedAssignment>>,
    /// Limits that are registered for the image service.
    pub registered_limits: Vec<Spanned<SeedRegisteredLimit>>,
    /// Limits of projects and domains.
    pub limits: Vec<Spanned<SeedLimit>>,
    /// Images, the oldest first.
    pub images: Vec<Spanned<SeedImage>>,
    /// Namespaces of metadata definitions, in the format of Glance's own files.
    pub metadefs: Vec<Spanned<Value>>,
    /// Tasks that have ended.
    pub tasks: Vec<Spanned<SeedTask>>,
}

/// An error in a seed, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SeedError(pub String);

impl Seed {
    /// Parses a YAML document. Relative paths of data files start from the directory; without one
    /// the seed must not name files.
    pub fn parse(name: &str, text: &str, directory: Option<&Path>) -> Result<Self, SeedError> {
        let document: Option<SeedDocument> =
            yaml::parse(text).map_err(|error| SeedError(format!("seed {name}: {error}")))?;
        Ok(Self::of(name, document.unwrap_or_default(), directory))
    }

    /// Parses a seed that is a part of another document.
    pub fn from_value(name: &str, value: Value) -> Result<Self, SeedError> {
        let document = serde_json::from_value(value)
            .map_err(|error| SeedError(format!("seed {name}: {error}")))?;
        Ok(Self::of(name, document, None))
    }

    /// Returns the built-in seed with this name, if there is one.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Result<Self, SeedError>> {
        let mut all = BuiltInSeed::ALL.iter();
        let found = all.find(|seed| seed.name == name)?;
        Some(found.read())
    }

    /// Returns the names of the built-in seeds, separated by commas.
    #[must_use]
    pub fn built_in_names() -> String {
        BuiltInSeed::ALL.map(|seed| seed.name).join(", ")
    }

    fn of(name: &str, document: SeedDocument, directory: Option<&Path>) -> Self {
        Self {
            name: name.to_owned(),
            directory: directory.map(Path::to_owned),
            document: Arc::new(document),
            built_in: false,
            hashes: Arc::default(),
        }
    }

    /// Returns the cache of password hashes.
    pub fn hashes(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.hashes.lock()
    }

    /// Returns the error about an entry: seed, line, list and name come before the reason.
    pub fn entry_error<T>(
        &self,
        entry: &Spanned<T>,
        list: &str,
        name: &str,
        reason: impl std::fmt::Display,
    ) -> SeedError {
        let line = match entry.referenced.line() {
            0 => String::new(),
            line => format!("line {line}: "),
        };
        let name = if name.is_empty() { "(no name)" } else { name };
        let reason = reason.to_string();
        // The rest of what a schema says is for programs.
        let reason = reason.lines().next().unwrap_or_default();
        SeedError(format!(
            "seed {}: {line}{list}: {name}: {reason}",
            self.name
        ))
    }

    /// Returns the seed without the entries of the embedded identity.
    #[must_use]
    pub fn without_identity(self) -> Self {
        let whole = &self.document;
        let document = SeedDocument {
            region: whole.region.clone(),
            images: whole.images.clone(),
            metadefs: whole.metadefs.clone(),
            tasks: whole.tasks.clone(),
            ..SeedDocument::default()
        };
        Self {
            document: Arc::new(document),
            ..self
        }
    }

    /// Returns true if the seed has entries of the embedded identity.
    #[must_use]
    pub fn has_identity(&self) -> bool {
        let document = &self.document;
        !(document.domains.is_empty()
            && document.projects.is_empty()
            && document.roles.is_empty()
            && document.users.is_empty()
            && document.role_assignments.is_empty()
            && document.registered_limits.is_empty()
            && document.limits.is_empty())
    }
}

/// Returns an ID that is derived from names, for entries without one. It is the same at every
/// start, so a seed that is applied twice finds its own entries.
#[must_use]
pub fn derived_id(words: &[&str]) -> uuid::Uuid {
    let mut hash = Sha256::new();
    for word in words {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let bytes = digest.first_chunk().copied().unwrap_or_default();
    // By variant and version it is a UUID like any other that was drawn.
    Builder::from_random_bytes(bytes).into_uuid()
}
