//! Pages from the read cache: the database is asked for the ids, and for the images that are not kept.

use std::sync::Arc;

use super::{FoundPage, ImagePage, ImagesInMemory, PACKED_PAGE};
use crate::Result;
use crate::db::images::packed;
use crate::db::read_cache::ReadMark;
use crate::db::row::{PackedImage, unpack_page};
use crate::db::{Db, Session, Sql};
use crate::domain::fault::DataAccess;
use crate::domain::image::Image;
use crate::domain::query::ImageFilter;
use crate::domain::region::RegionKey;

impl Db {
    /// Returns the images of a page, in order. A page that was read not long ago, if no image was changed since, is
    /// returned without a session.
    ///
    /// # Errors
    /// Fails if no session can be had or a statement fails.
    pub async fn page(&self, page: &ImagePage<'_>) -> Result<FoundPage> {
        let cache = self.read_cache.as_deref();
        let cache = cache.map(|cache| (cache, page.statement(self.region.as_ref())));
        if let Some((cache, sql)) = &cache
            && let Some(images) = cache.page(sql, self.region.as_ref())
        {
            self.check(DataAccess::Read)?;
            return Ok(FoundPage { images, cut: false });
        }
        let mark = cache.as_ref().and_then(|(cache, _)| cache.mark());
        let kept = match (mark, &self.version_cache) {
            (Some(mark), _) => ImagesInMemory::Since(mark),
            (None, Some(versions)) => ImagesInMemory::WithVersions(versions),
            (None, None) => ImagesInMemory::Nothing,
        };
        let found = self.read().await?.page(page, kept).await?;
        if let (Some((cache, sql)), Some(mark), false) = (cache, mark, found.cut) {
            cache.insert_page(sql, &found.images, mark);
        }
        Ok(found)
    }
}

impl ImagePage<'_> {
    /// Returns the statement that stands for the page: whatever else it is read by, it has the same images.
    pub(super) fn statement(&self, region: Option<&RegionKey>) -> Sql {
        self.rows(Sql::new(""), None, region)
    }
}

impl Session {
    /// Returns the images of a page in any order; `None` if it has to be read as a whole. Without a commit since
    /// the mark, ids and images are of one moment.
    pub(super) async fn page_with_cache(
        &mut self,
        page: &ImagePage<'_>,
        selective: Option<&ImageFilter>,
        mark: ReadMark,
    ) -> Result<Option<FoundPage>> {
        let Some(cache) = self.read_cache.clone() else {
            return Ok(None);
        };
        let sql =
            Sql::new("SELECT string_agg(id, ';') FROM (SELECT i.id AS id FROM images i WHERE ");
        let sql = page.rows(sql, selective, self.region.as_ref());
        let text = self.text_of(sql).await?;
        let ids: Vec<_> = text.split_terminator(';').collect();
        let Some(kept) = cache.get_all(&ids, self.region.as_ref(), mark) else {
            return Ok(None);
        };
        let missing = ids.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let missing: Vec<_> = missing.map(|(id, _)| *id).collect();
        let mut images: Vec<_> = kept.into_iter().flatten().collect();
        if !missing.is_empty() {
            let read = self.small_images(&missing).await?;
            if read.len() < missing.len() || !cache.insert(&read, self.region.as_ref(), mark) {
                return Ok(None);
            }
            images.extend(read);
        }
        Ok(Some(FoundPage { images, cut: false }))
    }

    /// Returns those of these images that are not too large for the text of a page.
    async fn small_images(&mut self, ids: &[&str]) -> Result<Vec<Arc<Image>>> {
        let sql = packed(Sql::new(PACKED_PAGE), None).push(" AS text FROM images i WHERE ");
        // One text for any number of ids, so that SQLite parses it once. Only SQLite has a read cache.
        let sql = sql.push("i.id IN (SELECT value FROM json_each(");
        let ids = serde_json::json!(ids).to_string();
        let sql = sql.push_bind(ids).push("))");
        let text = self.text_of(sql).await?;
        let images = unpack_page(&text)?.into_iter();
        let images = images.filter_map(|packed| match packed {
            PackedImage::Whole(found) => Some(Arc::new(found.image)),
            PackedImage::LeftOut(_) => None,
        });
        Ok(images.collect())
    }
}
