//! Bytes: where they are kept, and what is learned of them on their way in.

mod bucket;
pub mod cache;
mod content;
mod directory;
pub mod generated;
mod hash;
pub mod ingest;
mod memory;
mod registry;
mod rows;
mod snapshot;
mod web;
mod writer;
mod zeros;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::source::fetch::Fetcher;
use bucket::Bucket;

pub use content::Content;
use directory::Directory;
pub use hash::Hasher;
use memory::Memory;
pub use registry::{StoreEntry, Stores, StoresError};
use rows::Rows;
use web::Web;
pub use writer::Writer;

use crate::config::stores::S3;
use crate::db::{Db, Session};
use crate::domain::generated_data::GeneratedData;

/// A place for image bytes; cloning it is cheap. Nothing here holds up an async thread.
#[derive(Clone, Debug)]
pub struct Store(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Directory(Arc<Directory>),
    Memory(Arc<Memory>),
    Rows(Arc<Rows>),
    Bucket(Arc<Bucket>),
    Web(Arc<Web>),
}

impl Store {
    /// A store in a directory, which is made if it is not there. Blocks.
    pub fn directory(path: &Path) -> io::Result<Self> {
        Ok(Self(Kind::Directory(Arc::new(Directory::at(path)?))))
    }

    /// A store that forgets all when the process ends, however it ends; its name sets it apart from
    /// others.
    #[must_use]
    pub fn memory(name: &str) -> Self {
        Self(Kind::Memory(Arc::new(Memory::new(name))))
    }

    /// A store in the database, in a space of its own.
    #[must_use]
    pub fn rows(db: Db, space: String) -> Self {
        Self(Kind::Rows(Arc::new(Rows::new(db, space))))
    }

    /// A store in a bucket, or in a place below that.
    pub fn bucket(options: &S3, below: Option<&str>) -> io::Result<Self> {
        Ok(Self(Kind::Bucket(Arc::new(Bucket::open(options, below)?))))
    }

    /// What lies on other servers; nothing can be added to it.
    #[must_use]
    pub fn web(fetch: Fetcher) -> Self {
        Self(Kind::Web(Arc::new(Web::new(fetch))))
    }

    /// Fetches what lies on other servers by other rules from now on.
    pub(super) fn refetch(&self, fetch: Fetcher) {
        if let Kind::Web(it) = &self.0 {
            it.change(fetch);
        }
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
            Kind::Rows(_) => "database",
            Kind::Bucket(_) => "s3",
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
            Kind::Memory(_) | Kind::Rows(_) | Kind::Web(_) => json!({}),
            Kind::Bucket(_) => json!({
                "s3_store_large_object_size": 100,
                "s3_store_large_object_chunk_size": 10,
                "s3_store_thread_pools": 10,
            }),
        }
    }

    /// The bytes of an image as a URL, for people and for `locations`.
    #[must_use]
    pub fn url(&self, image: &str) -> String {
        match &self.0 {
            Kind::Directory(it) => it.url(image),
            Kind::Memory(it) => it.url(image),
            Kind::Rows(it) => it.url(image),
            Kind::Bucket(it) => it.url(image),
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
            Kind::Rows(it) => Ok(it.writer(image, claim).into()),
            Kind::Bucket(it) => Ok(it.writer(image, claim).into()),
            Kind::Web(_) => Err(io::ErrorKind::ReadOnlyFilesystem.into()),
        }
    }

    /// The bytes of an image by the URL that [`url`](Self::url) gave; nothing if there are none.
    /// Generated data, which no store keeps, every store has.
    pub async fn open(&self, url: &str) -> io::Result<Option<Content>> {
        if let Some(made) = GeneratedData::from_url(url) {
            return Ok(Some(Content::Made(made)));
        }
        let image = last(url);
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image) = (Arc::clone(it), image.to_owned());
                blocking(move || it.open(&image)).await
            }
            Kind::Memory(it) => Ok(it.open(image)),
            Kind::Rows(it) => it.open(image).await,
            Kind::Bucket(it) => it.open_object(image).await,
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
            Kind::Rows(it) => it.delete(image).await,
            Kind::Bucket(it) => it.delete(image).await,
            // What is not ours stays.
            Kind::Web(_) => Ok(()),
        }
    }

    /// The images that there are bytes for.
    pub async fn contents(&self) -> io::Result<Contents> {
        match &self.0 {
            Kind::Directory(it) => {
                let it = Arc::clone(it);
                blocking(move || it.contents()).await
            }
            Kind::Memory(it) => Ok(Contents {
                complete: it.contents(),
                partial: Vec::new(),
            }),
            Kind::Rows(it) => it.contents().await,
            Kind::Bucket(it) => it.contents().await,
            Kind::Web(_) => Ok(Contents::default()),
        }
    }

    /// Removes what attempts to write an image have begun.
    pub async fn delete_partial(&self, image: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => {
                let (it, image) = (Arc::clone(it), image.to_owned());
                blocking(move || it.delete_partial(&image)).await
            }
            // What is begun there goes with the attempt.
            Kind::Memory(_) | Kind::Web(_) => Ok(()),
            Kind::Rows(it) => it.delete_partial(image).await,
            Kind::Bucket(it) => it.delete_partial(image).await,
        }
    }

    /// Removes what attempts to write an image have begun, and its bytes if `whole`, while a session
    /// holds the image. What lies in the database is removed in that session, which may be the only
    /// one there is; [`tidy`](Self::tidy) then gives the space back.
    pub async fn delete_in_session(
        &self,
        db: &mut Session,
        image: &str,
        whole: bool,
    ) -> io::Result<()> {
        if let Kind::Rows(it) = &self.0 {
            it.delete_partial_in_session(db, image).await?;
            if whole {
                it.delete_in_session(db, image).await?;
            }
            return Ok(());
        }
        self.delete_partial(image).await?;
        if whole {
            self.delete(image).await?;
        }
        Ok(())
    }

    /// Ends what [`delete_within`](Self::delete_within) began.
    pub async fn collect_garbage(&self) -> io::Result<()> {
        match &self.0 {
            Kind::Rows(it) => it.collect_garbage().await,
            _ => Ok(()),
        }
    }

    /// Which database the bytes in this place belong to, as far as the place says.
    pub async fn owner_marker(&self) -> io::Result<OwnerMarker> {
        let found = match &self.0 {
            Kind::Directory(it) => {
                let it = Arc::clone(it);
                blocking(move || it.owner_marker()).await?
            }
            Kind::Bucket(it) => it.note(MARK).await?,
            Kind::Memory(_) | Kind::Rows(_) | Kind::Web(_) => return Ok(OwnerMarker::NotNeeded),
        };
        Ok(found.map_or(OwnerMarker::Missing, |it| {
            OwnerMarker::Cloud(it.trim().to_owned())
        }))
    }

    /// Says which database the bytes in a place belong to.
    pub async fn write_owner_marker(&self, cloud: &str) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => {
                let (it, cloud) = (Arc::clone(it), cloud.to_owned());
                blocking(move || it.write_owner_marker(&cloud)).await
            }
            Kind::Bucket(it) => it.write_note(MARK, cloud).await,
            Kind::Memory(_) | Kind::Rows(_) | Kind::Web(_) => Ok(()),
        }
    }
}

/// Which database the bytes in a place belong to. What no image there needs is swept: so a place that
/// belongs to another database must not be taken for this one's.
#[derive(Debug)]
pub enum OwnerMarker {
    /// The place belongs to the cloud of this name.
    Cloud(String),
    /// The place has no marker.
    Missing,
    /// The place cannot be shared, so it needs no marker.
    NotNeeded,
}

/// The name of the file or object that says so.
const MARK: &str = "cloud";

/// The images that a store has bytes for.
#[derive(Debug, Default)]
pub struct Contents {
    /// Those whose bytes were published.
    pub complete: Vec<String>,
    /// Those that are being written, or were when a server died; an image once for each attempt.
    pub partial: Vec<String>,
}

/// The last part of a URL: the image. The rest changes when a directory is moved or mounted
/// elsewhere, so it is not looked at.
fn last(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, last)| last)
}

/// Whether this is the text of a UUID, in either case.
pub fn is_uuid(name: &str) -> bool {
    let fits = |(at, letter): (usize, u8)| match at {
        8 | 13 | 18 | 23 => letter == b'-',
        _ => letter.is_ascii_hexdigit(),
    };
    name.len() == 36 && name.bytes().enumerate().all(fits)
}

/// Runs what waits for the disk where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests;
