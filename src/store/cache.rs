//! The files of the image cache: each is all of an image, checked, or is not there.
//!
//! They are a [`Directory`] like that of a store, so a copy is written beside its name, synced, and
//! renamed when it is whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::directory::Directory;
use super::hash::Hasher;
use super::{Content, blocking};
use crate::config::Algorithm;

/// The file whose lock tells that a server uses the directory.
const LOCK: &str = "lock";

/// Copies of images in one directory.
#[derive(Debug)]
pub struct CopyDirectory {
    directory: Arc<Directory>,
    lock: File,
}

/// What a copy must be to be kept.
#[derive(Clone, Debug)]
pub struct ExpectedCopy {
    /// How many bytes.
    pub size: u64,
    /// Their MD5 in hex, where it is known.
    pub checksum: Option<String>,
}

impl CopyDirectory {
    /// The copies in a directory, which is made if it is not there; what was begun in it, it loses.
    /// Fails if another server uses it. Blocks, at the start.
    pub fn open(path: &Path) -> io::Result<Self> {
        let directory = Directory::at(path)?;
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
        directory.remove_begun_before(None)?;
        Ok(Self {
            directory: Arc::new(directory),
            lock,
        })
    }

    /// Lets another have the directory, in this process too.
    pub fn unlock(&self) {
        // What cannot be unlocked is so when it is dropped.
        self.lock.unlock().ok();
    }

    /// The copy of an image, if there is one.
    pub async fn get(&self, image: &str) -> io::Result<Option<Content>> {
        let image = image.to_owned();
        self.with(move |it| it.open(&image)).await
    }

    /// Writes a copy of all that comes, and publishes it if it is as expected: only then is the
    /// answer `true`. Otherwise nothing is left. `claim` sets this attempt apart from others.
    pub async fn write(
        &self,
        image: &str,
        claim: &str,
        expected: ExpectedCopy,
        take: mpsc::Receiver<Bytes>,
    ) -> io::Result<bool> {
        let (image, claim) = (image.to_owned(), claim.to_owned());
        self.with(move |it| write(it, &image, &claim, &expected, take))
            .await
    }

    /// Removes a copy, if there is one.
    pub async fn delete(&self, image: &str) -> io::Result<()> {
        let image = image.to_owned();
        self.with(move |it| it.delete(&image)).await
    }

    /// The images that there are copies of.
    pub async fn images(&self) -> io::Result<Vec<String>> {
        self.with(|it| Ok(it.contents()?.complete)).await
    }

    /// Removes copies that were begun and to which nothing has been added since.
    pub async fn remove_stalled(&self, since: SystemTime) -> io::Result<()> {
        self.with(move |it| it.remove_begun_before(Some(since)))
            .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Directory) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let directory = Arc::clone(&self.directory);
        blocking(move || work(&directory)).await
    }
}

fn write(
    directory: &Directory,
    image: &str,
    claim: &str,
    expected: &ExpectedCopy,
    mut take: mpsc::Receiver<Bytes>,
) -> io::Result<bool> {
    let mut writer = directory.writer(image, claim)?;
    let mut checksum = Hasher::new(Algorithm::Md5);
    let mut size = 0;
    while let Some(bytes) = take.blocking_recv() {
        writer.write(&bytes)?;
        checksum.update(&bytes);
        size += bytes.len() as u64;
    }
    let right = |it: &String| *it == checksum.finish();
    let whole = size == expected.size && expected.checksum.as_ref().is_none_or(right);
    if whole {
        writer.finish()?;
    }
    Ok(whole)
}

impl Directory {
    /// Removes what was begun before a moment; all, if none is given.
    fn remove_begun_before(&self, moment: Option<SystemTime>) -> io::Result<()> {
        for path in self.begun()? {
            let stalled = match (moment, fs::metadata(&path)) {
                (Some(moment), Ok(it)) => it.modified()? < moment,
                (None, Ok(_)) => true,
                // It was published or given up meanwhile.
                (_, Err(error)) if error.kind() == ErrorKind::NotFound => false,
                (_, Err(error)) => return Err(error),
            };
            if stalled {
                super::directory::remove(&path)?;
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
        let (give, take) = mpsc::channel(chunks.len().max(1));
        for chunk in chunks {
            give.send(Bytes::from_static(chunk.as_bytes()))
                .await
                .unwrap();
        }
        drop(give);
        let checksum = Some(md5.to_owned());
        let expected = ExpectedCopy { size, checksum };
        copies.write(IMAGE, "1", expected, take).await.unwrap()
    }

    const MD5_OF_DATA: &str = "8d777f385d3dfec8815d20f7496026dc";

    #[tokio::test]
    async fn a_copy_that_is_whole_can_be_read() {
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
    async fn a_directory_is_one_servers() {
        let home = tempfile::tempdir().unwrap();
        let first = CopyDirectory::open(home.path()).unwrap();
        assert!(CopyDirectory::open(home.path()).is_err());
        drop(first);
        assert!(CopyDirectory::open(home.path()).is_ok());
    }

    #[tokio::test]
    async fn what_was_begun_goes_at_the_start_and_when_it_has_stalled() {
        let home = tempfile::tempdir().unwrap();
        let begun = home.path().join(format!("{IMAGE}.x"));
        let other = home.path().join("notes.txt");
        fs::write(&begun, "da").unwrap();
        fs::write(&other, "somebody else's").unwrap();
        let copies = CopyDirectory::open(home.path()).unwrap();
        assert!(!begun.exists() && other.exists());

        fs::write(&begun, "da").unwrap();
        copies.remove_stalled(SystemTime::UNIX_EPOCH).await.unwrap();
        assert!(begun.exists());
        let file = File::options().append(true).open(&begun).unwrap();
        let later =
            file.metadata().unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        copies.remove_stalled(later).await.unwrap();
        assert!(!begun.exists() && other.exists());
    }
}
