//! A container as a kind of store.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};

use super::SwiftStore;
use super::writer::SwiftWriter;
use crate::store::backend::Backend;
use crate::store::registry::STAGING;
use crate::store::snapshot::SNAPSHOTS;
use crate::store::{Content, OWNER_MARKER, OwnerMarker, Store, StoreContents, Writer, name_of_url};

impl Backend for SwiftStore {
    fn kind(&self) -> &'static str {
        "swift"
    }

    fn properties(&self) -> Value {
        json!({
            "container": self.client.container(),
            "large_object_size": self.segment,
            "large_object_chunk_size": self.segment,
        })
    }

    fn url(&self, name: &str) -> String {
        let (reference, container) = (&self.reference, self.client.container());
        format!("swift+config://{reference}/{container}/{}", self.key(name))
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let (key, segments) = (self.key(name), self.segments_of(name, claim));
        let writer = Writer::from_async(SwiftWriter::new(self, key, segments));
        Box::pin(ready(Ok(writer)))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        Box::pin(async move { self.read_object(name_of_url(url)).await })
    }

    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            // The manifest first: what is left of an image must not look whole.
            self.client.remove(&self.key(name)).await?;
            self.remove_unused_segments(name).await
        })
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        Box::pin(async move { self.contents_below("").await })
    }

    fn contents_of(self: Arc<Self>, image: &str) -> BoxFuture<'_, io::Result<StoreContents>> {
        Box::pin(async move { Ok(self.contents_below(image).await?.of_image(image)) })
    }

    fn delete_partial(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move { self.remove_unused_segments(name).await })
    }

    fn owner_marker<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<OwnerMarker>> {
        Box::pin(async move {
            let text = self.client.get_text(&self.key(OWNER_MARKER)).await?;
            Ok(OwnerMarker::of(text.as_deref()))
        })
    }

    fn write_owner_marker(self: Arc<Self>, cloud: &str) -> BoxFuture<'_, io::Result<()>> {
        let text = Bytes::from(cloud.to_owned());
        Box::pin(async move { self.client.put(&self.key(OWNER_MARKER), text).await })
    }

    fn is_persistent(&self) -> bool {
        true
    }

    fn copies_cheaply(&self) -> bool {
        false
    }

    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        let store = self.below(&format!("{SNAPSHOTS}/{name}"));
        Box::pin(ready(Ok(Store(Arc::new(store)))))
    }

    fn staging(&self) -> io::Result<Store> {
        Ok(Store(Arc::new(self.below(STAGING))))
    }
}
