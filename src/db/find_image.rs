//! One image by its id, from memory where it is known to be what the database has.

use std::sync::Arc;

use super::read_cache::ReadCache;
use super::row::{FoundImage, unpack_first};
use super::version_cache::{VERSION, VersionCache};
use super::{Db, Sql, images};
use crate::Result;
use crate::domain::fault::DataAccess;
use crate::domain::image::Image;

impl Db {
    /// Returns the image with this id, and if it is shared with `project`. An image that was read not long ago
    /// and was not changed since is returned without a session, if it `suffices` without a word of whom it is
    /// shared with; or, if other processes write to the database, too, without reading more than its version.
    ///
    /// # Errors
    /// Fails if no session can be had or the statement fails.
    pub async fn find_image(
        &self,
        id: &str,
        project: Option<&str>,
        suffices: impl Fn(&Image) -> bool,
    ) -> Result<Option<FoundImage<Arc<Image>>>> {
        if let Some(cache) = &self.version_cache {
            return self.find_image_by_version(cache, id, project).await;
        }
        let cache = self.read_cache.as_deref();
        let kept = cache.and_then(|cache| cache.get(id, self.region.as_ref()));
        if let Some(image) = kept.filter(|image| suffices(image)) {
            self.check(DataAccess::Read)?;
            let shared = false;
            return Ok(Some(FoundImage { image, shared }));
        }
        let marked = cache.and_then(|cache: &ReadCache| Some((cache, cache.mark()?)));
        let Some(found) = self.read().await?.image(id, project).await? else {
            return Ok(None);
        };
        let image = Arc::new(found.image);
        if let Some((cache, mark)) = marked {
            cache.insert([&image], self.region.as_ref(), mark);
        }
        let shared = found.shared;
        Ok(Some(FoundImage { image, shared }))
    }

    /// Returns the image with this id by one statement, which reads all of it only if its version is not the
    /// one that is kept.
    async fn find_image_by_version(
        &self,
        cache: &VersionCache,
        id: &str,
        project: Option<&str>,
    ) -> Result<Option<FoundImage<Arc<Image>>>> {
        let kept = cache.latest(id);
        let known = kept.as_ref().map(|(_, version)| version.as_ref());
        let mut session = self.read().await?;
        let sql = Sql::new("SELECT version, shared, CASE WHEN version <> ")
            .push_bind(known.unwrap_or_default())
            .push(" THEN (SELECT ");
        let sql = images::packed(sql, None)
            .push(" FROM images i WHERE i.id = row.id) END FROM (SELECT i.id, ")
            .push(VERSION)
            .push(" AS version, ");
        let sql = images::is_shared_with(sql, project)
            .push(" AS shared FROM images i WHERE i.status <> 'deleted' AND i.id = ")
            .push_bind(id);
        let sql = session.push_region(sql, "i.region").push(") row");
        let row: Option<(String, bool, Option<String>)> = session.one(sql).await?;
        let Some((version, shared, packed)) = row else {
            return Ok(None);
        };
        let image = match (packed, kept) {
            (None, Some((image, _))) => image,
            (packed, _) => {
                let Some(found) = unpack_first(packed.map(|text| (text,)))? else {
                    return Ok(None);
                };
                let image = Arc::new(found.image);
                cache.insert([(&image, version.as_str())]);
                image
            }
        };
        Ok(Some(FoundImage { image, shared }))
    }
}
