//! Seeds: documents that say what a cloud is to begin with.
//!
//! They are YAML, of which JSON is a part. What is unknown in them is refused with its line: a seed
//! with a slip of the pen would make a test pass or fail for nothing.

mod image;
mod people;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Spanned, options};
use sha2::{Digest, Sha256};
use uuid::Builder;

pub use image::{SeedImage, SeedMember, SeedTask, Source};
pub use people::{Granted, SeedAssignment, SeedDomain, SeedProject, SeedRole, SeedUser};
pub use words::Moment;

/// The seed that is always there: a few images as a public cloud has them.
const DEMO: &str = include_str!("seed/demo.yaml");

/// A seed that was read.
#[derive(Clone, Debug)]
pub struct Seed {
    /// What it is called in messages: its file, or its name.
    pub name: String,
    /// Where the files are that it names; nothing if it may name none.
    pub directory: Option<PathBuf>,
    /// What it says.
    pub document: Arc<Document>,
    /// Passwords and their PHC strings: making one costs more than all the rest.
    hashes: Arc<Mutex<HashMap<String, String>>>,
}

/// What a seed says. Each entry comes with its line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    /// Domains of the embedded identity.
    pub domains: Vec<Spanned<SeedDomain>>,
    /// Its projects.
    pub projects: Vec<Spanned<SeedProject>>,
    /// Its roles.
    pub roles: Vec<Spanned<SeedRole>>,
    /// Its users.
    pub users: Vec<Spanned<SeedUser>>,
    /// Roles for users who are there already.
    pub role_assignments: Vec<Spanned<SeedAssignment>>,
    /// Images, the oldest first.
    pub images: Vec<Spanned<SeedImage>>,
    /// Namespaces of metadata definitions, as Glance's own files have them.
    pub metadefs: Vec<Spanned<Value>>,
    /// Tasks that have ended.
    pub tasks: Vec<Spanned<SeedTask>>,
}

/// What is wrong with a seed, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SeedError(pub String);

impl Seed {
    /// Reads a document. The files that it names are looked for in the directory; without one it may
    /// name none.
    pub fn parse(name: &str, text: &str, directory: Option<&Path>) -> Result<Self, SeedError> {
        let options = options! { with_snippet: false };
        let document: Option<Document> = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| SeedError(format!("seed {name}: {error}")))?;
        Ok(Self::of(name, document.unwrap_or_default(), directory))
    }

    /// Reads a document that came as a part of another one.
    pub fn from_value(name: &str, value: Value) -> Result<Self, SeedError> {
        let document = serde_json::from_value(value)
            .map_err(|error| SeedError(format!("seed {name}: {error}")))?;
        Ok(Self::of(name, document, None))
    }

    /// The built-in seed of this name, if there is one.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Result<Self, SeedError>> {
        (name == "demo").then(|| Self::parse(name, DEMO, None))
    }

    fn of(name: &str, document: Document, directory: Option<&Path>) -> Self {
        Self {
            name: name.to_owned(),
            directory: directory.map(Path::to_owned),
            document: Arc::new(document),
            hashes: Arc::default(),
        }
    }

    /// What is known of passwords so far.
    pub fn hashes(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.hashes.lock()
    }

    /// The failure of an entry: the seed, its line, its list and its name before the reason.
    pub fn wrong<T>(
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

    /// Whether it says anything of the embedded identity.
    #[must_use]
    pub fn has_people(&self) -> bool {
        let it = &self.document;
        !(it.domains.is_empty()
            && it.projects.is_empty()
            && it.roles.is_empty()
            && it.users.is_empty()
            && it.role_assignments.is_empty())
    }
}

/// An id for what is given none, made from its name: so it is the same at every start, and a seed
/// that is loaded twice finds what is its own.
#[must_use]
pub fn lasting_id(words: &[&str]) -> uuid::Uuid {
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
