//! Several directories as a kind of store.

use std::io;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::DirectoryPool;
use crate::runtime::blocking::run_blocking;
use crate::store::backend::{Backend, BlobCopy, Copied, same_kind};
use crate::store::directory::DirectoryStore;
use crate::store::registry::STAGING;
use crate::store::snapshot::SNAPSHOTS;
use crate::store::{Content, OwnerMarker, Store, StoreContents, Writer, name_of_url};

impl Backend for DirectoryPool {
    fn kind(&self) -> &'static str {
        "file"
    }

    /// Returns the properties of the first directory. (Glance fails to show any.)
    fn properties(&self) -> Value {
        self.first().map_or(Value::Null, Backend::properties)
    }

    fn url(&self, name: &str) -> String {
        self.first()
            .map(|first| first.file_url(name))
            .unwrap_or_default()
    }

    fn has_url(&self, url: &str) -> bool {
        let name = name_of_url(url);
        self.directories()
            .any(|directory| directory.file_url(name) == url)
    }

    fn written_url(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<String>> {
        let name = name.to_owned();
        Box::pin(run_blocking(move || {
            let home = self.home(&name).map(|(_, home)| home.file_url(&name));
            Ok(home.unwrap_or_else(|| self.url(&name)))
        }))
    }

    fn names_attempts(&self, shared: bool) -> bool {
        shared
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let (name, claim) = (name.to_owned(), claim.to_owned());
        let create = move || Ok(Writer::from_blocking(self.create(&name, &claim, size)?));
        Box::pin(run_blocking(create))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        let url = url.to_owned();
        Box::pin(run_blocking(move || self.read(&url)))
    }

    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        let name = name.to_owned();
        Box::pin(run_blocking(move || self.remove(&name)))
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        Box::pin(run_blocking(move || self.list()))
    }

    fn delete_partial(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        let name = name.to_owned();
        Box::pin(run_blocking(move || self.remove_partial(&name)))
    }

    fn owner_marker<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<OwnerMarker>> {
        Box::pin(run_blocking(move || self.marker()))
    }

    fn write_owner_marker(self: Arc<Self>, cloud: &str) -> BoxFuture<'_, io::Result<()>> {
        let cloud = cloud.to_owned();
        Box::pin(run_blocking(move || self.mark(&cloud)))
    }

    fn is_persistent(&self) -> bool {
        true
    }

    fn copies_cheaply(&self) -> bool {
        true
    }

    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        let path = Path::new(SNAPSHOTS).join(name);
        Box::pin(run_blocking(move || {
            Ok(Store(Arc::new(self.within(&path)?)))
        }))
    }

    fn staging(&self) -> io::Result<Store> {
        Ok(Store(Arc::new(self.within(Path::new(STAGING))?)))
    }

    /// Copies to the directory in the same position, which is on the same disk.
    fn copy_to(
        self: Arc<Self>,
        copy: BlobCopy<'_>,
        to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        let name = copy.name.to_owned();
        let (target, claim) = (copy.target.to_owned(), copy.claim.to_owned());
        Box::pin(run_blocking(move || {
            let Some(to) = same_kind::<Self>(&*to) else {
                return Ok(Copied::Unsupported);
            };
            let Some((position, home)) = self.home(&name) else {
                return Ok(Copied::Missing);
            };
            let beside = to.directories().nth(position);
            let beside = beside.map_or_else(|| to.first(), Ok)?;
            home.link(&name, beside, &target, &claim)
        }))
    }

    fn sync<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        let sync = move || self.directories().try_for_each(DirectoryStore::sync_names);
        Box::pin(run_blocking(sync))
    }

    fn remove_place<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        let remove = move || {
            self.directories()
                .try_for_each(DirectoryStore::remove_directory)
        };
        Box::pin(run_blocking(remove))
    }
}
