//! The image cache of one server: copies of images that are slow to read, kept on a disk of its own.
//!
//! A copy is a file and a row. The file comes first and goes last, so whatever a crash or a deletion
//! by another server leaves is one of the two alone: it counts as nothing, and is tidied away.

mod admin;
mod copy;
mod worker;

use std::collections::HashSet;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::Result;
use crate::app::App;
use crate::config::Config;
use crate::store::cache::Copies;

pub use admin::Caching;
pub use copy::{Copying, cached};
pub use worker::{tidy, work};

/// The cache of one server.
#[derive(Debug)]
pub struct Cache {
    copies: Copies,
    /// What this server is called in rows.
    node: String,
    making: Mutex<HashSet<String>>,
    wake: Notify,
}

impl Cache {
    /// Lets another have its directory: it is over.
    pub fn end(&self) {
        self.copies.let_go();
    }

    /// The cache that the settings ask for, if they do. Blocks, at the start.
    pub fn open(config: &Config) -> io::Result<Option<Self>> {
        let Some(path) = &config.cache.image_cache_dir else {
            return Ok(None);
        };
        let shared = config.database_url.as_deref();
        if shared.is_some_and(|it| it.starts_with("postgres"))
            && config.cache.worker_self_reference_url.is_none()
        {
            tracing::warn!(
                "several servers may share the database: give each that caches images a \
                 --worker_self_reference_url of its own"
            );
        }
        Ok(Some(Self {
            copies: Copies::open(path)?,
            node: config.cache.node(config.listen),
            making: Mutex::default(),
            wake: Notify::new(),
        }))
    }

    fn making(&self) -> MutexGuard<'_, HashSet<String>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to hold while several rows of this server are looked at and changed.
    fn word(&self) -> String {
        format!("image cache of {}", self.node)
    }

    /// Forgets a copy and removes it; `false` if there was none.
    async fn drop_copy(&self, app: &App, image: &str) -> Result<bool> {
        let mut db = app.db.write().await?;
        let known = db.forget_cached(&self.node, image).await?;
        db.commit().await?;
        if known {
            self.copies.delete(image).await?;
        }
        Ok(known)
    }

    /// The same for all copies, and tells how many there were.
    async fn drop_all_copies(&self, app: &App) -> Result<usize> {
        let mut db = app.db.write().await?;
        db.hold_word(&self.word()).await?;
        let gone = db.forget_all_cached(&self.node).await?;
        db.commit().await?;
        for image in &gone {
            self.copies.delete(image).await?;
        }
        Ok(gone.len())
    }

    /// Drops the copies that were not used for longest until the rest is not too large; tells how
    /// many went, and their bytes.
    async fn shrink(&self, app: &App) -> Result<(u64, u64)> {
        let most = app.config().cache.image_cache_max_size;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let (mut files, mut bytes) = (0, 0);
        loop {
            let mut db = app.db.write().await?;
            // Two that look at once would both find too much, and drop one too many.
            db.hold_word(&self.word()).await?;
            let Some((image, size)) = db.least_used(&self.node, most).await? else {
                db.commit().await?;
                return Ok((files, bytes));
            };
            db.forget_cached(&self.node, &image).await?;
            db.commit().await?;
            self.copies.delete(&image).await?;
            files += 1;
            bytes += u64::try_from(size).unwrap_or(0);
        }
    }
}

/// Removes this server's copy of an image that was deleted; its row went with the image. What fails
/// here is tidied away later.
pub async fn remove_copy(app: &App, image: &str) {
    if let Some(cache) = &app.cache
        && let Err(error) = cache.copies.delete(image).await
    {
        tracing::warn!(%error, image, "a cached copy could not be removed; a later look will");
    }
}
