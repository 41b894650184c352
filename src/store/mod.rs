//! Bytes: where they are kept, and what is learned of them on their way in.

mod content;
mod directory;
pub mod format;
mod hash;
pub mod intake;
mod memory;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use content::Content;
use directory::Directory;
use memory::Memory;

/// A place for image bytes; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Directory(Arc<Directory>),
    Memory(Arc<Memory>),
}

impl Store {
    /// A store in a directory, which is made if it is not there.
    pub fn directory(path: &Path) -> io::Result<Self> {
        Ok(Self(Kind::Directory(Arc::new(Directory::at(path)?))))
    }

    /// A store that forgets all when the process ends, however it ends.
    #[must_use]
    pub fn memory() -> Self {
        Self(Kind::Memory(Arc::default()))
    }

    /// The bytes of an image as a URL, for people and for `locations`.
    #[must_use]
    pub fn url(&self, image: &str) -> String {
        match &self.0 {
            Kind::Directory(it) => it.url(image),
            Kind::Memory(_) => format!("memory:///{image}"),
        }
    }

    /// Begins to keep bytes for an image. `claim` sets this attempt apart from others. Blocks.
    pub fn writer(&self, image: &str, claim: &str) -> io::Result<Writer> {
        Ok(match &self.0 {
            Kind::Directory(it) => Writer::Directory(it.writer(image, claim)?),
            Kind::Memory(it) => Writer::Memory(Memory::writer(it, image)),
        })
    }

    /// The bytes of an image; nothing if there are none. Blocks.
    pub fn open(&self, image: &str) -> io::Result<Option<Content>> {
        match &self.0 {
            Kind::Directory(it) => it.open(image),
            Kind::Memory(it) => Ok(it.open(image)),
        }
    }

    /// Removes the bytes of an image, if there are any. Blocks.
    pub fn delete(&self, image: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => it.delete(image),
            Kind::Memory(it) => {
                it.delete(image);
                Ok(())
            }
        }
    }

    /// The images that there are bytes for. Blocks.
    pub fn kept(&self) -> io::Result<Kept> {
        match &self.0 {
            Kind::Directory(it) => it.kept(),
            Kind::Memory(it) => Ok(Kept {
                whole: it.kept(),
                begun: Vec::new(),
            }),
        }
    }

    /// Removes what attempts to write an image have begun. Blocks.
    pub fn delete_begun(&self, image: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => it.delete_begun(image),
            // What is begun there goes with the attempt.
            Kind::Memory(_) => Ok(()),
        }
    }
}

/// The images that a store has bytes for.
#[derive(Debug, Default)]
pub struct Kept {
    /// Those whose bytes were published.
    pub whole: Vec<String>,
    /// Those that are being written, or were when a server died; an image once for each attempt.
    pub begun: Vec<String>,
}

/// Bytes on their way into a store. Dropped before [`finish`](Self::finish), it leaves nothing.
#[derive(Debug)]
pub enum Writer {
    /// Into a directory.
    Directory(directory::Writer),
    /// Into memory.
    Memory(memory::Writer),
}

impl Writer {
    /// Adds bytes. Blocks.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Directory(it) => it.write(bytes),
            Self::Memory(it) => it.write(bytes),
        }
    }

    /// Publishes them, once they are safe on the disk: whoever asks for them now gets all. Blocks.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Directory(it) => it.finish(),
            Self::Memory(it) => {
                it.finish();
                Ok(())
            }
        }
    }
}
