//! Room on the disk of an SQLite file that is kept for deletions: with none left, SQLite could not even write down
//! that something is deleted.
//!
//! The room is a file beside the database. It holds as much as the write-ahead log has before a checkpoint, so that
//! the pages of the log fit into the database, too; from then on the log needs no more room.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, fstatvfs};
use tokio::sync::Mutex;

use super::Db;
use crate::runtime::blocking::run_blocking;

/// The size of the reserve, in bytes: that of the write-ahead log at a checkpoint.
const SIZE: u64 = 16 << 20;

/// The part of the free room that a reserve takes at the most.
const SHARE: u64 = 16;

/// The least reserve, in bytes: a deletion writes less.
const LEAST: u64 = 64 << 10;

/// The name that is appended to that of the database.
const SUFFIX: &str = ".reserve";

/// A file that takes up room until somebody has to delete something.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    /// The size that it is to have.
    size: u64,
    /// Held by the one that uses the room.
    turn: Mutex<()>,
}

impl Reserve {
    /// Makes the reserve of a database in this file, as large as the disk allows.
    pub(super) async fn beside(database: &Path) -> Self {
        let database = database.to_owned();
        let made = run_blocking(move || {
            // On the disk of the file itself, if the path is a link.
            let mut path = database.canonicalize()?.into_os_string();
            path.push(SUFFIX);
            let path = PathBuf::from(path);
            Ok((reserve(&path, None)?, path))
        });
        let (size, path) = made.await.unwrap_or_else(|error| {
            tracing::debug!(%error, "no room is reserved for deletions");
            Default::default()
        });
        let turn = Mutex::default();
        Self { path, size, turn }
    }

    /// Gives the room free.
    async fn release(&self) {
        let path = self.path.clone();
        match run_blocking(move || fs::remove_file(path)).await {
            Ok(()) => tracing::warn!(
                "the disk of the database is full: something is deleted with the room that is reserved for that"
            ),
            Err(error) => tracing::debug!(%error, "there was no reserved room to give free"),
        }
    }

    /// Takes the room again, or as much of it as is free.
    async fn restore(&self) {
        let (path, size) = (self.path.clone(), self.size);
        if size == 0 {
            return;
        }
        if let Err(error) = run_blocking(move || reserve(&path, Some(size))).await {
            tracing::debug!(%error, "no room is free to be reserved for deletions");
        }
    }
}

/// Makes a file take up `size` bytes, or what is usual for its disk, or as much as is free. Returns the size that it
/// is to have.
fn reserve(path: &Path, size: Option<u64>) -> io::Result<u64> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    let done = allocate(&file, size);
    if done.is_err() {
        // What it took up so far would be of no use.
        fs::remove_file(path)?;
    }
    done
}

fn allocate(file: &File, size: Option<u64>) -> io::Result<u64> {
    let has = file.metadata()?.len();
    let disk = fstatvfs(file)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    // One that is there is not made smaller because its disk is full by now.
    let size = size.unwrap_or_else(|| SIZE.min(has.saturating_add(free) / SHARE).max(has));
    let mut wanted = size.min(has.saturating_add(free));
    while wanted > has {
        if wanted < LEAST {
            return Err(io::ErrorKind::StorageFull.into());
        }
        match fallocate(file, FallocateFlags::empty(), 0, wanted) {
            Ok(()) => break,
            // The file system needs some of what is free for itself, or somebody was faster.
            Err(rustix::io::Errno::NOSPC) => wanted /= 2,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(size)
}

impl Db {
    /// Runs an operation that deletes something. If it fails because the disk of the database is full, it is run
    /// once more with the room that is kept for that.
    ///
    /// # Errors
    /// Fails like the operation.
    pub async fn with_reserve<T, E, F>(
        &self,
        is_full: fn(&E) -> bool,
        operation: impl Fn() -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let done = operation().await;
        let Some(reserve) = &self.reserve else {
            return done;
        };
        if !done.as_ref().is_err_and(is_full) {
            return done;
        }
        // One after the other: each takes back what the one before has left.
        let _turn = reserve.turn.lock().await;
        reserve.release().await;
        let done = operation().await;
        reserve.restore().await;
        done
    }

    /// Takes back the room that is kept for deletions, as far as it was used and is free again.
    pub async fn restore_reserve(&self) {
        if let Some(reserve) = &self.reserve {
            let _turn = reserve.turn.lock().await;
            reserve.restore().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::config::Durability;
    use crate::{DatabaseError, DatabaseErrorKind, Error, Result};

    struct Opened {
        _home: tempfile::TempDir,
        db: Db,
        reserve: PathBuf,
    }

    async fn opened() -> Opened {
        let home = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/of a test", home.path().display());
        let db = Db::open(&url, Durability::Normal).await.unwrap();
        let reserve = home.path().join("of a test.reserve");
        Opened {
            _home: home,
            db,
            reserve,
        }
    }

    fn full() -> Error {
        let text = "database or disk is full";
        Error::Database(DatabaseError::new(DatabaseErrorKind::Full, text))
    }

    #[tokio::test]
    async fn a_database_in_a_file_has_a_reserve_that_takes_up_room() {
        let opened = opened().await;
        let found = std::fs::metadata(&opened.reserve).unwrap();
        assert!(found.len() >= LEAST && found.len() <= SIZE, "{found:?}");
        assert!(found.blocks() * 512 >= found.len(), "{found:?}");
    }

    #[tokio::test]
    async fn a_deletion_on_a_full_disk_is_tried_again_with_the_room_of_the_reserve() {
        let opened = opened().await;
        let attempts = AtomicUsize::new(0);
        let delete = || async {
            attempts.fetch_add(1, Ordering::Relaxed);
            if opened.reserve.exists() {
                return Err(full());
            }
            Ok("deleted")
        };
        let done = opened.db.with_reserve(Error::is_database_full, delete);
        assert_eq!(done.await.unwrap(), "deleted");
        assert_eq!(attempts.into_inner(), 2);
        assert!(opened.reserve.exists(), "it is not taken back");
    }

    #[tokio::test]
    async fn another_failure_is_not_tried_again() {
        let opened = opened().await;
        let attempts = AtomicUsize::new(0);
        let delete = || async {
            attempts.fetch_add(1, Ordering::Relaxed);
            Result::<()>::Err(Error::CloudReset)
        };
        let done = opened.db.with_reserve(Error::is_database_full, delete);
        assert!(matches!(done.await, Err(Error::CloudReset)));
        assert_eq!(attempts.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_reserve_that_is_gone_is_made_again() {
        let opened = opened().await;
        let size = std::fs::metadata(&opened.reserve).unwrap().len();
        std::fs::remove_file(&opened.reserve).unwrap();
        opened.db.restore_reserve().await;
        assert_eq!(std::fs::metadata(&opened.reserve).unwrap().len(), size);
    }

    #[tokio::test]
    async fn a_database_in_memory_has_none() {
        let db = Db::in_memory().await.unwrap();
        assert!(db.reserve.is_none());
    }
}
