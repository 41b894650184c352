//! The operations of callers on the image cache: list, queue, delete, clear.
//!
//! The checks come in Glance's order: the image where there is one to see, policy, whether there is a
//! cache at all, and then the rest.

use super::worker::clean;
use crate::app::App;
use crate::app::image_cache::Cache;
use crate::config::cache::Driver;
use crate::db::CachedImage;
use crate::domain::caller::{Caller, ImageTarget};
use crate::domain::image::Image;
use crate::domain::policy::Rule;
use crate::domain::status::Status;
use crate::domain::text::{check_nul, without_nul};
use crate::service::Images;
use crate::{Error, Result};

/// The longest id that is queued unseen: what the index of PostgreSQL takes, whatever the letters.
const LONGEST_ID: usize = 255;

/// The operations of one caller on the image cache.
#[derive(Debug)]
pub struct Caching<'a> {
    app: &'a App,
    caller: &'a Caller,
}

/// The cached and the queued images of a server.
#[derive(Debug)]
pub struct CacheState {
    /// The copies.
    pub cached: Vec<CachedImage>,
    /// The images that are queued.
    pub queued: Vec<String>,
}

impl<'a> Caching<'a> {
    /// Returns the operations of this caller.
    #[must_use]
    pub fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller }
    }

    /// Returns the cached and the queued images of this server.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn state(&self) -> Result<CacheState> {
        let cache = self.may(Rule::CacheList, None)?;
        let mut db = self.app.db.read().await?;
        Ok(CacheState {
            cached: db.cached(&cache.node).await?,
            queued: db.queued(&cache.node, true).await?,
        })
    }

    /// Has an image copied at once.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn add(&self, id: &str) -> Result<()> {
        let image = self.see(id).await?;
        let cache = self.may(Rule::CacheImage, Some(&image))?;
        if image.status != Status::Active {
            return Err(Error::Invalid(
                "Only images with status active can be targeted for queueing".into(),
            ));
        }
        let mut db = self.app.db.write().await?;
        let now = self.app.clock.now();
        db.insert_queued(&cache.node, &image.id, true, now).await?;
        db.commit().await?;
        cache.wake.notify_one();
        Ok(())
    }

    /// Drops an image from cache and queue. One that is no more may still be queued.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn remove(&self, id: &str) -> Result<()> {
        let image = match self.see(id).await {
            Ok(image) => Some(image),
            Err(error) if !self.knows(id).await? => return Err(error),
            Err(_) => None,
        };
        let cache = self.may(Rule::CacheDelete, image.as_ref())?;
        cache.drop_copy(self.app, id).await?;
        self.unqueue(cache, id).await
    }

    /// The nodes that have a copy of an image.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn nodes(&self, id: &str) -> Result<Vec<String>> {
        self.may(Rule::ListCachedNodes, None)?;
        if self.app.config().cache.image_cache_driver != Driver::CentralizedDb {
            return Err(Error::conflict("Centralized caching is not enabled".into()));
        }
        let image = self.see(id).await?;
        self.app.db.read().await?.nodes_with_cached(&image.id).await
    }

    /// Empties what `target` says: `cache`, `queue`, or both if it says nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clear(&self, target: &str) -> Result<()> {
        let cache = self.may(Rule::CacheDelete, None)?;
        let (copies, queue) = match target.to_lowercase().as_str() {
            "" => (true, true),
            "cache" => (true, false),
            "queue" => (false, true),
            _ => {
                return Err(Error::Invalid(
                    "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty \
                     string."
                        .into(),
                ));
            }
        };
        // The queue first, so that what is in it does not come into the empty cache.
        if queue {
            self.clear_queue(cache).await?;
        }
        if copies {
            cache.drop_all_copies(self.app).await?;
        }
        Ok(())
    }

    /// Removes what is no copy: what was begun long ago, and what belongs to nothing.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clean(&self) -> Result<()> {
        let cache = self.may(Rule::CacheClean, None)?;
        clean(self.app, cache).await
    }

    /// Drops copies until the rest is not too large; tells how many went, and their bytes.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn prune(&self) -> Result<(u64, u64)> {
        let cache = self.may(Rule::CachePrune, None)?;
        cache.shrink(self.app).await
    }

    /// The older API: what is cached.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn cached(&self) -> Result<Vec<CachedImage>> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        self.app.db.read().await?.cached(&cache.node).await
    }

    /// The older API: drops an image from the cache, if it is there.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn remove_cached(&self, id: &str) -> Result<()> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        if let Some(id) = without_nul(id) {
            cache.drop_copy(self.app, id).await?;
        }
        Ok(())
    }

    /// The older API: empties the cache, and tells how many images were in it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn remove_all_cached(&self) -> Result<usize> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        cache.drop_all_copies(self.app).await
    }

    /// The older API: what is queued.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn queued(&self) -> Result<Vec<String>> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        self.app.db.read().await?.queued(&cache.node, true).await
    }

    /// The older API: queues an image for when the prefetcher comes round, whether or not there is
    /// one; unless it is cached.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn queue(&self, id: &str) -> Result<()> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        check_nul(id)?;
        if id.chars().count() > LONGEST_ID {
            return Err(Error::Invalid(format!(
                "An image id can't be longer than {LONGEST_ID} characters."
            )));
        }
        let mut db = self.app.db.write().await?;
        let cached = db.cached(&cache.node).await?;
        if cached.iter().all(|cached| cached.image_id != id) {
            let now = self.app.clock.now();
            db.insert_queued(&cache.node, id, false, now).await?;
        }
        Ok(db.commit().await?)
    }

    /// The older API: takes an image out of the queue, if it is in it.
    #[tracing::instrument(level = "debug", skip_all, fields(image = id))]
    pub async fn remove_queued(&self, id: &str) -> Result<()> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        self.unqueue(cache, id).await
    }

    /// The older API: empties the queue, and tells how many images were in it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn remove_all_queued(&self) -> Result<usize> {
        let cache = self.may(Rule::ManageImageCache, None)?;
        self.clear_queue(cache).await
    }

    async fn unqueue(&self, cache: &Cache, id: &str) -> Result<()> {
        let Some(id) = without_nul(id) else {
            return Ok(());
        };
        let mut db = self.app.db.write().await?;
        db.remove_queued(&cache.node, id).await?;
        Ok(db.commit().await?)
    }

    async fn clear_queue(&self, cache: &Cache) -> Result<usize> {
        let mut db = self.app.db.write().await?;
        db.advisory_lock(&cache.word()).await?;
        let gone = db.clear_queued(&cache.node).await?;
        db.commit().await?;
        Ok(gone)
    }

    /// The image, if the caller may know of it.
    async fn see(&self, id: &str) -> Result<Image> {
        let images = Images::new(self.app, self.caller);
        let mut db = self.app.db.read().await?;
        match images.see(&mut db, id).await {
            Err(Error::ImageNotFound(id)) => Err(Error::NotFound(format!("Image {id} not found."))),
            image => image,
        }
    }

    /// Returns whether an image is cached or queued here, whether or not there is one.
    async fn knows(&self, id: &str) -> Result<bool> {
        let (Some(cache), Some(id)) = (&self.app.cache, without_nul(id)) else {
            return Ok(false);
        };
        let mut db = self.app.db.read().await?;
        let queued = db.queued(&cache.node, true).await?;
        let cached = db.cached(&cache.node).await?;
        Ok(queued.iter().any(|queued| queued == id)
            || cached.iter().any(|cached| cached.image_id == id))
    }

    /// The cache, if policy lets the caller and there is one. One who may not hears that, even of an
    /// image that may not be shown.
    fn may(&self, rule: Rule, image: Option<&Image>) -> Result<&'a Cache> {
        let allowed = match image {
            Some(image) => {
                let target = ImageTarget::new(image, self.caller);
                self.app.allows(rule, self.caller, &target)
            }
            None => self.app.allows(rule, self.caller, &()),
        };
        if !allowed {
            return Err(Error::DeniedByPolicy(rule.name()));
        }
        let cache = self.app.cache.as_ref();
        cache
            .ok_or_else(|| Error::NotFound("Caching via API is not supported at this site.".into()))
    }
}
