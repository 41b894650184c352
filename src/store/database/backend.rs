//! The database as a kind of store.

use std::io;
use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};

use super::writer::DatabaseWriter;
use super::{DatabaseStore, to_io_error};
use crate::db::Session;
use crate::store::backend::{Backend, BlobCopy, Copied, same_kind};
use crate::store::registry::STAGING;
use crate::store::snapshot::SNAPSHOTS;
use crate::store::{Content, Removal, Store, StoreContents, Writer, name_of_url};
use crate::{Error, Result};

/// The part of a blob's state that a deletion is about.
#[derive(Clone, Copy)]
enum Blobs {
    Published,
    Partial,
}

impl DatabaseStore {
    /// Marks blobs with a name as deleted, and removes them.
    async fn remove(&self, name: &str, blobs: Blobs) -> Result<()> {
        let mut session = self.db.write().await?;
        match blobs {
            Blobs::Published => session.doom_complete_blob(&self.space, name).await?,
            Blobs::Partial => session.doom_partial_blobs(&self.space, name).await?,
        }
        session.commit().await?;
        self.remove_doomed().await
    }
}

impl Backend for DatabaseStore {
    fn kind(&self) -> &'static str {
        "database"
    }

    fn url(&self, name: &str) -> String {
        let slash = if self.space.is_empty() { "" } else { "/" };
        format!("database:///{}{slash}{name}", self.space)
    }

    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        _size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>> {
        let writer = DatabaseWriter::new(self, name, claim);
        Box::pin(ready(Ok(Writer::from_async(writer))))
    }

    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>> {
        Box::pin(async move { self.read_blob(name_of_url(url)).await.map_err(to_io_error) })
    }

    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            let removed = self.remove(name, Blobs::Published).await;
            removed.map_err(to_io_error)
        })
    }

    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>> {
        Box::pin(async move { self.list().await.map_err(to_io_error) })
    }

    fn delete_partial(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(async move {
            let removed = self.remove(name, Blobs::Partial).await;
            removed.map_err(to_io_error)
        })
    }

    fn delete_in_session<'a>(
        self: Arc<Self>,
        session: &'a mut Session,
        name: &'a str,
        removal: Removal,
    ) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            let marked = async {
                session.doom_partial_blobs(&self.space, name).await?;
                if removal == Removal::All {
                    session.doom_complete_blob(&self.space, name).await?;
                }
                Ok::<_, Error>(())
            };
            marked.await.map_err(to_io_error)
        })
    }

    fn collect_garbage<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move { self.remove_doomed().await.map_err(to_io_error) })
    }

    fn is_persistent(&self) -> bool {
        !self.db.is_in_memory()
    }

    fn copies_cheaply(&self) -> bool {
        false
    }

    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        let store = if self.is_persistent() {
            Store(Arc::new(self.below(&format!("{SNAPSHOTS}/{name}"))))
        } else {
            Store::memory(name)
        };
        Box::pin(ready(Ok(store)))
    }

    fn staging(&self) -> io::Result<Store> {
        Ok(Store(Arc::new(self.below(STAGING))))
    }

    fn copy_to(
        self: Arc<Self>,
        copy: BlobCopy<'_>,
        to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        Box::pin(async move {
            match same_kind::<Self>(&*to) {
                Some(to) if self.db.is_same(&to.db) => {
                    self.copy(copy, to).await.map_err(to_io_error)
                }
                _ => Ok(Copied::Unsupported),
            }
        })
    }
}
