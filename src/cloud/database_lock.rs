//! The lock on a database in an SQLite file: a server that starts takes what is under way in it for
//! abandoned, so no two may use one.
//!
//! The lock is on a file beside the database. SQLite locks the database itself, and a process that closes
//! any handle of that loses SQLite's locks.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::error::OpenError;
use crate::config::Config;
use crate::db::sqlite_file;

/// Locks the database that the settings name, if it is a file, as long as the answer is held.
pub(super) fn lock_database(config: &Config) -> Result<Option<File>, OpenError> {
    let path = match &config.database_url {
        _ if config.database_shared => None,
        Some(url) => sqlite_file(url),
        None if config.ephemeral => None,
        None => Some(config.data.join("lookalike.sqlite")),
    };
    let Some(path) = path else {
        return Ok(None);
    };
    let path = with_links_followed(&path);
    let mut beside = path.clone().into_os_string();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    match lock(&path, &beside) {
        // The database says best why it cannot be there.
        Err(OpenError::DatabaseLock { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        locked => locked.map(Some),
    }
}

fn lock(path: &Path, beside: &Path) -> Result<File, OpenError> {
    let wrong = |reason| OpenError::DatabaseLock {
        path: beside.to_owned(),
        reason,
    };
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(beside)
        .map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => sign(&mut file).map(|()| file).map_err(wrong),
        Err(TryLockError::WouldBlock) => Err(OpenError::DatabaseInUse {
            path: path.to_owned(),
            holder: holder(&mut file),
        }),
        Err(TryLockError::Error(error)) => Err(wrong(error)),
    }
}

/// Writes down who holds the lock.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// Returns who holds the lock.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(32).read_to_string(&mut text);
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(process) => format!("another lookalike (process {process})"),
        None => "another lookalike".to_owned(),
    }
}

/// Returns a path that is the same by whatever links a file is named, also before it is there.
fn with_links_followed(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    let parent = path.parent().map(|parent| match parent {
        empty if empty.as_os_str().is_empty() => Path::new("."),
        parent => parent,
    });
    let parent = parent.and_then(|parent| parent.canonicalize().ok());
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}
