//! The directories of a file store that has several, the permissions of its files, and the file about its mounts.

use std::path::{Component, Path, PathBuf};

use super::words::take_word;

/// The word for each directory behind the URL of a file store, which is Glance's option.
pub const DIRECTORIES: &str = "filesystem_store_datadirs";

/// The word for the permissions of files, which is Glance's option.
pub const PERMISSIONS: &str = "filesystem_store_file_perm";

/// The word for the file about the mounts of a store, which is Glance's option.
pub const METADATA_FILE: &str = "filesystem_store_metadata_file";

/// The word for the directory that stands for `/` in the mountpoints of that file.
pub const METADATA_ROOT: &str = "filesystem_store_metadata_root";

/// The permission of the owner to read, without which the server could not read its own files.
const OWNER_READS: u32 = 0o400;

/// One of several directories of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct DataDirectory {
    /// The path; a relative one lies in the store's own directory below --data.
    pub path: PathBuf,
    /// The priority: of the directories with enough space, one with the highest is written to.
    pub priority: i64,
}

impl DataDirectory {
    /// Reads `DIR` or `DIR:PRIORITY`.
    ///
    /// # Errors
    ///
    /// The failure says what is allowed.
    pub fn read(text: &str) -> Result<Self, String> {
        let (path, priority) = match text.rsplit_once(':') {
            Some((path, priority)) => (path.trim(), priority.trim()),
            None => (text.trim(), ""),
        };
        let wrong = || format!("{DIRECTORIES}={text}: DIR or DIR:PRIORITY is allowed");
        let priority = match priority {
            "" => 0,
            number => number.parse().map_err(|_| wrong())?,
        };
        let path = PathBuf::from(path);
        // A relative path must not lead out of the directory of the store.
        let leads_out = path.components().any(|part| part == Component::ParentDir);
        if path.as_os_str().is_empty() || leads_out {
            return Err(wrong());
        }
        Ok(Self { path, priority })
    }
}

/// A file about the mounts of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct MountFile {
    /// The file.
    pub path: PathBuf,
    /// The directory that stands for `/` in its mountpoints.
    pub root: Option<PathBuf>,
}

impl MountFile {
    /// Takes it out of the words behind a URL.
    pub(super) fn take(words: &mut Vec<(String, String)>) -> Result<Option<Self>, String> {
        let path = take_word(words, METADATA_FILE);
        let root = take_word(words, METADATA_ROOT);
        match (path, root) {
            (None, None) => Ok(None),
            (Some(path), root) if !path.is_empty() => Ok(Some(Self {
                path: path.into(),
                root: root.map(PathBuf::from),
            })),
            _ => Err(format!("{METADATA_FILE}: the path of a file is allowed")),
        }
    }

    /// Returns the directory that a mountpoint is compared with, for a directory of the store. A relative one, below
    /// --data, stands for one below `/`.
    #[must_use]
    pub fn said(&self, directory: &Path) -> String {
        let root = self.root.as_deref().unwrap_or(Path::new("/"));
        let below = directory.strip_prefix(root).unwrap_or(directory);
        Path::new("/").join(below).to_string_lossy().into_owned()
    }
}

/// Takes the directories out of the words behind a URL.
pub(super) fn take(words: &mut Vec<(String, String)>) -> Result<Vec<DataDirectory>, String> {
    let mut all: Vec<DataDirectory> = Vec::new();
    while let Some(text) = take_word(words, DIRECTORIES) {
        let one = DataDirectory::read(&text)?;
        match all.iter().find(|other| other.path == one.path) {
            None => all.push(one),
            // Saying the same twice is no mistake in Glance, either.
            Some(other) if *other == one => {}
            Some(_) => {
                return Err(format!(
                    "{DIRECTORIES}={text}: the directory has another priority already"
                ));
            }
        }
    }
    let relative = all.iter().filter(|one| one.path.is_relative()).count();
    if relative != 0 && relative != all.len() {
        return Err(format!(
            "{DIRECTORIES}: either all directories are absolute paths or none is"
        ));
    }
    Ok(all)
}

/// Reads permissions in octal digits; as in Glance, zero or less stands for those that the process gives.
pub(super) fn permissions(text: &str) -> Result<Option<u32>, String> {
    if text.parse::<i64>().is_ok_and(|number| number <= 0) {
        return Ok(None);
    }
    let mode = u32::from_str_radix(text, 8).ok();
    let mode = mode.filter(|mode| *mode <= 0o777 && mode & OWNER_READS != 0);
    mode.map(Some).ok_or_else(|| {
        format!("{PERMISSIONS}={text}: octal digits are allowed, such as 640; the owner must be able to read")
    })
}

#[cfg(test)]
mod tests {
    use super::super::stores::{Place, StoreOption};
    use super::*;

    fn place(url: &str) -> Result<Place, String> {
        StoreOption::read(url).map(|store| store.place)
    }

    #[test]
    fn directories_have_priorities_and_zero_is_the_default() {
        let url = "a=file:?filesystem_store_datadirs=/a:10&filesystem_store_datadirs=/b";
        let expected = [("/a", 10), ("/b", 0)].map(|(path, priority)| DataDirectory {
            path: path.into(),
            priority,
        });
        assert_eq!(place(url), Ok(Place::Directories(expected.into())));
    }

    #[test]
    fn directories_that_cannot_be_are_refused() {
        for (words, said) in [
            ("filesystem_store_datadirs=/a:high", "DIR:PRIORITY"),
            ("filesystem_store_datadirs=:1", "DIR:PRIORITY"),
            ("filesystem_store_datadirs=a/../../b", "DIR:PRIORITY"),
            (
                "filesystem_store_datadirs=/a:1&filesystem_store_datadirs=/a:2",
                "another priority",
            ),
            (
                "filesystem_store_datadirs=/a&filesystem_store_datadirs=b",
                "all directories",
            ),
        ] {
            let refused = place(&format!("a=file:?{words}")).unwrap_err();
            assert!(refused.contains(said), "{words}: {refused}");
        }
    }

    #[test]
    fn a_mountpoint_is_compared_with_what_a_directory_stands_for() {
        for (root, directory, said) in [
            (None, "/srv/a", "/srv/a"),
            (None, "srv/a", "/srv/a"),
            (Some("/copy"), "/copy/srv/a", "/srv/a"),
            (Some("/copy"), "/srv/a", "/srv/a"),
        ] {
            let file = MountFile {
                path: "x".into(),
                root: root.map(PathBuf::from),
            };
            assert_eq!(file.said(Path::new(directory)), said, "{root:?}");
        }
    }

    #[test]
    fn permissions_are_octal_and_let_the_owner_read() {
        assert_eq!(permissions("640"), Ok(Some(0o640)));
        assert_eq!(permissions("0"), Ok(None));
        assert_eq!(permissions("-1"), Ok(None));
        for text in ["", "9", "240", "7777", "rw"] {
            assert!(permissions(text).is_err(), "{text}");
        }
    }
}
