//! Copies read, and copies made while bytes go somewhere else.
//!
//! Whoever downloads gets the bytes whatever becomes of the copy: a disk that fails only ends the
//! copy, and a client that goes away ends both and leaves nothing.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::Result;
use crate::app::App;
use crate::app::image_cache::Cache;
use crate::domain::image::Image;
use crate::domain::status::Status;
use crate::runtime::random::system_hex;
use crate::store::Content;
use crate::store::cache::ExpectedCopy;

/// Chunks that may wait for the disk.
const WAITING: usize = 2;

/// How long the end of a download waits for the copy to be recorded: so whoever has read it all and
/// then asks what is cached sees it, unless the disk is slow.
const PATIENCE: Duration = Duration::from_secs(2);

/// The cached bytes of an image, if there are any and they are still its own; counts that they are
/// read. A cache that fails has nothing.
pub async fn cached(app: &App, image: &Image) -> Option<Content> {
    let cache = app.cache.as_ref()?;
    if image.status != Status::Active {
        return None;
    }
    match read(app, cache, image).await {
        Ok(content) => content,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, image = image.id, "cannot read a cached copy");
            None
        }
    }
}

async fn read(app: &App, cache: &Cache, image: &Image) -> Result<Option<Content>> {
    let Some(content) = cache.copies.get(&image.id).await? else {
        return Ok(None);
    };
    let size = i64::try_from(content.size()).unwrap_or(i64::MAX);
    if image.data.size.is_some_and(|value| value != size) {
        return Ok(None);
    }
    let (node, checksum) = (&cache.node, image.data.checksum.as_deref());
    let now = app.clock.now();
    let mut db = app.db.write().await?;
    let hit = db
        .record_cache_hit(node, &image.id, size, checksum, now)
        .await?;
    db.commit().await?;
    Ok(hit.then_some(content))
}

/// A copy that may be made of an image's bytes as they pass.
#[derive(Debug)]
pub struct Copying {
    app: App,
    image: Image,
    size: u64,
}

impl Copying {
    /// A copy of these bytes, if there is a cache and they fit.
    #[must_use]
    pub fn of(app: &App, image: &Image, content: &Content) -> Option<Self> {
        app.cache.as_ref()?;
        let most = app.config().cache.image_cache_max_size;
        let size = content.size();
        let right = image
            .data
            .size
            .is_none_or(|value| u64::try_from(value) == Ok(size));
        (image.status == Status::Active && right && size <= most).then(|| Self {
            app: app.clone(),
            image: image.clone(),
            size,
        })
    }

    /// Returns the bytes, of which a copy is made on their way unless another request makes one already.
    pub fn beside<S>(self, bytes: S) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let passing = Passing {
            left: self.size,
            copy: self.begin(),
            bytes: Box::pin(bytes),
        };
        stream::unfold(passing, Passing::next)
    }

    /// Makes the copy for its own sake, of the whole content; `false` if somebody else does.
    pub(super) async fn make<S>(self, bytes: S) -> Result<bool>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let Some(copy) = self.begin() else {
            return Ok(false);
        };
        let mut bytes = std::pin::pin!(bytes);
        while let Some(chunk) = bytes.next().await {
            if !copy.take(chunk?).await {
                break;
            }
        }
        copy.end().await;
        Ok(true)
    }

    /// Begins to write, in a task of its own: what a client does has no part in how it ends.
    fn begin(mut self) -> Option<Copy> {
        self.app = self.app.detached();
        let claim = Claim::of(&self.app, &self.image.id)?;
        let (give, take) = mpsc::channel(WAITING);
        let task = tokio::spawn(async move {
            if let Err(error) = self.keep(take).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, image = self.image.id, "cannot cache an image");
            }
            drop(claim);
        });
        Some(Copy { give, task })
    }

    async fn keep(&self, take: mpsc::Receiver<Bytes>) -> Result<()> {
        let Some(cache) = &self.app.cache else {
            return Ok(());
        };
        let id = &self.image.id;
        let expected = ExpectedCopy {
            size: self.size,
            checksum: self.image.data.checksum.clone(),
        };
        let attempt = system_hex::<16>()?;
        if !cache.copies.write(id, &attempt, expected, take).await? {
            return Ok(());
        }
        let recorded = self.record(cache).await;
        if !matches!(recorded, Ok(true)) {
            cache.copies.delete(id).await?;
        }
        if recorded? {
            cache.shrink(&self.app).await?;
        }
        Ok(())
    }

    /// Makes the copy known, unless the image went away or got other bytes meanwhile.
    async fn record(&self, cache: &Cache) -> Result<bool> {
        let (id, node) = (&self.image.id, &cache.node);
        let checksum = self.image.data.checksum.as_deref();
        let mut db = self.app.db.write().await?;
        let found = db.lock_image(id).await?;
        if found.is_none_or(|found| found.image.data.checksum.as_deref() != checksum) {
            return Ok(false);
        }
        db.advisory_lock(&cache.word()).await?;
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        let now = self.app.clock.now();
        db.insert_cached(node, id, size, checksum, now).await?;
        db.remove_queued(node, id).await?;
        db.commit().await?;
        Ok(true)
    }
}

/// Names an image as one that a copy is being made of, while this is held.
struct Claim(App, String);

impl Claim {
    fn of(app: &App, image: &str) -> Option<Self> {
        let cache = app.cache.as_ref()?;
        let new = cache.making().insert(image.to_owned());
        new.then(|| Self(app.clone(), image.to_owned()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(cache) = &self.0.cache {
            cache.making().remove(&self.1);
            // Somebody may have queued the image while its copy was begun in vain.
            cache.wake.notify_one();
        }
    }
}

/// A copy that is being made.
struct Copy {
    give: mpsc::Sender<Bytes>,
    task: JoinHandle<()>,
}

impl Copy {
    /// Takes some bytes; `false` if it wants no more.
    async fn take(&self, bytes: Bytes) -> bool {
        self.give.send(bytes).await.is_ok()
    }

    /// Ends with all that it has, and waits until it is recorded or given up.
    async fn end(self) {
        drop(self.give);
        // That it died is in the log.
        self.task.await.ok();
    }
}

/// Bytes on their way past a copy.
struct Passing<S> {
    bytes: Pin<Box<S>>,
    copy: Option<Copy>,
    /// The number of bytes that are missing.
    left: u64,
}

impl<S: Stream<Item = io::Result<Bytes>>> Passing<S> {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let chunk = self.bytes.next().await?;
        let copy = self.copy.take();
        if let (Ok(bytes), Some(copy)) = (&chunk, copy) {
            self.left = self.left.saturating_sub(bytes.len() as u64);
            if copy.take(bytes.clone()).await {
                if self.left > 0 {
                    self.copy = Some(copy);
                } else {
                    // A disk that takes longer goes on without the client.
                    tokio::time::timeout(PATIENCE, copy.end()).await.ok();
                }
            }
        }
        Some((chunk, self))
    }
}
