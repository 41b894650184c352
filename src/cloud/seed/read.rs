//! Seeds by the words of a setting: the names of files, and of those that are built in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::seed::{Seed, SeedError};

/// Why a seed cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SeedFileError {
    /// There is no such file.
    #[error("the seed {} cannot be read: {reason}; built in are: {}", .path.display(), Seed::built_in_names())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The seed is invalid.
    #[error(transparent)]
    Wrong(#[from] SeedError),
}

/// The seed that is built in by this name, or is in this file. Blocks.
pub fn read(word: &str) -> Result<Seed, SeedFileError> {
    if let Some(seed) = Seed::built_in(word) {
        return Ok(seed?);
    }
    let path = Path::new(word);
    let text = fs::read_to_string(path).map_err(|reason| SeedFileError::File {
        path: path.to_owned(),
        reason,
    })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    Ok(Seed::parse(word, &text, Some(directory))?)
}

/// All that a setting names, in its order. Blocks.
pub fn read_all(words: &[String]) -> Result<Vec<Seed>, SeedFileError> {
    words.iter().map(|word| read(word)).collect()
}
