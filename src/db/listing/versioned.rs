//! Pages with the help of the version cache: the database is asked for ids and versions, and for the images whose
//! version is not the one that is kept.

use std::collections::HashMap;
use std::sync::Arc;

use super::{FoundPage, ImagePage};
use crate::Result;
use crate::db::images::packed;
use crate::db::row::{PackedImage, unpack_versioned_page};
use crate::db::sql::Arg;
use crate::db::version_cache::{VERSION, VersionCache};
use crate::db::{Session, Sql};
use crate::domain::image::Image;
use crate::domain::query::ImageFilter;

/// The number of images above which a page is read as a whole instead.
const MOST_MISSING: usize = 12;

/// The beginning of a query for the packed text of a page, each image behind its version.
const VERSIONED_PAGE: &str = "SELECT string_agg(concat(version, ';', CASE WHEN octet_length(text) > 8192 \
     THEN concat('!', id, ';') ELSE text END), '') FROM (SELECT i.id AS id, ";

impl Session {
    /// Returns the images of a page in any order. A page that was not asked for before is read as a whole.
    ///
    /// # Errors
    /// Fails if a statement does.
    pub(super) async fn page_by_version(
        &mut self,
        cache: &VersionCache,
        page: &ImagePage<'_>,
        selective: Option<&ImageFilter>,
    ) -> Result<FoundPage> {
        if cache.remember_page(&page.statement(self.region.as_ref()))
            && let Some(found) = self.kept_page(cache, page, selective).await?
        {
            return Ok(found);
        }
        let sql = versioned(Sql::new(VERSIONED_PAGE)).push(" AS text FROM images i WHERE ");
        let sql = page.rows(sql, selective, self.region.as_ref());
        let text = self.text_of(sql).await?;
        let mut whole = Vec::new();
        for (version, packed) in unpack_versioned_page(&text)? {
            match packed {
                PackedImage::Whole(found) => whole.push((Arc::new(found.image), version)),
                // Read by itself, and never kept.
                PackedImage::LeftOut(_) => return self.page_of_rows(page, selective).await,
            }
        }
        cache.insert(whole.iter().map(|(image, version)| (image, *version)));
        let images = whole.into_iter().map(|(image, _)| image).collect();
        Ok(FoundPage { images, cut: false })
    }

    /// Returns the images of a page of which most are kept; `None` if it has to be read as a whole.
    async fn kept_page(
        &mut self,
        cache: &VersionCache,
        page: &ImagePage<'_>,
        selective: Option<&ImageFilter>,
    ) -> Result<Option<FoundPage>> {
        let sql = Sql::new(
            "SELECT string_agg(concat(id, ';', version, ';'), '') FROM (SELECT i.id AS id, ",
        );
        let sql = sql.push(VERSION).push(" AS version FROM images i WHERE ");
        let sql = page.rows(sql, selective, self.region.as_ref());
        let text = self.text_of(sql).await?;
        let mut words = text.split_terminator(';');
        let wanted: Vec<_> = std::iter::from_fn(|| Some((words.next()?, words.next()?))).collect();
        let kept = cache.get_all(&wanted);
        let missing = wanted.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let missing: HashMap<_, _> = missing.map(|(wanted, _)| *wanted).collect();
        if missing.len() > MOST_MISSING {
            return Ok(None);
        }
        let mut images: Vec<_> = kept.into_iter().flatten().collect();
        if !missing.is_empty() {
            let Some(read) = self.images_with_versions(cache, &missing).await? else {
                return Ok(None);
            };
            images.extend(read);
        }
        Ok(Some(FoundPage { images, cut: false }))
    }

    /// Returns the images with these ids; `None` if one is too large, or has another version by now: whether and where it belongs
    /// to the page was decided by the version that is wanted.
    async fn images_with_versions(
        &mut self,
        cache: &VersionCache,
        wanted: &HashMap<&str, &str>,
    ) -> Result<Option<Vec<Arc<Image>>>> {
        let sql = versioned(Sql::new(VERSIONED_PAGE)).push(" AS text FROM images i WHERE i.id IN ");
        let sql = sql.push_tuple(wanted.keys().map(|id| Arg::from(*id)));
        let text = self.text_of(sql).await?;
        let mut images = Vec::new();
        for (version, packed) in unpack_versioned_page(&text)? {
            match packed {
                PackedImage::Whole(found)
                    if wanted.get(found.image.id.as_str()) == Some(&version) =>
                {
                    images.push((Arc::new(found.image), version));
                }
                _ => return Ok(None),
            }
        }
        if images.len() < wanted.len() {
            return Ok(None);
        }
        cache.insert(images.iter().map(|(image, version)| (image, *version)));
        Ok(Some(images.into_iter().map(|(image, _)| image).collect()))
    }
}

/// Appends the expressions for the version and the packed text of an image `i`.
fn versioned(sql: Sql) -> Sql {
    packed(sql.push(VERSION).push(" AS version, "), None)
}
