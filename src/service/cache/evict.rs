//! Removal of cached copies: one, all, or those that were not used for longest.

use crate::Result;
use crate::app::App;
use crate::app::image_cache::Cache;

impl Cache {
    /// Forgets a copy and removes it; `false` if there was none.
    pub(crate) async fn drop_copy(&self, app: &App, image: &str) -> Result<bool> {
        let mut db = app.db.write().await?;
        let known = db.remove_cached(&self.node, image).await?;
        db.commit().await?;
        if known {
            self.copies.delete(image).await?;
        }
        Ok(known)
    }

    /// Deletes all copies with their rows, and returns their number.
    pub(crate) async fn drop_all_copies(&self, app: &App) -> Result<usize> {
        let mut db = app.db.write().await?;
        db.advisory_lock(&self.word()).await?;
        let gone = db.remove_all_cached(&self.node).await?;
        db.commit().await?;
        for image in &gone {
            self.copies.delete(image).await?;
        }
        Ok(gone.len())
    }

    /// Drops the copies that were not used for longest until the rest is not too large; tells how
    /// many went, and their bytes.
    pub(crate) async fn shrink(&self, app: &App) -> Result<(u64, u64)> {
        let most = app.config().cache.image_cache_max_size;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let (mut files, mut bytes) = (0, 0);
        loop {
            let mut db = app.db.write().await?;
            // Two that look at once would both find too much, and drop one too many.
            db.advisory_lock(&self.word()).await?;
            let Some((image, size)) = db.least_recently_used(&self.node, most).await? else {
                db.commit().await?;
                return Ok((files, bytes));
            };
            db.remove_cached(&self.node, &image).await?;
            db.commit().await?;
            self.copies.delete(&image).await?;
            files += 1;
            bytes += u64::try_from(size).unwrap_or(0);
        }
    }
}
