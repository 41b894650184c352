//! Why a cloud cannot be opened, in words for whoever starts it or resets it.

use std::io;
use std::path::{Path, PathBuf};

use crate::app::error::SettingsFileError;
use crate::config::SettingError;
use crate::store::StoresError;
use crate::{Error, with_causes};

/// Why a cloud could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its directory cannot be used.
    #[error("the data directory {} cannot be used: {reason}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Another server uses its directory.
    #[error("another lookalike uses the data directory {}: stop it, or give this one another --data", .0.display())]
    InUse(PathBuf),
    /// Another server uses its database.
    #[error("{} uses the database {}: stop it, or give this one another --database-url or --data", .holder, .path.display())]
    DatabaseInUse {
        /// The file of the database.
        path: PathBuf,
        /// The other server, as far as it is known.
        holder: String,
    },
    /// Its database cannot be locked.
    #[error("the database cannot be locked with {}: {reason}", .path.display())]
    DatabaseLock {
        /// The file that is locked.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The bytes in its directory belong to another database.
    #[error("the images in {} belong to another database: give another --data, or the --database-url that they came with", .0.display())]
    Foreign(PathBuf),
    /// The bytes in a store belong to another database, or to nobody that is known.
    #[error(
        "there are images in {0} that belong to another database: give the store a place of its own, or the --database-url that they came with"
    )]
    ForeignStore(String),
    /// A store does not answer.
    #[error("the store {place} cannot be used: {reason}")]
    Store {
        /// The database or directory.
        place: String,
        /// Why not.
        reason: io::Error,
    },
    /// A file of metadata definitions cannot be loaded.
    #[error("the metadata definitions {} cannot be loaded: {reason}", .path.display())]
    Metadefs {
        /// The file, or the directory.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Two settings contradict each other.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A seed cannot be read.
    #[error(transparent)]
    Seed(#[from] super::seed::SeedFileError),
    /// A file that the settings name cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsFileError),
    /// The Keystone elsewhere that is named cannot be used.
    #[error(transparent)]
    Keystone(#[from] crate::keystone::KeystoneSetupError),
    /// Its database cannot be opened.
    #[error(transparent)]
    Database(#[from] crate::db::DbOpenError),
    /// Its stores cannot be opened.
    #[error(transparent)]
    Stores(#[from] StoresError),
    /// The directory of its image cache cannot be used.
    #[error("the image cache {} cannot be used: {reason}", .path.display())]
    Cache {
        /// The directory.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The state that it is to begin with cannot be had.
    #[error("the state in {} cannot be loaded: {reason}", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The cloud started with existing data of which no copy was made.
    #[error(
        "cannot reset: the server started with existing data that is too expensive to copy, and nothing was changed. To delete all data, send {{\"discard\": true}}"
    )]
    NotLaidBy,
    /// Neither it nor what was there before can be opened.
    #[error(
        "{reason}; and what was there cannot be opened again now: {back}. Until it can, the cloud answers nothing: try again, or start the server again"
    )]
    Closed {
        /// Why not the one.
        reason: Box<OpenError>,
        /// Why not the other.
        back: Box<OpenError>,
    },
    /// Its contents cannot be repaired.
    #[error("{}", with_causes(.0))]
    Contents(#[from] Error),
}

impl OpenError {
    /// Returns the error of a cloud that can neither be opened nor restored.
    #[must_use]
    pub fn closed(reason: Self, back: Self) -> Self {
        let (reason, back) = (Box::new(reason), Box::new(back));
        Self::Closed { reason, back }
    }
}

/// Returns the error of a directory that cannot be used.
pub(crate) fn unusable(directory: &Path, reason: io::Error) -> OpenError {
    let path = directory.to_owned();
    OpenError::Directory { path, reason }
}
