//! Images as rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::read_cache::ChangedImages;
use super::row::{FoundImage, PACKED, unpack_first};
use super::sql::Arg;
use super::{Session, Sql};
use crate::Result;
use crate::domain::fault::DataAccess;
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::status::Status;

/// The number of rows that one statement inserts; both databases limit the arguments of a statement.
const ROWS_PER_INSERT: usize = 500;

/// The table of images and its columns, in the order of [`image_values`].
pub(super) const IMAGES: &str = "images (id, name, status, visibility, owner, protected, os_hidden, \
     min_ram, min_disk, disk_format, container_format, size, virtual_size, checksum, os_hash_algo, \
     os_hash_value, created_at, updated_at, region)";

impl Session {
    /// Returns the image with this id, and if it is shared with `project`. One statement.
    pub async fn image(&mut self, id: &str, project: Option<&str>) -> Result<Option<FoundImage>> {
        let sql = self.image_by_id(id, project);
        unpack_first(self.one(sql).await?)
    }

    /// Locks the image with this id until the commit and returns it.
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn lock_image(&mut self, id: &str) -> Result<Option<FoundImage>> {
        self.lock_image_for(id, None, |_| true).await
    }

    /// Locks the image with this id until the commit and returns it, and if it is shared with `project`. Nobody
    /// else can change it then, so that it is taken from memory, as [`Db::find_image`] does.
    ///
    /// The lock comes first: in PostgreSQL a statement that waits for a row sees the new row, but the
    /// tags, properties and locations as they were when the statement began.
    ///
    /// # Errors
    /// Fails if the statement does.
    pub async fn lock_image_for(
        &mut self,
        id: &str,
        project: Option<&str>,
        suffices: impl Fn(&Image) -> bool,
    ) -> Result<Option<FoundImage>> {
        if let Some(image) = self.kept_image(id).filter(|image| suffices(image)) {
            let image = Arc::unwrap_or_clone(image);
            let shared = false;
            return Ok(Some(FoundImage { image, shared }));
        }
        if !self.lock_row("images", id).await? {
            return Ok(None);
        }
        let sql = self.image_by_id(id, project);
        unpack_first(self.one(sql).await?)
    }

    /// Returns an image from memory to a session that writes, as long as it has changed none.
    fn kept_image(&self, id: &str) -> Option<Arc<Image>> {
        let untouched = matches!(self.changed_images, ChangedImages::None);
        let cache = self.read_cache.as_ref();
        let cache = cache.filter(|_| self.access == DataAccess::Write && untouched)?;
        cache.get(id, self.region.as_ref())
    }

    /// Returns the image with this id even if it was deleted, as far as its row says.
    pub async fn image_including_deleted(
        &mut self,
        id: &str,
        project: Option<&str>,
    ) -> Result<Option<FoundImage<Arc<Image>>>> {
        let sql = packed(Sql::new("SELECT "), project).push(" FROM images i WHERE i.id = ");
        let found = unpack_first(self.one(sql.push_bind(id)).await?)?;
        Ok(found.map(|found| FoundImage {
            image: Arc::new(found.image),
            shared: found.shared,
        }))
    }

    /// Returns whether an image has or had this id, in whatever case.
    pub async fn is_id_taken(&mut self, id: &str) -> Result<bool> {
        let sql = Sql::new("SELECT id FROM images WHERE lower(id) = lower(");
        let found: Option<(String,)> = self.one(sql.push_bind(id).push(") LIMIT 1")).await?;
        Ok(found.is_some())
    }

    /// Adds an image at the commit, which fails as a duplicate if the id is or was another image's, in
    /// whatever case.
    pub fn insert_image(&mut self, image: &Image) {
        self.changes_image(&image.id);
        let sql = Sql::new("INSERT INTO ").push(IMAGES).push(" VALUES ");
        self.queue(sql.push_tuple(image_values(image, self.region_of_new())));
        let properties = image.properties.iter().zip(0i64..);
        let properties = properties.map(|((name, value), position)| {
            [id(image), name.into(), value.into(), position.into()]
        });
        let into = "INSERT INTO image_properties (image_id, name, value, position) VALUES ";
        self.queue_rows(into, &properties.collect::<Vec<_>>());
        self.insert_tags(image, image.tags.iter());
    }

    /// Updates the rows of an image from `before` to `image` at the commit.
    pub fn update_image(&mut self, before: &Image, image: &Image) {
        self.changes_image(&image.id);
        let mut sql = Sql::new("UPDATE images SET updated_at = ").push_bind(image.updated_at);
        // SQLite rewrites the entries of each index of which a column is set, also to the same value.
        for (old, (column, new)) in columns(before).into_iter().zip(columns(image)) {
            if old.1 != new {
                sql = sql.push(", ").push(column).push(" = ").push_bind(new);
            }
        }
        let sql = sql.push(" WHERE id = ").push_bind(&image.id);
        self.queue(sql);
        self.update_properties(before, image);
        self.update_tags(before, image);
    }

    fn update_properties(&mut self, before: &Image, image: &Image) {
        for name in before.properties.keys() {
            if !image.properties.contains_key(name) {
                let sql =
                    Sql::new("DELETE FROM image_properties WHERE image_id = $1 AND name = $2");
                self.queue(sql.bind(&image.id).bind(name));
            }
        }
        for (name, value) in &image.properties {
            let sql = match before.properties.get(name) {
                Some(old) if old == value => continue,
                Some(_) => Sql::new(
                    "UPDATE image_properties SET value = $3 WHERE image_id = $1 AND name = $2",
                ),
                // Behind the properties that are there.
                None => Sql::new(
                    "INSERT INTO image_properties (image_id, name, value, position) \
                     SELECT $1, $2, $3, coalesce(max(position), -1) + 1 \
                     FROM image_properties WHERE image_id = $1",
                ),
            };
            self.queue(sql.bind(&image.id).bind(name).bind(value));
        }
    }

    fn update_tags(&mut self, before: &Image, image: &Image) {
        for tag in &before.tags {
            if !image.tags.contains(tag) {
                let sql = Sql::new("DELETE FROM image_tags WHERE image_id = $1 AND tag = $2");
                self.queue(sql.bind(&image.id).bind(tag));
            }
        }
        let added = image.tags.iter().filter(|tag| !before.tags.contains(tag));
        self.insert_tags(image, added);
    }

    fn insert_tags<'a>(&mut self, image: &Image, tags: impl Iterator<Item = &'a String>) {
        let rows: Vec<_> = tags.map(|tag| [id(image), tag.into()]).collect();
        self.queue_rows("INSERT INTO image_tags (image_id, tag) VALUES ", &rows);
    }

    fn queue_rows<const N: usize>(&mut self, into: &str, rows: &[[Arg; N]]) {
        for chunk in rows.chunks(ROWS_PER_INSERT) {
            let mut sql = Sql::new(into);
            for (index, row) in chunk.iter().enumerate() {
                sql = sql
                    .push(if index > 0 { ", " } else { "" })
                    .push_tuple(row.clone());
            }
            self.queue(sql);
        }
    }

    /// Changes the status of an image; returns `false` if it no longer has the status `from`.
    pub async fn transition_status(
        &mut self,
        id: &str,
        from: Status,
        to: Status,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        self.changes_image(id);
        let sql = Sql::new("UPDATE images SET status = ")
            .push_bind(to.as_str())
            .push(", updated_at = ")
            .push_bind(at)
            .push(" WHERE id = ")
            .push_bind(id)
            .push(" AND status = ")
            .push_bind(from.as_str())
            .push(" RETURNING id");
        let updated: Option<(String,)> = self.one(sql).await?;
        Ok(updated.is_some())
    }

    /// Updates the size, checksum and hash of an image at the commit.
    pub fn record_data(&mut self, id: &str, data: &Data) {
        self.changes_image(id);
        let sql = Sql::new("UPDATE images SET size = ")
            .push_bind(data.size)
            .push(", virtual_size = ")
            .push_bind(data.virtual_size)
            .push(", checksum = ")
            .push_bind(&data.checksum)
            .push(", os_hash_algo = ")
            .push_bind(&data.os_hash_algo)
            .push(", os_hash_value = ")
            .push_bind(&data.os_hash_value)
            .push(" WHERE id = ")
            .push_bind(id);
        self.queue(sql);
    }

    /// Adds a location to an image at the commit, behind those that it has.
    pub fn insert_location(&mut self, id: &str, location: &Location) {
        self.changes_locations(id);
        let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
        let sql = Sql::new(
            "INSERT INTO image_locations (image_id, position, url, metadata) \
             SELECT $1, coalesce(max(position), -1) + 1, $2, $3 FROM image_locations WHERE image_id = $1",
        );
        self.queue(sql.bind(id).bind(&location.url).bind(metadata));
    }

    /// Replaces all locations of an image at the commit, in this order.
    pub fn replace_locations(&mut self, id: &str, locations: &[Location]) {
        self.changes_locations(id);
        let sql = Sql::new("DELETE FROM image_locations WHERE image_id = ");
        self.queue(sql.push_bind(id));
        for location in locations {
            self.insert_location(id, location);
        }
    }

    /// Removes a location of an image at the commit. Two stores may have the same URL: the metadata tells
    /// them apart, with or without blanks in its JSON.
    pub fn remove_location(&mut self, id: &str, location: &Location) {
        self.changes_locations(id);
        let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
        let sql = Sql::new(
            "DELETE FROM image_locations WHERE image_id = $1 AND url = $2 \
             AND replace(metadata, ' ', '') = replace($3, ' ', '')",
        );
        self.queue(sql.bind(id).bind(&location.url).bind(metadata));
    }

    /// Marks an image as deleted and removes all rows that refer to it at the commit. Its id stays in use.
    pub fn delete_image(&mut self, id: &str, at: DateTime<Utc>) {
        self.changes_image(id);
        for table in [
            "image_properties",
            "image_tags",
            "image_members",
            "image_locations",
            "uploads",
            "cached_images",
            "cache_queue",
        ] {
            let sql = Sql::new("DELETE FROM ")
                .push(table)
                .push(" WHERE image_id = ");
            self.queue(sql.push_bind(id));
        }
        let sql = Sql::new("UPDATE images SET status = 'deleted', updated_at = ")
            .push_bind(at)
            .push(" WHERE id = ")
            .push_bind(id);
        self.queue(sql);
    }

    fn image_by_id(&self, id: &str, project: Option<&str>) -> Sql {
        let sql = packed(Sql::new("SELECT "), project)
            .push(" FROM images i WHERE i.status <> 'deleted' AND i.id = ")
            .push_bind(id);
        self.push_region(sql, "i.region")
    }

    /// Counts all images, deleted ones too.
    pub async fn count_images_including_deleted(&mut self) -> Result<usize> {
        let counted: Option<(i64,)> = self.one(Sql::new("SELECT count(*) FROM images")).await?;
        Ok(counted.map_or(0, |(count,)| usize::try_from(count).unwrap_or(0)))
    }

    /// Returns the images without a checksum or hash that have a location whose URL begins with `prefix`.
    pub async fn images_without_hash(&mut self, prefix: &str) -> Result<Vec<String>> {
        let sql = Sql::new(
            "SELECT DISTINCT id FROM images JOIN image_locations ON image_id = id \
             WHERE (checksum IS NULL OR os_hash_value IS NULL) AND status <> 'deleted' \
             AND substr(url, 1, length($1)) = $1",
        );
        let rows: Vec<(String,)> = self.all(sql.bind(prefix)).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Returns the bytes that the images of a project use: size times locations, as Glance counts.
    pub async fn bytes_owned_by(&mut self, owner: Option<&str>) -> Result<i64> {
        // The cast makes PostgreSQL's sum, a numeric, the number that SQLite's is.
        let sql = Sql::new(
            "SELECT CAST(coalesce(sum(i.size), 0) AS BIGINT) FROM images i \
             JOIN image_locations l ON l.image_id = i.id \
             WHERE i.status NOT IN ('killed', 'deleted', 'pending_delete') AND i.owner = ",
        );
        let sql = self.push_region(sql.push_bind(owner), "i.region");
        let sum: Option<(i64,)> = self.one(sql).await?;
        Ok(sum.map_or(0, |(bytes,)| bytes))
    }
}

/// Returns the values of the row of an image, in the order of [`IMAGES`].
pub(super) fn image_values(image: &Image, region: Arg) -> Vec<Arg> {
    let data = &image.data;
    vec![
        Arg::from(&image.id),
        Arg::from(&image.name),
        image.status.as_str().into(),
        image.visibility.as_str().into(),
        Arg::from(&image.owner),
        image.protected.into(),
        image.os_hidden.into(),
        image.min_ram.into(),
        image.min_disk.into(),
        Arg::from(&image.disk_format),
        Arg::from(&image.container_format),
        data.size.into(),
        data.virtual_size.into(),
        Arg::from(&data.checksum),
        Arg::from(&data.os_hash_algo),
        Arg::from(&data.os_hash_value),
        image.created_at.into(),
        image.updated_at.into(),
        region,
    ]
}

fn id(image: &Image) -> Arg {
    Arg::from(&image.id)
}

/// Returns the columns that a change of an image may set, besides the time of the change, with their values.
fn columns(image: &Image) -> [(&'static str, Arg); 9] {
    [
        ("name", Arg::from(&image.name)),
        ("visibility", image.visibility.as_str().into()),
        ("owner", Arg::from(&image.owner)),
        ("protected", image.protected.into()),
        ("os_hidden", image.os_hidden.into()),
        ("min_ram", image.min_ram.into()),
        ("min_disk", image.min_disk.into()),
        ("disk_format", Arg::from(&image.disk_format)),
        ("container_format", Arg::from(&image.container_format)),
    ]
}

/// Appends the expression that packs an image `i` into a text, with a flag if it is shared with this project.
pub(super) fn packed(sql: Sql, project: Option<&str>) -> Sql {
    let [before, after] = PACKED;
    is_shared_with(sql.push(before), project).push(after)
}

/// Appends the condition for an image `i` to be shared with this project.
pub(super) fn is_shared_with(sql: Sql, project: Option<&str>) -> Sql {
    match project {
        Some(project) => sql
            .push(
                "EXISTS (SELECT 1 FROM image_members m WHERE m.image_id = i.id \
                 AND NOT m.removed AND m.member = ",
            )
            .push_bind(project)
            .push(")"),
        None => sql.push("FALSE"),
    }
}
