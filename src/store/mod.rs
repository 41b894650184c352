//! Stores: the places that keep the bytes of images.
//!
//! A [`Store`] is a handle on a store of any kind; [`Stores`] has those of one cloud by name. Bytes go
//! in through a [`Writer`], in most cases by [`ingest`], which hashes and inspects them on the way, and
//! come out as [`Content`]. Each kind of store is a file that implements `backend::Backend`, and keeps
//! bytes by name: see `name`.

mod backend;
pub mod cache;
mod content;
mod database;
mod directory;
mod file_reader;
pub mod generated;
mod hash;
mod http;
pub mod ingest;
mod memory;
mod mounted;
mod name;
mod pool;
mod registry;
#[cfg(feature = "s3")]
mod s3;
#[cfg(not(feature = "s3"))]
mod s3_absent;
mod snapshot;
mod swift;
mod writer;
mod zeros;

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tracing::instrument;

use self::http::HttpStore;
use crate::config::FilterOptions;
use crate::config::stores::S3;
use crate::config::swift::Swift;
use crate::db::{Db, Session};
use crate::domain::generated_data::GeneratedData;
use crate::source::fetch::Fetcher;
use backend::Backend;
pub use content::Content;
use database::DatabaseStore;
use directory::DirectoryStore;
pub use hash::Hasher;
use memory::MemoryStore;
pub use name::{attempt_name, image_of_name, is_uuid, name_of_url};
use pool::DirectoryPool;
pub use registry::{StoreEntry, Stores, StoresError};
#[cfg(not(feature = "s3"))]
use s3_absent as s3;
pub use writer::Writer;

/// A store of any kind. Cloning it is cheap, and no method blocks the async thread unless its
/// documentation says so.
#[derive(Clone, Debug)]
pub struct Store(Arc<dyn Backend>);

impl Store {
    /// Opens a store in a directory, which is created if it does not exist. Blocks.
    pub fn directory(path: &Path) -> io::Result<Self> {
        Self::directory_with(path, None)
    }

    /// Opens a store in a directory, whose files get these permissions. Blocks.
    fn directory_with(path: &Path, permissions: Option<u32>) -> io::Result<Self> {
        let directory = DirectoryStore::open(path)?.with_permissions(permissions)?;
        Ok(Self(Arc::new(directory)))
    }

    /// Opens a store in several directories with priorities, whose files get these permissions. Blocks.
    fn directories<'a>(
        directories: impl IntoIterator<Item = (&'a Path, i64)>,
        permissions: Option<u32>,
    ) -> io::Result<Self> {
        let pool = DirectoryPool::open(directories, permissions)?;
        Ok(Self(Arc::new(pool)))
    }

    /// Creates a store whose bytes end with the process. Its name tells its URLs from those of
    /// others.
    #[must_use]
    pub fn memory(name: &str) -> Self {
        Self(Arc::new(MemoryStore::new(name)))
    }

    /// Returns a store in the database, in a space of this name.
    #[must_use]
    pub fn database(db: Db, space: String) -> Self {
        Self(Arc::new(DatabaseStore::new(db, space)))
    }

    /// Opens a store in an S3 bucket.
    pub fn s3(options: &S3) -> io::Result<Self> {
        s3::open(options)
    }

    /// Opens a store in a container of a Swift object store. Blocks.
    pub fn swift(options: &Swift) -> io::Result<Self> {
        swift::open(options)
    }

    /// Returns the store of images that other servers keep; nothing can be written to it.
    #[must_use]
    pub fn http(fetcher: Fetcher) -> Self {
        Self(Arc::new(HttpStore::new(fetcher)))
    }

    /// Replaces the rules for downloads from other servers.
    pub(super) fn set_filter(&self, options: &FilterOptions) {
        self.0.set_filter(options);
    }

    /// Returns `true` if the images are on other servers.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.kind() == self::http::KIND
    }

    /// Returns Glance's name of this kind of store, such as `file`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.0.kind()
    }

    /// Returns the properties of the store, as Glance's `GET /v2/info/stores/detail` shows them.
    #[must_use]
    pub fn properties(&self) -> Value {
        self.0.properties()
    }

    /// Returns the URL of the bytes with this name, for people and for `locations`.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        self.0.url(name)
    }

    /// Returns the URL of bytes that were written under this name: a store of several places says in which
    /// they are.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name))]
    pub async fn written_url(&self, name: &str) -> io::Result<String> {
        self.backend().written_url(name).await
    }

    /// Returns `true` if a URL is exactly one that this store gives to bytes.
    #[must_use]
    pub fn has_url(&self, url: &str) -> bool {
        self.0.has_url(url)
    }

    /// Returns the name for the bytes of an image that the attempt with this claim writes. `shared` says
    /// that other servers may write to the same place.
    #[must_use]
    pub fn name(&self, image: &str, claim: &str, shared: bool) -> String {
        if self.0.names_attempts(shared) {
            attempt_name(image, claim)
        } else {
            image.to_owned()
        }
    }

    /// Returns `true` if a URL is one that this store has for an image. In a store that writes, the
    /// name of the bytes tells their image, and the place before it may be another than it was: a
    /// directory may have been moved. Bytes that are generated fit every store.
    #[must_use]
    pub fn fits(&self, url: &str, image: &str) -> bool {
        if GeneratedData::from_url(url).is_some() {
            return true;
        }
        let scheme = |url: &str| url.split_once("://").map(|(scheme, _)| scheme.to_owned());
        if self.is_http() {
            return matches!(scheme(url).as_deref(), Some("http" | "https"));
        }
        image_of_name(name_of_url(url)) == Some(image) && scheme(url) == scheme(&self.url(image))
    }

    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.0)
    }

    /// Starts to write bytes under a name. `claim` is the name of this attempt, which no other
    /// attempt has; `size` is the number of bytes, if it is known: a store of several places chooses one with
    /// space enough.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name))]
    pub async fn writer(&self, name: &str, claim: &str, size: Option<u64>) -> io::Result<Writer> {
        self.backend().writer(name, claim, size).await
    }

    /// Opens the bytes at a URL that [`url`](Self::url) returned; `None` if there are none.
    /// Generated bytes, which no store keeps, can be opened through every store.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name_of_url(url)))]
    pub async fn open(&self, url: &str) -> io::Result<Option<Content>> {
        match GeneratedData::from_url(url) {
            Some(made) => Ok(Some(Content::generated(made))),
            None => self.backend().open(url).await,
        }
    }

    /// Deletes the bytes with this name, if there are any.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name))]
    pub async fn delete(&self, name: &str) -> io::Result<()> {
        self.backend().delete(name).await
    }

    /// Lists the names that the store has bytes under.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn contents(&self) -> io::Result<StoreContents> {
        self.backend().contents().await
    }

    /// Lists the names that the store has bytes of one image under.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), image = image))]
    pub async fn contents_of(&self, image: &str) -> io::Result<StoreContents> {
        self.backend().contents_of(image).await
    }

    /// Deletes what unfinished attempts to write under a name have left.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name))]
    pub async fn delete_partial(&self, name: &str) -> io::Result<()> {
        self.backend().delete_partial(name).await
    }

    /// Deletes the bytes with this name while a database session locks their image. A store in the
    /// database does so in that session, which may be the only one there is; call
    /// [`collect_garbage`](Self::collect_garbage) after its commit to free the space.
    #[instrument(level = "debug", skip_all, fields(store = self.kind(), name = name))]
    pub async fn delete_in_session(
        &self,
        session: &mut Session,
        name: &str,
        removal: Removal,
    ) -> io::Result<()> {
        let backend = self.backend();
        backend.delete_in_session(session, name, removal).await
    }

    /// Frees the space of what [`delete_in_session`](Self::delete_in_session) deleted.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn collect_garbage(&self) -> io::Result<()> {
        self.backend().collect_garbage().await
    }

    /// Reads which cloud the place belongs to.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn owner_marker(&self) -> io::Result<OwnerMarker> {
        self.backend().owner_marker().await
    }

    /// Writes which cloud the place belongs to.
    #[instrument(level = "debug", skip_all, fields(store = self.kind()))]
    pub async fn write_owner_marker(&self, cloud: &str) -> io::Result<()> {
        self.backend().write_owner_marker(cloud).await
    }
}

/// The bytes to delete under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Only what unfinished attempts have left.
    Partial,
    /// The published bytes, too.
    All,
}

/// The name of the cloud that owns the bytes in a place. A cloud sweeps the bytes that none of its
/// images needs, so it must not take the place of another cloud for its own.
#[derive(Debug)]
pub enum OwnerMarker {
    /// The place belongs to the cloud of this name.
    Cloud(String),
    /// The place has no marker.
    Missing,
    /// The place cannot be shared, so it needs no marker.
    NotNeeded,
}

impl OwnerMarker {
    /// Returns the marker that a place with this text has.
    fn of(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |name| Self::Cloud(name.trim().to_owned()))
    }
}

/// The name of the file or object that holds the owner marker.
const OWNER_MARKER: &str = "cloud";

/// The names that a store has bytes under.
#[derive(Debug, Default)]
pub struct StoreContents {
    /// The names of published bytes.
    pub complete: Vec<String>,
    /// The names that are being written, or were when a server died: one entry an attempt.
    pub partial: Vec<String>,
}

impl StoreContents {
    /// Returns only the names of one image.
    fn of_image(mut self, image: &str) -> Self {
        let is_its = |name: &String| image_of_name(name) == Some(image);
        self.complete.retain(is_its);
        self.partial.retain(is_its);
        self
    }
}

#[cfg(test)]
mod tests;
