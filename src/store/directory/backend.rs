//! A directory as a kind of store.

use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::DirectoryStore;
use crate::runtime::blocking::run_blocking;
use crate::store::backend::{Backend, BlobCopy, Copied, same_kind};
use crate::store::registry::STAGING;
use crate::store::snapshot::SNAPSHOTS;
use crate::store::{Content, OwnerMarker, Store, StoreContents, Writer, name_of_url};

impl Backend for DirectoryStore {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn properties(&self) -> Value {
        json!({
            "data_dir": self.path.to_string_lossy(),
            "chunk_size": 65536,
            "thin_provisioning": false,
        })
    }

    fn url(&self, name: &str) -> String {
        self.file_url(name)
    }

    fn names_attempts(&self, shared: bool) -> bool {
        shared
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let (name, claim) = (name.to_owned(), claim.to_owned());
        let create = move || Ok(Writer::from_blocking(self.create(&name, &claim)?));
        Box::pin(run_blocking(create))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        let name = name_of_url(url).to_owned();
        Box::pin(run_blocking(move || self.read(&name)))
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
        let read = move || Ok(OwnerMarker::of(self.read_marker()?.as_deref()));
        Box::pin(run_blocking(read))
    }

    fn write_owner_marker(self: Arc<Self>, cloud: &str) -> BoxFuture<'_, io::Result<()>> {
        let cloud = cloud.to_owned();
        Box::pin(run_blocking(move || self.write_marker(&cloud)))
    }

    fn is_persistent(&self) -> bool {
        true
    }

    fn copies_cheaply(&self) -> bool {
        true
    }

    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        let path = self.path.join(SNAPSHOTS).join(name);
        Box::pin(run_blocking(move || Store::directory(&path)))
    }

    fn staging(&self) -> io::Result<Store> {
        Store::directory(&self.path.join(STAGING))
    }

    fn copy_to(
        self: Arc<Self>,
        copy: BlobCopy<'_>,
        to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        let name = copy.name.to_owned();
        let (target, claim) = (copy.target.to_owned(), copy.claim.to_owned());
        Box::pin(run_blocking(move || match same_kind::<Self>(&*to) {
            Some(to) => self.link(&name, to, &target, &claim),
            None => Ok(Copied::Unsupported),
        }))
    }

    fn sync<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(run_blocking(move || self.sync_names()))
    }

    fn remove_place<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(run_blocking(move || self.remove_directory()))
    }
}
