//! Changes of files and directories that a power cut does not take back. A name is safe once its directory has been synced
//! (fsync(2)), the contents of a file once that file has. All functions block.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The ending of a file that is not whole yet.
pub const DRAFT: &str = "new";

/// Creates a directory and those above it, as far as they do not exist.
///
/// # Errors
///
/// Returns the error of the file system.
pub fn create_directory(path: &Path) -> io::Result<()> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let missing: Vec<_> = path.ancestors().take_while(is_missing).collect();
    fs::create_dir_all(path)?;
    for created in missing {
        sync_name(created)?;
    }
    Ok(())
}

/// Writes a file whole or not at all.
///
/// # Errors
///
/// Returns the error of the file system. If only the directory could not be synced, the file has its new contents until a
/// power cut.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{DRAFT}"));
    let draft = PathBuf::from(name);
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    });
    if written.is_err() {
        // A disk that is full shall not stay so for a draft.
        fs::remove_file(&draft).ok();
    }
    written?;
    sync_name(path)
}

/// Removes a file, if it exists.
///
/// # Errors
///
/// Returns the error of the file system. If only the directory could not be synced, the file is gone until a power cut.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => sync_name(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Syncs the directory that a path is in.
fn sync_name(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_created_with_those_above_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/c");
        create_directory(&path).unwrap();
        create_directory(&path).unwrap();
        assert!(path.is_dir());
    }

    #[test]
    fn a_file_is_replaced_without_a_draft_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        for text in ["one", "two"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }
}
