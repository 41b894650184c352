//! Bytes laid by for a snapshot: beside a store, where neither requests nor sweeps come.
//!
//! A shelf is a store itself. Where bytes lie on a disk they are laid by as another name of the same
//! file, in memory as the same memory: that costs next to nothing. The database and S3 copy them
//! without sending them here.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, pin_mut};
use tokio::sync::mpsc;

use super::{Kind, Store, Writer, blocking};

/// What the place of all shelves of a store is called.
pub(super) const SHELVES: &str = "snapshots";

impl Store {
    /// Whether what is laid by beside it stays when the process ends.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        match &self.0 {
            Kind::Directory(_) | Kind::Bucket(_) => true,
            Kind::Rows(it) => it.is_persistent(),
            Kind::Memory(_) | Kind::Web(_) => false,
        }
    }

    /// Whether laying bytes by costs next to nothing, however many there are.
    #[must_use]
    pub fn copies_cheaply(&self) -> bool {
        matches!(self.0, Kind::Directory(_) | Kind::Memory(_) | Kind::Web(_))
    }

    /// The shelf of this name. Beside a store that does not last it is a new one each time, as long as
    /// it is held.
    pub async fn snapshot_store(&self, name: &str) -> io::Result<Self> {
        match &self.0 {
            Kind::Directory(it) => {
                let path = it.path().join(SHELVES).join(name);
                blocking(move || Self::directory(&path)).await
            }
            Kind::Rows(it) if it.is_persistent() => {
                Ok(Self(Kind::Rows(Arc::new(it.snapshot_store(name)))))
            }
            Kind::Rows(_) | Kind::Memory(_) | Kind::Web(_) => Ok(Self::memory(name)),
            Kind::Bucket(it) => Ok(Self(Kind::Bucket(Arc::new(it.snapshot_store(name))))),
        }
    }

    /// Gives another store the bytes of an image too, as those of the image `name`, in place of any
    /// that it has; how many there are, or nothing if there are none. `claim` sets this attempt apart
    /// from others.
    pub async fn copy(
        &self,
        image: &str,
        to: &Self,
        name: &str,
        claim: &str,
    ) -> io::Result<Option<u64>> {
        let names = (image, name);
        match (&self.0, &to.0) {
            (Kind::Directory(from), Kind::Directory(to)) => {
                let (from, to) = (Arc::clone(from), Arc::clone(to));
                let (image, name, claim) = (image.to_owned(), name.to_owned(), claim.to_owned());
                blocking(move || from.copy((&image, &name), &to, &claim)).await
            }
            (Kind::Memory(from), Kind::Memory(to)) => Ok(from.copy(names, to)),
            (Kind::Rows(from), Kind::Rows(to)) if from.is_beside(to) => {
                from.copy(names, to, claim).await
            }
            (Kind::Bucket(from), Kind::Bucket(bucket)) if from.is_beside(bucket) => {
                match from.copy(names, bucket).await? {
                    Some(size) => Ok(size),
                    None => self.send(names, to, claim).await,
                }
            }
            _ => self.send(names, to, claim).await,
        }
    }

    /// The same, through this process.
    async fn send(
        &self,
        (image, name): (&str, &str),
        to: &Self,
        claim: &str,
    ) -> io::Result<Option<u64>> {
        let Some(content) = self.open(&self.url(image)).await? else {
            return Ok(None);
        };
        let size = content.size();
        to.writer(name, claim).await?.take(content.stream()).await?;
        Ok(Some(size))
    }

    /// Has the images too that another store has, if both are in memory.
    pub(super) fn inherit(&self, from: &Self) {
        if let (Kind::Memory(from), Kind::Memory(to)) = (&from.0, &self.0) {
            for image in from.contents() {
                from.copy((&image, &image), to);
            }
        }
    }

    /// Sees that what was copied here is safe from a power cut.
    pub async fn sync(&self) -> io::Result<()> {
        match &self.0 {
            Kind::Directory(it) => {
                let it = Arc::clone(it);
                blocking(move || it.sync()).await
            }
            _ => Ok(()),
        }
    }

    /// Removes all that is in it, and the place itself: it was a shelf.
    pub async fn remove_all(&self) -> io::Result<()> {
        let contents = self.contents().await?;
        for image in contents.partial {
            self.delete_partial(&image).await?;
        }
        for image in contents.complete {
            self.delete(&image).await?;
        }
        match &self.0 {
            Kind::Directory(it) => {
                let it = Arc::clone(it);
                blocking(move || it.remove()).await
            }
            _ => Ok(()),
        }
    }
}

impl Writer {
    /// Writes all that comes, and publishes it; or nothing, if it does not come whole.
    pub async fn take(self, bytes: impl Stream<Item = io::Result<Bytes>>) -> io::Result<()> {
        let (give, take) = mpsc::channel(1);
        let lane = self.run(take);
        pin_mut!(bytes);
        let mut outcome = Ok(());
        while let Some(some) = bytes.next().await {
            match some {
                Ok(some) => {
                    // Who does not take any more says why in the end.
                    if give.send(some).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        drop(give);
        let (_, writer) = lane.await.map_err(io::Error::other)??;
        match outcome {
            Ok(()) => writer.finish().await,
            Err(error) => {
                writer.abandon().await;
                Err(error)
            }
        }
    }
}
