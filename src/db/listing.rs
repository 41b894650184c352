//! Lists of images: one statement for a page, which reads few rows more than it returns.
//!
//! A caller sees several scopes that do not overlap: images for everybody, images of its own, images that
//! are shared with it. Each scope is read from an index of its own, in the order of the list, from the
//! marker on and no further than a page; then the first of these rows are taken. So a page costs the same
//! however many images there are, and the thousandth page costs as much as the first.

mod cached;
mod filter;
mod scope;
mod versioned;

use std::cmp::Ordering;
use std::sync::Arc;

use super::images::packed;
use super::read_cache::ReadMark;
use super::row::{PackedImage, unpack_page};
use super::sql::Arg;
use super::version_cache::VersionCache;
use super::{Session, Sql, keyset};
use crate::Result;
use crate::domain::image::Image;
use crate::domain::query::{Direction, ImageFilter, SortKey};
use crate::domain::region::RegionKey;
use filter::{condition, entries_of, has_rows, rows_of};
use scope::shared_with;
pub use scope::{CommunityImages, ImageScope};

/// A page of a list of images.
#[derive(Debug)]
pub struct ImagePage<'a> {
    /// The scopes of the list; they do not overlap.
    pub scopes: Vec<ImageScope>,
    /// `true` for hidden images, `false` for the others.
    pub os_hidden: bool,
    /// `true` for protected images, `false` for the others, `None` for both.
    pub protected: Option<bool>,
    /// The conditions that each image must meet.
    pub filters: Vec<ImageFilter>,
    /// The sort keys, which make a total order.
    pub sort: &'a [(SortKey, Direction)],
    /// The marker: the last image of the page before.
    pub after: Option<&'a Image>,
    /// The greatest number of images.
    pub limit: i64,
}

/// The images of a page.
#[derive(Debug, Default)]
pub struct FoundPage {
    /// The images, in order.
    pub images: Vec<Arc<Image>>,
    /// `true` if the page ends before its limit, because its images are too large.
    pub cut: bool,
}

/// The images in memory that help to read a page.
#[derive(Clone, Copy)]
enum ImagesInMemory<'a> {
    /// Those that are in the read cache since before the mark.
    Since(ReadMark),
    /// Those whose versions the database still has.
    WithVersions(&'a VersionCache),
    /// None.
    Nothing,
}

/// The beginning of a query for the packed text of a page, up to the text of an image. An image of more than
/// 8 KiB is left out of it and read by itself, so that the text of the largest page, of 1,000 images, is
/// bounded, whatever an image holds.
const PACKED_PAGE: &str = "SELECT string_agg(CASE WHEN octet_length(text) > 8192 \
     THEN concat('!', id, ';') ELSE text END, '') FROM (SELECT i.id AS id, ";

/// The size in bytes at which a page ends, unless it is that of a single image.
const MOST: usize = 8 << 20;

/// The number of images below which a tag or property is selective. A selective one is looked up first,
/// and the images by it; any other is checked while the images are read in order, and soon met.
const SELECTIVE_BELOW: i64 = 1000;

impl Session {
    /// Returns the images of a page, in order, with the help of those that are kept.
    ///
    /// # Errors
    /// Fails if the statement does.
    async fn page(&mut self, page: &ImagePage<'_>, kept: ImagesInMemory<'_>) -> Result<FoundPage> {
        if page.scopes.is_empty() || page.limit == 0 || page.filters.contains(&ImageFilter::Never) {
            return Ok(FoundPage::default());
        }
        let selective = self.selective(&page.filters).await?;
        let with_cache = match kept {
            ImagesInMemory::Since(mark) => self.page_with_cache(page, selective, mark).await?,
            ImagesInMemory::WithVersions(cache) => {
                Some(self.page_by_version(cache, page, selective).await?)
            }
            ImagesInMemory::Nothing => None,
        };
        let mut found = match with_cache {
            Some(found) => found,
            None => self.page_of_rows(page, selective).await?,
        };
        // An aggregate promises no order, although the rows nearly always come in order.
        found.images.sort_by(|a, b| page.compare(a, b));
        Ok(found)
    }

    /// Returns the images of a page, all read by one statement.
    async fn page_of_rows(
        &mut self,
        page: &ImagePage<'_>,
        selective: Option<&ImageFilter>,
    ) -> Result<FoundPage> {
        let sql = packed(Sql::new(PACKED_PAGE), None).push(" AS text FROM images i WHERE ");
        let sql = page.rows(sql, selective, self.region.as_ref());
        let text = self.text_of(sql).await?;
        let mut found = FoundPage::default();
        let mut size = text.len();
        for packed in unpack_page(&text)? {
            match packed {
                PackedImage::Whole(image) => found.images.push(Arc::new(image.image)),
                PackedImage::LeftOut(id) => {
                    let Some(heavy) = self.image(&id, None).await? else {
                        continue;
                    };
                    size += heavy.image.text_size();
                    if size > MOST && !found.images.is_empty() {
                        found.cut = true;
                        break;
                    }
                    found.images.push(Arc::new(heavy.image));
                }
            }
        }
        Ok(found)
    }

    /// Returns the text that a query for a page reads, which begins like [`PACKED_PAGE`].
    async fn text_of(&mut self, sql: Sql) -> Result<String> {
        let row: Option<(Option<String>,)> = self.one(sql.push(") page")).await?;
        Ok(row.and_then(|(text,)| text).unwrap_or_default())
    }

    /// Returns the first filter that few images pass.
    async fn selective<'a>(
        &mut self,
        filters: &'a [ImageFilter],
    ) -> Result<Option<&'a ImageFilter>> {
        for filter in filters {
            if !has_rows(filter) {
                continue;
            }
            if self.is_selective(filter).await? {
                return Ok(Some(filter));
            }
        }
        Ok(None)
    }

    async fn is_selective(&mut self, filter: &ImageFilter) -> Result<bool> {
        if let Some(selective) = self.selectivity.get(filter) {
            return Ok(selective);
        }
        let sql = entries_of(Sql::new("SELECT count(*) FROM (SELECT 1 FROM "), filter);
        let sql = sql.limit(SELECTIVE_BELOW).push(") found");
        let count: Option<(i64,)> = self.one(sql).await?;
        let selective = count.is_some_and(|(count,)| count < SELECTIVE_BELOW);
        self.selectivity.insert(filter, selective);
        Ok(selective)
    }
}

impl ImagePage<'_> {
    /// Appends the conditions for the images `i` of the page, their order and their number.
    fn rows(&self, sql: Sql, selective: Option<&ImageFilter>, region: Option<&RegionKey>) -> Sql {
        let sql = match self.scopes.as_slice() {
            [scope] if selective.is_none() && !scope.is_shared() => {
                self.conditions(sql, scope, None, region)
            }
            scopes => {
                let mut sql = sql.push("i.id IN (");
                for (index, scope) in scopes.iter().enumerate() {
                    sql = sql.push(if index > 0 { " UNION ALL " } else { "" });
                    sql = self.ids(sql, scope, selective, region);
                }
                sql.push(")")
            }
        };
        self.order(sql).limit(self.limit)
    }

    /// Appends a query for the ids of the first images of one scope, from a selective tag or property if
    /// there is one.
    fn ids(
        &self,
        sql: Sql,
        scope: &ImageScope,
        selective: Option<&ImageFilter>,
        region: Option<&RegionKey>,
    ) -> Sql {
        let sql = sql.push("SELECT id FROM (SELECT i.id FROM ");
        // SQLite does not reorder a CROSS JOIN.
        let join = ") d CROSS JOIN images i WHERE i.id = d.image_id AND ";
        let sql = match (selective, scope) {
            (Some(filter), _) => rows_of(sql.push("(SELECT d.image_id FROM "), filter).push(join),
            (None, ImageScope::SharedWith { project, status }) => {
                shared_with(sql.push("("), project, *status).push(join)
            }
            (None, _) => sql.push("images i WHERE "),
        };
        let sql = self.order(self.conditions(sql, scope, selective, region));
        sql.limit(self.limit).push(") s")
    }

    fn conditions(
        &self,
        sql: Sql,
        scope: &ImageScope,
        selective: Option<&ImageFilter>,
        region: Option<&RegionKey>,
    ) -> Sql {
        let sql = scope.condition(sql.push("i.status <> 'deleted' AND "), selective.is_none());
        let mut sql = sql.push(" AND i.os_hidden = ").push_bind(self.os_hidden);
        if let Some(region) = region {
            sql = sql.push(" AND i.region = ").push_bind(region.as_str());
        }
        if let Some(protected) = self.protected {
            sql = sql.push(" AND i.protected = ").push_bind(protected);
        }
        for filter in &self.filters {
            if Some(filter) != selective {
                sql = condition(sql.push(" AND "), filter);
            }
        }
        match self.after {
            Some(after) => self.after_marker(sql.push(" AND "), after),
            None => sql,
        }
    }

    fn order(&self, sql: Sql) -> Sql {
        keyset::order_by(
            sql,
            self.sort
                .iter()
                .map(|(key, direction)| (column(*key), *direction)),
        )
    }

    /// Compares two images as the database orders them.
    fn compare(&self, a: &Image, b: &Image) -> Ordering {
        let mut keys = self.sort.iter().map(|(key, direction)| {
            let order = compare(*key, a, b);
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        });
        keys.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Appends the condition for the images after this one.
    fn after_marker(&self, sql: Sql, after: &Image) -> Sql {
        let keys: Vec<_> = self
            .sort
            .iter()
            .map(|(key, direction)| (column(*key), *direction, value(*key, after)))
            .collect();
        keyset::after(sql, &keys)
    }
}

/// Returns the expression to sort by. NULL sorts like an empty text or 0; the indexes have the same
/// expressions.
fn column(key: SortKey) -> &'static str {
    match key {
        SortKey::Name => "coalesce(i.name, '')",
        SortKey::Status => "i.status",
        SortKey::ContainerFormat => "coalesce(i.container_format, '')",
        SortKey::DiskFormat => "coalesce(i.disk_format, '')",
        SortKey::Size => "coalesce(i.size, 0)",
        SortKey::Id => "i.id",
        SortKey::CreatedAt => "i.created_at",
        SortKey::UpdatedAt => "i.updated_at",
        SortKey::Owner => "coalesce(i.owner, '')",
    }
}

fn compare(key: SortKey, a: &Image, b: &Image) -> Ordering {
    let text = |a: &Option<String>, b: &Option<String>| {
        let (a, b) = (a.as_deref(), b.as_deref());
        a.unwrap_or_default().cmp(b.unwrap_or_default())
    };
    match key {
        SortKey::Name => text(&a.name, &b.name),
        SortKey::Status => a.status.as_str().cmp(b.status.as_str()),
        SortKey::ContainerFormat => text(&a.container_format, &b.container_format),
        SortKey::DiskFormat => text(&a.disk_format, &b.disk_format),
        SortKey::Size => a.data.size.unwrap_or(0).cmp(&b.data.size.unwrap_or(0)),
        SortKey::Id => a.id.cmp(&b.id),
        SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
        SortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        SortKey::Owner => text(&a.owner, &b.owner),
    }
}

fn value(key: SortKey, image: &Image) -> Arg {
    let text = |text: &Option<String>| Arg::from(text.as_deref().unwrap_or_default());
    match key {
        SortKey::Name => text(&image.name),
        SortKey::Status => image.status.as_str().into(),
        SortKey::ContainerFormat => text(&image.container_format),
        SortKey::DiskFormat => text(&image.disk_format),
        SortKey::Size => image.data.size.unwrap_or(0).into(),
        SortKey::Id => Arg::from(&image.id),
        SortKey::CreatedAt => image.created_at.into(),
        SortKey::UpdatedAt => image.updated_at.into(),
        SortKey::Owner => text(&image.owner),
    }
}
