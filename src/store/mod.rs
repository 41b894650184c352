//! Bytes: where they are kept, and what is learned of them on their way in.

mod content;
mod directory;
pub mod format;
mod hash;
pub mod intake;
mod memory;
mod named;
mod web;
mod writer;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::source::fetch::Fetch;

pub use content::Content;
use directory::Directory;
pub use hash::Hasher;
use memory::Memory;
pub use named::{Named, Stores, StoresError};
use web::Web;
pub use writer::Writer;

/// A place for image bytes; cloning it is cheap. Nothing here holds up an async thread.
#[derive(Clone, Debug)]
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Directory(Arc<Directory>),
    Memory(Arc<Memory>),
    Web(Arc<Web>),
}

impl Store {
    /// A store in a directory, which is made if it is not there. Blocks.
    pub fn directory(path: &Path) -> io::Result<Self> {
        Ok(Self(Kind::Directory(Arc::new(Directory::at(path)?))))
    }

    /// A store that forgets all when the process ends, however it ends.
    #[must_use]
    pub fn memory() -> Self {
        Self(Kind::Memory(Arc::default()))
    }

    /// What lies on other servers; nothing can be added to it.
    #[must_use]
    pub fn web(fetch: Fetch) -> Self {
        Self(Kind::Web(Arc::new(Web(fetch))))
    }

    /// Whether it is the web.
    #[must_use]
    pub fn is_web(&self) -> bool {
        matches!(self.0, Kind::Web(_))
    }

    /// What Glance calls this kind of store.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.0 {
            Kind::Directory(_) => "file",
            Kind::Memory(_) => "memory",
            Kind::Web(_) => "http",
        }
    }

    /// What Glance tells of such a store.
    #[must_use]
    pub fn properties(&self) -> Value {
        match &self.0 {
            Kind::Directory(it) => json!({
                "data_dir": it.path().to_string_lossy(),
                "chunk_size": 65536,
                "thin_provisioning": false,
            }),
            Kind::Memory(_) | Kind::Web(_) => json!({}),
        }
    }

    /// The bytes of an image as a URL, for people and for `locations`.
    #[must_use]
    pub fn url(&self, image: &str) -> String {
        match &self.0 {
            Kind::Directory(it) => it.url(image),
            Kind::Memory(_) => format!("memory:///{image}"),
            // Without a host it is nobody's: images there have the URLs that clients gave.
            Kind::Web(_) => format!("http:///{image}"),
        }
    }

    /// Begins to keep bytes for an image. `claim` sets this attempt apart from others.
    pub async fn writer(&self, image: &str, claim: &str) -> io::Result<Writer> {
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image, claim) = (Arc::clone(it), image.to_owned(), claim.to_owned());
                blocking(move || Ok(it.writer(&image, &claim)?.into())).await
            }
            Kind::Memory(it) => Ok(Memory::writer(it, image).into()),
            Kind::Web(_) => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
        }
    }

    /// The bytes of an image by the URL that [`url`](Self::url) gave; nothing if there are none.
    pub async fn open(&self, url: &str) -> io::Result<Option<Content>> {
        let image = last(url);
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image) = (Arc::clone(it), image.to_owned());
                blocking(move || it.open(&image)).await
            }
            Kind::Memory(it) => Ok(it.open(image)),
            Kind::Web(it) => it.open(url).await,
        }
    }

    /// Removes the bytes of an image, if there are any.
    pub async fn delete(&self, image: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image) = (Arc::clone(it), image.to_owned());
                blocking(move || it.delete(&image)).await
            }
            Kind::Memory(it) => {
                it.delete(image);
                Ok(())
            }
            // What is not ours stays.
            Kind::Web(_) => Ok(()),
        }
    }

    /// The images that there are bytes for.
    pub async fn kept(&self) -> io::Result<Kept> {
        match &self.0 {
            Kind::Directory(it) => {
                let it = Arc::clone(it);
                blocking(move || it.kept()).await
            }
            Kind::Memory(it) => Ok(Kept {
                whole: it.kept(),
                begun: Vec::new(),
            }),
            Kind::Web(_) => Ok(Kept::default()),
        }
    }

    /// Removes what attempts to write an image have begun.
    pub async fn delete_begun(&self, image: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image) = (Arc::clone(it), image.to_owned());
                blocking(move || it.delete_begun(&image)).await
            }
            // What is begun there goes with the attempt.
            Kind::Memory(_) | Kind::Web(_) => Ok(()),
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

/// The last part of a URL: the image. The rest changes when a directory is moved or mounted
/// elsewhere, so it is not looked at.
fn last(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, last)| last)
}

/// Runs what waits for the disk where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
