//! The interface of every kind of store.
//!
//! To add a kind of store:
//!
//! 1. Implement [`Backend`] in a file of its own beside this one, its writer by [`BlockingWriter`]
//!    or [`AsyncWriter`], and its reader by [`ByteSource`].
//! 2. Add its URL to [`Place`](crate::config::stores::Place) and a line to `open` in
//!    `registry.rs`.
//! 3. Add it to the list in `tests.rs`: those tests run against every kind.
//!
//! [`BlockingWriter`]: super::writer::BlockingWriter
//! [`AsyncWriter`]: super::writer::AsyncWriter
//! [`ByteSource`]: super::content::ByteSource

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};

use super::registry::STAGING;
use super::{Content, OwnerMarker, Removal, Store, StoreContents, Writer, name_of_url};
use crate::config::FilterOptions;
use crate::db::Session;

/// A kind of store: a place that keeps bytes by name.
///
/// A method that blocks does so on a thread for blocking work. Methods with a default are those that
/// only some kinds need.
pub(super) trait Backend: Any + fmt::Debug + Send + Sync {
    /// Returns Glance's name of this kind of store, such as `file`.
    fn kind(&self) -> &'static str;

    /// Returns the properties of the store, as Glance's `GET /v2/info/stores/detail` shows them.
    fn properties(&self) -> Value {
        json!({})
    }

    /// Returns the URL of the bytes with this name, for people and for `locations`.
    fn url(&self, name: &str) -> String;

    /// Returns `true` if a URL is one that this store gives to bytes.
    fn has_url(&self, url: &str) -> bool {
        self.url(name_of_url(url)) == url
    }

    /// Returns the URL of bytes that were written: it says in which of several places they are.
    fn written_url(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<String>> {
        Box::pin(ready(Ok(self.url(name))))
    }

    /// Returns `true` if each attempt to write an image has a name of its own. Only a place to which one
    /// process writes, and where nothing of it arrives late, can do without; `shared` says that other
    /// servers may use the same place.
    fn names_attempts(&self, _shared: bool) -> bool {
        true
    }

    /// Returns a writer of bytes under a name. `claim` is the name of this attempt, which no other
    /// attempt has; `size` is the number of bytes, if it is known: a store of several places chooses one with space enough.
    fn writer<'a>(
        self: Arc<Self>,
        name: &'a str,
        claim: &'a str,
        size: Option<u64>,
    ) -> BoxFuture<'a, io::Result<Writer>>;

    /// Opens the bytes at a URL; `None` if there are none.
    fn open(self: Arc<Self>, url: &str) -> BoxFuture<'_, io::Result<Option<Content>>>;

    /// Deletes the bytes with this name, if there are any.
    fn delete(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>>;

    /// Lists the names that the store has bytes under.
    fn contents<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<StoreContents>>;

    /// Lists the names that the store has bytes of one image under.
    fn contents_of(self: Arc<Self>, image: &str) -> BoxFuture<'_, io::Result<StoreContents>> {
        Box::pin(async move { Ok(self.contents().await?.of_image(image)) })
    }

    /// Deletes what unfinished attempts to write under a name have left.
    fn delete_partial(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<()>>;

    /// Deletes the bytes with this name while a database session locks their image. A store in the
    /// database does so in that session, which may be the only one there is.
    fn delete_in_session<'a>(
        self: Arc<Self>,
        _session: &'a mut Session,
        name: &'a str,
        removal: Removal,
    ) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(async move {
            Arc::clone(&self).delete_partial(name).await?;
            match removal {
                Removal::Partial => Ok(()),
                Removal::All => self.delete(name).await,
            }
        })
    }

    /// Frees the space of what was only marked as deleted.
    fn collect_garbage<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(ready(Ok(())))
    }

    /// Reads which cloud the place belongs to.
    fn owner_marker<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<OwnerMarker>> {
        Box::pin(ready(Ok(OwnerMarker::NotNeeded)))
    }

    /// Writes which cloud the place belongs to.
    fn write_owner_marker(self: Arc<Self>, _cloud: &str) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(ready(Ok(())))
    }

    /// Returns `true` if the bytes outlive the process.
    fn is_persistent(&self) -> bool;

    /// Returns `true` if a copy for a snapshot costs next to nothing, however large it is.
    fn copies_cheaply(&self) -> bool;

    /// Returns the store for the snapshot of this name, beside this store. Where nothing outlives
    /// the process, that is a new store in memory.
    fn snapshot_store(self: Arc<Self>, name: &str) -> BoxFuture<'_, io::Result<Store>> {
        Box::pin(ready(Ok(Store::memory(name))))
    }

    /// Returns a store for staged bytes, in the same place but apart from the images. Blocks.
    fn staging(&self) -> io::Result<Store> {
        Ok(Store::memory(STAGING))
    }

    /// Copies bytes to a store of the same kind without sending them through this
    /// process, where that is possible.
    fn copy_to(
        self: Arc<Self>,
        _copy: BlobCopy<'_>,
        _to: Arc<dyn Backend>,
    ) -> BoxFuture<'_, io::Result<Copied>> {
        Box::pin(ready(Ok(Copied::Unsupported)))
    }

    /// Waits until what was copied here would survive a power failure.
    fn sync<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(ready(Ok(())))
    }

    /// Removes the empty place of a snapshot's store.
    fn remove_place<'a>(self: Arc<Self>) -> BoxFuture<'a, io::Result<()>> {
        Box::pin(ready(Ok(())))
    }

    /// Replaces the rules for downloads from other servers.
    fn set_filter(&self, _options: &FilterOptions) {}

    /// Adds the bytes that another store has in memory.
    fn take_over_memory(&self, _from: &(dyn Backend + 'static)) {}
}

/// A copy of bytes from one store to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlobCopy<'a> {
    /// The name of the bytes.
    pub(super) name: &'a str,
    /// The name of the copy.
    pub(super) target: &'a str,
    /// The name of this attempt, which no other attempt has.
    pub(super) claim: &'a str,
}

/// The outcome of a copy within one kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// The copy is complete and has this many bytes.
    Bytes(u64),
    /// The source has no such bytes.
    Missing,
    /// The stores cannot copy directly: the bytes must go through this process.
    Unsupported,
}

/// Returns the store as one of this kind, if it is one.
pub(super) fn same_kind<'a, B: Backend>(store: &'a (dyn Backend + 'static)) -> Option<&'a B> {
    let store: &dyn Any = store;
    store.downcast_ref()
}
