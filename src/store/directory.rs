//! A directory as a store: one file an image, under the image's id.
//!
//! Bytes are written beside their final name, synced, and then renamed: under the final name there
//! is all of an image or nothing. (The `object_store` crate does not sync, and reads 8 KiB at a
//! time; so this is our own.)

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tokio::task::{JoinHandle, spawn_blocking};

use super::{Content, Contents, MARK, is_uuid};

/// How much is written before the disk is asked to begin with it: at its end, a large file is then
/// soon synced.
const SYNC_EVERY: u64 = 64 << 20;

/// What stands between an image's id and the attempt's name in the name of a begun file.
const BEGUN: char = '.';

#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let path = path.canonicalize()?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn url(&self, image: &str) -> String {
        format!("file://{}", self.path.join(image).display())
    }

    /// Where the bytes of an image are. What is no id is no image's, and could lead elsewhere.
    fn file(&self, image: &str) -> io::Result<PathBuf> {
        if is_uuid(image) {
            return Ok(self.path.join(image));
        }
        let why = format!("{image:?} is no id of an image");
        Err(io::Error::new(ErrorKind::InvalidInput, why))
    }

    pub(super) fn writer(&self, image: &str, claim: &str) -> io::Result<Writer> {
        let published = self.file(image)?;
        let begun = self.path.join(format!("{image}{BEGUN}{claim}"));
        let file = File::create_new(&begun)?;
        Ok(Writer {
            file,
            begun: Some(begun),
            published,
            unsynced: 0,
            syncing: None,
        })
    }

    pub(super) fn open(&self, image: &str) -> io::Result<Option<Content>> {
        match File::open(self.file(image)?) {
            Ok(file) => Ok(Some(Content::file(file)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn delete(&self, image: &str) -> io::Result<()> {
        remove(&self.file(image)?)
    }

    /// Gives another directory the bytes too, as another name of the same file where that can be; how
    /// many there are.
    pub(super) fn copy(
        &self,
        (image, name): (&str, &str),
        to: &Self,
        claim: &str,
    ) -> io::Result<Option<u64>> {
        let from = self.file(image)?;
        let size = match fs::metadata(&from) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let begun = to.path.join(format!("{name}{BEGUN}{claim}"));
        match fs::hard_link(&from, &begun) {
            Ok(()) => {}
            // It went away just now.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // Another disk, or one that knows no second names.
            Err(_) => {
                fs::copy(&from, &begun)?;
                File::open(&begun)?.sync_all()?;
            }
        }
        fs::rename(&begun, to.file(name)?)?;
        // Of two names of one file, renaming leaves both.
        remove(&begun)?;
        Ok(Some(size))
    }

    /// Sees that the names are safe.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Removes the directory itself, which was a shelf, and that of all shelves, unless there is
    /// something in them.
    pub(super) fn remove(&self) -> io::Result<()> {
        for path in [Some(self.path.as_path()), self.path.parent()] {
            match path.map_or(Ok(()), fs::remove_dir) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => return Ok(()),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn contents(&self) -> io::Result<Contents> {
        let mut contents = Contents::default();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let Some(name) = name.to_str() else { continue };
            let (image, list) = match name.split_once(BEGUN) {
                Some((image, _)) => (image, &mut contents.partial),
                None => (name, &mut contents.complete),
            };
            // Names that are no image's are somebody else's files.
            if is_uuid(image) {
                list.push(image.to_owned());
            }
        }
        Ok(contents)
    }

    pub(super) fn owner_marker(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.path.join(MARK)) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write_owner_marker(&self, cloud: &str) -> io::Result<()> {
        fs::write(self.path.join(MARK), cloud)
    }

    /// The files that were begun.
    pub(super) fn begun(&self) -> io::Result<Vec<PathBuf>> {
        let mut begun = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let image = name.to_str().and_then(|it| it.split_once(BEGUN));
            if image.is_some_and(|(image, _)| is_uuid(image)) {
                begun.push(entry.path());
            }
        }
        Ok(begun)
    }

    pub(super) fn delete_partial(&self, image: &str) -> io::Result<()> {
        if !is_uuid(image) {
            return Ok(());
        }
        let begun = format!("{image}{BEGUN}");
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry
                .file_name()
                .to_str()
                .is_some_and(|it| it.starts_with(&begun))
            {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Writer {
    file: File,
    begun: Option<PathBuf>,
    published: PathBuf,
    unsynced: u64,
    syncing: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.unsynced += bytes.len() as u64;
        let idle = self.syncing.as_ref().is_none_or(JoinHandle::is_finished);
        if self.unsynced >= SYNC_EVERY && idle {
            self.unsynced = 0;
            let file = self.file.try_clone()?;
            // Whether it worked is asked at the end, of all.
            self.syncing = Some(spawn_blocking(move || drop(file.sync_data())));
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(begun) = &self.begun {
            fs::rename(begun, &self.published)?;
        }
        self.begun = None;
        // The name is safe only when its directory is.
        if let Some(directory) = self.published.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(begun) = self.begun.take()
            && let Err(error) = remove(&begun)
        {
            tracing::warn!(%error, file = %begun.display(), "a begun file could not be removed");
        }
    }
}
