//! Several directories as one store, as `filesystem_store_datadirs` of Glance has them.
//!
//! Each image is a file in one of them: that with the highest priority that has space enough, and with the
//! most free space among equals. Bytes are found by their name wherever they lie, so that the priorities
//! may change.

mod backend;
mod choice;
mod writer;

use std::io;
use std::path::Path;

use super::directory::DirectoryStore;
use super::{Content, OwnerMarker, StoreContents, name_of_url};
use choice::{choose, free_space};
use writer::PoolWriter;

/// Several directories of image files. Its own methods block.
#[derive(Debug)]
pub(super) struct DirectoryPool {
    /// The directories, those with the highest priority first.
    members: Vec<PoolMember>,
}

/// One of several directories.
#[derive(Debug)]
struct PoolMember {
    directory: DirectoryStore,
    priority: i64,
}

impl DirectoryPool {
    /// Opens the directories with these priorities, which are created if they do not exist.
    ///
    /// # Errors
    ///
    /// Fails if there is none, or if one cannot be used.
    pub(super) fn open<'a>(
        directories: impl IntoIterator<Item = (&'a Path, i64)>,
        permissions: Option<u32>,
    ) -> io::Result<Self> {
        let open = |(path, priority): (&Path, i64)| -> io::Result<PoolMember> {
            let directory = DirectoryStore::open(path)?.with_permissions(permissions)?;
            Ok(PoolMember {
                directory,
                priority,
            })
        };
        let opened: io::Result<Vec<_>> = directories.into_iter().map(open).collect();
        Self::of(opened?)
    }

    fn of(mut members: Vec<PoolMember>) -> io::Result<Self> {
        if members.is_empty() {
            return Err(io::Error::other("the store has no directory"));
        }
        // Those of the same priority stay in the order of the settings.
        members.sort_by_key(|member| std::cmp::Reverse(member.priority));
        Ok(Self { members })
    }

    fn directories(&self) -> impl Iterator<Item = &DirectoryStore> {
        self.members.iter().map(|member| &member.directory)
    }

    /// Returns the directory that stands for all of them, where only one can.
    fn first(&self) -> io::Result<&DirectoryStore> {
        let first = self.directories().next();
        first.ok_or_else(|| io::Error::other("the store has no directory"))
    }

    /// Returns the directory that has the file with this name, with its position.
    fn home(&self, name: &str) -> Option<(usize, &DirectoryStore)> {
        let mut directories = self.directories().enumerate();
        directories.find(|(_, directory)| directory.has(name))
    }

    /// Starts to write bytes; `size` is their number, as far as it is known.
    fn create(&self, name: &str, claim: &str, size: Option<u64>) -> io::Result<PoolWriter> {
        let chosen = choose(&self.members, size.unwrap_or(0), free_space)?;
        let home = self.members.get(chosen);
        let home = home.map_or_else(|| self.first(), |home| Ok(&home.directory))?;
        let writer = home.create(name, claim)?;
        let others = self.directories().enumerate();
        let others = others.filter(|(position, _)| *position != chosen);
        let stale: io::Result<Vec<_>> = others.map(|(_, other)| other.file(name)).collect();
        Ok(PoolWriter::new(writer, stale?))
    }

    /// Opens the bytes at a URL: in the directory that it names, or else in any.
    fn read(&self, url: &str) -> io::Result<Option<Content>> {
        let name = name_of_url(url);
        let (named, others): (Vec<_>, Vec<_>) = self
            .directories()
            .partition(|directory| directory.file_url(name) == url);
        for directory in named.into_iter().chain(others) {
            if let Some(found) = directory.read(name)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.directories()
            .try_for_each(|directory| directory.remove(name))
    }

    fn remove_partial(&self, name: &str) -> io::Result<()> {
        self.directories()
            .try_for_each(|directory| directory.remove_partial(name))
    }

    fn list(&self) -> io::Result<StoreContents> {
        let mut all = StoreContents::default();
        for directory in self.directories() {
            let found = directory.list()?;
            all.complete.extend(found.complete);
            all.partial.extend(found.partial);
        }
        Ok(all)
    }

    /// Reads whose directories these are. A new one among them has no marker yet; markers that differ are
    /// together the marker of nobody.
    fn marker(&self) -> io::Result<OwnerMarker> {
        let mut names = Vec::new();
        for directory in self.directories() {
            let Some(name) = directory.read_marker()? else {
                return Ok(OwnerMarker::Missing);
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(OwnerMarker::of(Some(&names.join(" "))))
    }

    /// Marks those directories that have no marker.
    ///
    /// # Errors
    ///
    /// Fails if one of the directories belongs to another cloud.
    fn mark(&self, cloud: &str) -> io::Result<()> {
        for directory in self.directories() {
            match directory.read_marker()? {
                None => directory.write_marker(cloud)?,
                Some(found) if found.trim() == cloud => {}
                Some(_) => {
                    let url = directory.file_url("");
                    let words = format!("{url} belongs to another database");
                    return Err(io::Error::other(words));
                }
            }
        }
        Ok(())
    }

    /// Returns the store of directories that have this path within each of these.
    fn within(&self, path: &Path) -> io::Result<Self> {
        let members = self.members.iter().map(|member| {
            let directory = DirectoryStore::open(&member.directory.path().join(path))?;
            Ok(PoolMember {
                directory,
                priority: member.priority,
            })
        });
        Self::of(members.collect::<io::Result<_>>()?)
    }
}
