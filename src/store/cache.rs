//! The files of the image cache: each has all bytes of an image, and their checksum was right.
//!
//! They are in a [`DirectoryStore`] like that of a store: a copy is written to a file beside its name,
//! synced, and renamed when it is complete.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::Content;
use super::directory::{DirectoryStore, remove_file};
use super::hash::Hasher;
use crate::config::Algorithm;
use crate::runtime::blocking::run_blocking;

/// The name of the file that the server which uses the directory locks.
const LOCK: &str = "lock";

/// A directory of copies of images, which one server uses at a time.
#[derive(Debug)]
pub struct CopyDirectory {
    directory: Arc<DirectoryStore>,
    lock: File,
}

/// The bytes that a copy must have to be kept.
#[derive(Clone, Debug)]
pub struct ExpectedCopy {
    /// The number of bytes.
    pub size: u64,
    /// Their MD5 in hex, where it is known.
    pub checksum: Option<String>,
}

impl CopyDirectory {
    /// Opens a directory, which is created if it does not exist, and removes the partial copies in it.
    /// Blocks; for the start.
    ///
    /// # Errors
    ///
    /// Fails if another server uses the directory.
    pub fn open(path: &Path) -> io::Result<Self> {
        let directory = DirectoryStore::open(path)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another server uses it"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        directory.remove_stalled(None)?;
        Ok(Self {
            directory: Arc::new(directory),
            lock,
        })
    }

    /// Releases the lock, so that another server can use the directory, in this process too.
    pub fn unlock(&self) {
        // If this fails, the lock is released when the file is dropped.
        self.lock.unlock().ok();
    }

    /// Returns the copy of an image, if there is one.
    pub async fn get(&self, image: &str) -> io::Result<Option<Content>> {
        let image = image.to_owned();
        self.run(move |directory| directory.read(&image)).await
    }

    /// Writes a copy of all bytes that come, and publishes it if they are as expected; otherwise leaves
    /// nothing. Returns `true` if the copy was published. `claim` is the name of this attempt, which no
    /// other attempt has.
    pub async fn write(
        &self,
        image: &str,
        claim: &str,
        expected: ExpectedCopy,
        receiver: mpsc::Receiver<Bytes>,
    ) -> io::Result<bool> {
        let (image, claim) = (image.to_owned(), claim.to_owned());
        self.run(move |directory| write(directory, &image, &claim, &expected, receiver))
            .await
    }

    /// Deletes the copy of an image, if there is one.
    pub async fn delete(&self, image: &str) -> io::Result<()> {
        let image = image.to_owned();
        self.run(move |directory| directory.remove(&image)).await
    }

    /// Lists the images that have a copy.
    pub async fn images(&self) -> io::Result<Vec<String>> {
        self.run(|directory| Ok(directory.list()?.complete)).await
    }

    /// Removes the partial copies that were last written before this time.
    pub async fn remove_stalled(&self, since: SystemTime) -> io::Result<()> {
        self.run(move |directory| directory.remove_stalled(Some(since)))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DirectoryStore) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let directory = Arc::clone(&self.directory);
        run_blocking(move || work(&directory)).await
    }
}

/// Writes and checks a copy; blocks.
fn write(
    directory: &DirectoryStore,
    image: &str,
    claim: &str,
    expected: &ExpectedCopy,
    mut receiver: mpsc::Receiver<Bytes>,
) -> io::Result<bool> {
    let mut writer = directory.create(image, claim)?;
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut size = 0;
    while let Some(bytes) = receiver.blocking_recv() {
        writer.write(&bytes)?;
        checksum.update(&bytes);
        size += bytes.len() as u64;
    }
    let is_right = |expected: &String| *expected == checksum.finish();
    let is_complete = size == expected.size && expected.checksum.as_ref().is_none_or(is_right);
    if is_complete {
        writer.finish()?;
    }
    Ok(is_complete)
}

impl DirectoryStore {
    /// Removes the partial files that were last written before this time; all, if none is given.
    fn remove_stalled(&self, before: Option<SystemTime>) -> io::Result<()> {
        for path in self.partial_files()? {
            let is_stalled = match (before, fs::metadata(&path)) {
                (Some(before), Ok(found)) => found.modified()? < before,
                (None, Ok(_)) => true,
                // It was published or abandoned meanwhile.
                (_, Err(error)) if error.kind() == ErrorKind::NotFound => false,
                (_, Err(error)) => return Err(error),
            };
            if is_stalled {
                remove_file(&path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = "1b2a0b5e-7d4e-4c43-9d0f-0c2d8e3f4a5b";

    async fn written(
        copies: &CopyDirectory,
        chunks: &[&'static str],
        size: u64,
        md5: &str,
    ) -> bool {
        let (sender, receiver) = mpsc::channel(chunks.len().max(1));
        for chunk in chunks {
            sender
                .send(Bytes::from_static(chunk.as_bytes()))
                .await
                .unwrap();
        }
        drop(sender);
        let checksum = Some(md5.to_owned());
        let expected = ExpectedCopy { size, checksum };
        copies.write(IMAGE, "1", expected, receiver).await.unwrap()
    }

    const MD5_OF_DATA: &str = "8d777f385d3dfec8815d20f7496026dc";

    #[tokio::test]
    async fn a_complete_copy_can_be_read() {
        let home = tempfile::tempdir().unwrap();
        let copies = CopyDirectory::open(home.path()).unwrap();
        assert!(written(&copies, &["da", "ta"], 4, MD5_OF_DATA).await);
        assert_eq!(copies.get(IMAGE).await.unwrap().unwrap().size(), 4);
        assert_eq!(copies.images().await.unwrap(), [IMAGE]);
    }

    #[tokio::test]
    async fn a_copy_that_is_not_as_expected_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let copies = CopyDirectory::open(home.path()).unwrap();
        assert!(!written(&copies, &["da"], 4, MD5_OF_DATA).await);
        assert!(!written(&copies, &["data", "!"], 4, MD5_OF_DATA).await);
        assert!(!written(&copies, &["DATA"], 4, MD5_OF_DATA).await);
        assert!(!written(&copies, &[], 4, MD5_OF_DATA).await);
        let left: Vec<_> = home.path().read_dir().unwrap().collect();
        assert_eq!(left.len(), 1, "only the lock: {left:?}");
    }

    #[tokio::test]
    async fn one_server_at_a_time_uses_a_directory() {
        let home = tempfile::tempdir().unwrap();
        let first = CopyDirectory::open(home.path()).unwrap();
        assert!(CopyDirectory::open(home.path()).is_err());
        drop(first);
        assert!(CopyDirectory::open(home.path()).is_ok());
    }

    #[tokio::test]
    async fn partial_copies_are_removed_at_the_start_and_when_they_stall() {
        let home = tempfile::tempdir().unwrap();
        let partial = home.path().join(format!("{IMAGE}.x"));
        let other = home.path().join("notes.txt");
        fs::write(&partial, "da").unwrap();
        fs::write(&other, "somebody else's").unwrap();
        let copies = CopyDirectory::open(home.path()).unwrap();
        assert!(!partial.exists() && other.exists());

        fs::write(&partial, "da").unwrap();
        copies.remove_stalled(SystemTime::UNIX_EPOCH).await.unwrap();
        assert!(partial.exists());
        let file = File::options().append(true).open(&partial).unwrap();
        let later =
            file.metadata().unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        copies.remove_stalled(later).await.unwrap();
        assert!(!partial.exists() && other.exists());
    }
}
