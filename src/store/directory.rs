//! A directory as a store: one file for each name.
//!
//! Bytes are written to a file beside the final name, synced, and then renamed: the final name has
//! either all bytes of an image or none. (The `object_store` crate has such a store too, but it does
//! not sync, and it reads 8 KiB at a time.)

mod backend;
mod writer;

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::backend::Copied;
use super::{Content, OWNER_MARKER, StoreContents, image_of_name};
use crate::runtime::durable::{create_directory, replace};
pub(super) use writer::DirectoryWriter;

/// The separator between the name and the claim of the attempt in the name of a partial file.
const PARTIAL: char = '.';

/// A directory of image files. Its own methods block.
#[derive(Clone, Debug)]
pub(super) struct DirectoryStore {
    path: PathBuf,
    /// The permissions of the files, where they are not those that the process gives.
    permissions: Option<u32>,
}

impl DirectoryStore {
    /// Opens a directory, which is created if it does not exist.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        create_directory(path)?;
        let path = path.canonicalize()?;
        Ok(Self {
            path,
            permissions: None,
        })
    }

    /// Returns the store with these permissions for its files. Whoever may do anything with a file may enter the
    /// directory, too.
    pub(super) fn with_permissions(self, permissions: Option<u32>) -> io::Result<Self> {
        if let Some(mode) = permissions {
            let found = fs::metadata(&self.path)?.permissions().mode();
            let enter = |who: u32| if mode & (who * 0o7) == 0 { 0 } else { who };
            let wanted = found | enter(0o10) | enter(0o1);
            if wanted != found {
                fs::set_permissions(&self.path, fs::Permissions::from_mode(wanted))?;
            }
        }
        Ok(Self {
            permissions,
            ..self
        })
    }

    /// Returns the path of the directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the URL of the file with this name.
    pub(super) fn file_url(&self, name: &str) -> String {
        format!("file://{}", self.path.join(name).display())
    }

    /// Returns whether there is a file with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.file(name).is_ok_and(|file| file.exists())
    }

    /// Returns the path of the file with this name. A name that is no image's is refused, for it could
    /// lead out of the directory.
    pub(super) fn file(&self, name: &str) -> io::Result<PathBuf> {
        if image_of_name(name).is_some() {
            return Ok(self.path.join(name));
        }
        let words = format!("{name:?} is not the name of an image's data");
        Err(io::Error::new(ErrorKind::InvalidInput, words))
    }

    /// Returns the path of the file that an attempt writes.
    fn partial_file(&self, name: &str, claim: &str) -> PathBuf {
        self.path.join(format!("{name}{PARTIAL}{claim}"))
    }

    pub(super) fn create(&self, name: &str, claim: &str) -> io::Result<DirectoryWriter> {
        let published = self.file(name)?;
        let partial = self.partial_file(name, claim);
        DirectoryWriter::create(partial, published, self.permissions)
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Option<Content>> {
        match Content::whole_file(&self.file(name)?) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        remove_file(&self.file(name)?)
    }

    /// Copies a file to another directory: as another name of the same file where the file system can do
    /// that.
    pub(super) fn link(
        &self,
        name: &str,
        to: &Self,
        target: &str,
        claim: &str,
    ) -> io::Result<Copied> {
        let from = self.file(name)?;
        let found = match fs::metadata(&from) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Copied::Missing),
            Err(error) => return Err(error),
        };
        let partial = to.partial_file(target, claim);
        // All names of a file have the same permissions.
        let has_other = |mode| found.permissions().mode() & 0o777 != mode;
        let linked = if to.permissions.is_some_and(has_other) {
            Err(ErrorKind::Unsupported.into())
        } else {
            fs::hard_link(&from, &partial)
        };
        match linked {
            Ok(()) => {}
            // It was deleted just now.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Copied::Missing),
            // It is on another disk, or the file system has no hard links.
            Err(_) => {
                fs::copy(&from, &partial)?;
                let copy = File::open(&partial)?;
                if let Some(mode) = to.permissions {
                    copy.set_permissions(fs::Permissions::from_mode(mode))?;
                }
                copy.sync_all()?;
            }
        }
        fs::rename(&partial, to.file(target)?)?;
        // Renaming one of two names of the same file to the other leaves both.
        remove_file(&partial)?;
        Ok(Copied::Bytes(found.len()))
    }

    /// Removes the directory, which was that of a snapshot, and the directory of all snapshots, unless
    /// there is something in them.
    pub(super) fn remove_directory(&self) -> io::Result<()> {
        for path in [Some(self.path.as_path()), self.path.parent()] {
            match path.map_or(Ok(()), fs::remove_dir) {
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => return Ok(()),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn list(&self) -> io::Result<StoreContents> {
        let mut contents = StoreContents::default();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let Some(name) = name.to_str() else { continue };
            let (name, list) = match name.split_once(PARTIAL) {
                Some((name, _)) => (name, &mut contents.partial),
                None => (name, &mut contents.complete),
            };
            // Other names are files of somebody else.
            if image_of_name(name).is_some() {
                list.push(name.to_owned());
            }
        }
        Ok(contents)
    }

    pub(super) fn read_marker(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.path.join(OWNER_MARKER)) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write_marker(&self, cloud: &str) -> io::Result<()> {
        replace(&self.path.join(OWNER_MARKER), cloud.as_bytes())
    }

    /// Waits until the names of the files would survive a power failure.
    pub(super) fn sync_names(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// Lists the partial files of all images.
    pub(super) fn partial_files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let parts = name.to_str().and_then(|name| name.split_once(PARTIAL));
            if parts.is_some_and(|(name, _)| image_of_name(name).is_some()) {
                files.push(entry.path());
            }
        }
        Ok(files)
    }

    pub(super) fn remove_partial(&self, name: &str) -> io::Result<()> {
        if image_of_name(name).is_none() {
            return Ok(());
        }
        let prefix = format!("{name}{PARTIAL}");
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(&prefix)) {
                remove_file(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// Removes a file, if it exists.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
