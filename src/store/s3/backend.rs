//! A bucket as a kind of store.

use std::io;
use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};

use super::S3Store;
use super::writer::S3Writer;
use crate::store::backend::{Backend, BlobCopy, Copied, same_kind};
use crate::store::registry::STAGING;
use crate::store::snapshot::SNAPSHOTS;
use crate::store::{Content, OWNER_MARKER, OwnerMarker, Store, StoreContents, Writer, name_of_url};

impl Backend for S3Store {
    fn kind(&self) -> &'static str {
        "s3"
    }

    fn properties(&self) -> Value {
        json!({
            "s3_store_large_object_size": 100,
            "s3_store_large_object_chunk_size": 10,
            "s3_store_thread_pools": 10,
        })
    }

    fn url(&self, name: &str) -> String {
        format!("s3://{}/{}", self.bucket, self.key(name))
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let (key, marker) = (self.key(name), self.marker(name, claim));
        let writer = Writer::from_async(S3Writer::new(self, key, marker));
        Box::pin(ready(Ok(writer)))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        Box::pin(async move { self.read_object(name_of_url(url)).await })
    }

    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { self.remove(&self.key(name)).await })
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        Box::pin(async move { self.list().await })
    }

    fn contents_of(self: Arc<Self>, image: &str) -> BoxFuture<'_, io::Result<StoreContents>> {
        Box::pin(async move { self.list_image(image).await })
    }

    fn delete_partial(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { self.abort_uploads(name).await })
    }

    fn owner_marker<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<OwnerMarker>> {
        Box::pin(async move {
            let text = self.read_text(&self.key(OWNER_MARKER)).await?;
            Ok(OwnerMarker::of(text.as_deref()))
        })
    }

    fn write_owner_marker(self: Arc<Self>, cloud: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { self.write_text(&self.key(OWNER_MARKER), cloud).await })
    }

    fn is_persistent(&self) -> bool {
        true
    }

    fn copies_cheaply(&self) -> bool {
        false
    }

    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        let prefix = self.key(SNAPSHOTS).join(name);
        let store = self.below(prefix, Arc::clone(&self.family));
        Box::pin(ready(Ok(Store(Arc::new(store)))))
    }

    fn staging(&self) -> io::Result<Store> {
        let store = self.below(self.key(STAGING), Arc::default());
        Ok(Store(Arc::new(store)))
    }

    fn copy_to(
        self: Arc<Self>,
        copy: BlobCopy<'_>,
        to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        Box::pin(async move {
            match same_kind::<Self>(&*to) {
                Some(to) if Arc::ptr_eq(&self.family, &to.family) => {
                    self.copy(copy.name, to, copy.target).await
                }
                _ => Ok(Copied::Unsupported),
            }
        })
    }
}
