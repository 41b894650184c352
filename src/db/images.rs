//! Images, as rows.

use chrono::{DateTime, Utc};

use super::row::{PACKED, unpack};
use super::sql::Arg;
use super::{Session, Sql};
use crate::Result;
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::status::Status;

/// Rows that one statement inserts; both databases bound the arguments of a statement.
const ROWS: usize = 500;

/// The table of images with its columns, in the order of [`image_row`].
pub(super) const IMAGES: &str = "images (id, name, status, visibility, owner, protected, os_hidden, \
     min_ram, min_disk, disk_format, container_format, size, virtual_size, checksum, os_hash_algo, \
     os_hash_value, created_at, updated_at)";

/// An image, and whether it is shared with whoever asked.
#[derive(Debug)]
pub struct Found {
    /// The image.
    pub image: Image,
    /// Whether a member record names the project that asks, whatever it has made of it.
    pub shared: bool,
}

impl Session {
    /// The image with this id, as `project` finds it. One statement.
    pub async fn image(&mut self, id: &str, project: Option<&str>) -> Result<Option<Found>> {
        first(self.one(image_by_id(id, project)).await?)
    }

    /// The same, and nobody changes it before this session commits. It is read once it is held:
    /// PostgreSQL gives a statement that had to wait the row as it is then, but what hangs on it as it
    /// was when the statement began.
    pub async fn hold_image(&mut self, id: &str, project: Option<&str>) -> Result<Option<Found>> {
        self.hold_first("images", id).await?;
        first(self.one(image_by_id(id, project)).await?)
    }

    /// The image with this id even if it was deleted, as far as it is still known.
    pub async fn image_ever(&mut self, id: &str, project: Option<&str>) -> Result<Option<Found>> {
        let sql = packed(Sql::new("SELECT "), project).then(" FROM images i WHERE i.id = ");
        first(self.one(sql.bind(id)).await?)
    }

    /// Adds an image, at the commit; that fails as a duplicate if the id is or was another's.
    pub fn insert_image(&mut self, image: &Image) {
        let sql = Sql::new("INSERT INTO ").then(IMAGES).then(" VALUES ");
        self.queue(sql.row(image_row(image)));
        let properties = image.properties.iter().zip(0i64..);
        let properties = properties
            .map(|((name, value), place)| [id(image), name.into(), value.into(), place.into()]);
        let into = "INSERT INTO image_properties (image_id, name, value, position) VALUES ";
        self.queue_rows(into, &properties.collect::<Vec<_>>());
        self.insert_tags(image, image.tags.iter());
    }

    /// Makes the rows of an image say what `image` says, at the commit, given that they say what
    /// `before` says.
    pub fn update_image(&mut self, before: &Image, image: &Image) {
        let sql = Sql::new("UPDATE images SET name = ")
            .bind(&image.name)
            .then(", visibility = ")
            .bind(image.visibility.word())
            .then(", owner = ")
            .bind(&image.owner)
            .then(", protected = ")
            .bind(image.protected)
            .then(", os_hidden = ")
            .bind(image.os_hidden)
            .then(", min_ram = ")
            .bind(image.min_ram)
            .then(", min_disk = ")
            .bind(image.min_disk)
            .then(", disk_format = ")
            .bind(&image.disk_format)
            .then(", container_format = ")
            .bind(&image.container_format)
            .then(", updated_at = ")
            .bind(image.updated_at)
            .then(" WHERE id = ")
            .bind(&image.id);
        self.queue(sql);
        self.update_properties(before, image);
        self.update_tags(before, image);
    }

    fn update_properties(&mut self, before: &Image, image: &Image) {
        for name in before.properties.keys() {
            if !image.properties.contains_key(name) {
                let sql =
                    Sql::new("DELETE FROM image_properties WHERE image_id = $1 AND name = $2");
                self.queue(sql.with(&image.id).with(name));
            }
        }
        for (name, value) in &image.properties {
            let sql = match before.properties.get(name) {
                Some(old) if old == value => continue,
                Some(_) => Sql::new(
                    "UPDATE image_properties SET value = $3 WHERE image_id = $1 AND name = $2",
                ),
                // At the end, behind those that are there.
                None => Sql::new(
                    "INSERT INTO image_properties (image_id, name, value, position) \
                     SELECT $1, $2, $3, coalesce(max(position), -1) + 1 \
                     FROM image_properties WHERE image_id = $1",
                ),
            };
            self.queue(sql.with(&image.id).with(name).with(value));
        }
    }

    fn update_tags(&mut self, before: &Image, image: &Image) {
        for tag in &before.tags {
            if !image.tags.contains(tag) {
                let sql = Sql::new("DELETE FROM image_tags WHERE image_id = $1 AND tag = $2");
                self.queue(sql.with(&image.id).with(tag));
            }
        }
        let added = image.tags.iter().filter(|it| !before.tags.contains(it));
        self.insert_tags(image, added);
    }

    fn insert_tags<'a>(&mut self, image: &Image, tags: impl Iterator<Item = &'a String>) {
        let rows: Vec<_> = tags.map(|tag| [id(image), tag.into()]).collect();
        self.queue_rows("INSERT INTO image_tags (image_id, tag) VALUES ", &rows);
    }

    fn queue_rows<const N: usize>(&mut self, into: &str, rows: &[[Arg; N]]) {
        for some in rows.chunks(ROWS) {
            let mut sql = Sql::new(into);
            for (place, row) in some.iter().enumerate() {
                sql = sql.then(if place > 0 { ", " } else { "" }).row(row.clone());
            }
            self.queue(sql);
        }
    }

    /// Moves an image from one state to another; `false` if it was no longer in the first.
    pub async fn advance_image(
        &mut self,
        id: &str,
        from: Status,
        to: Status,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE images SET status = ")
            .bind(to.word())
            .then(", updated_at = ")
            .bind(at)
            .then(" WHERE id = ")
            .bind(id)
            .then(" AND status = ")
            .bind(from.word())
            .then(" RETURNING id");
        let moved: Option<(String,)> = self.one(sql).await?;
        Ok(moved.is_some())
    }

    /// Records what is known of an image's bytes, at the commit.
    pub fn record_data(&mut self, id: &str, data: &Data) {
        let sql = Sql::new("UPDATE images SET size = ")
            .bind(data.size)
            .then(", virtual_size = ")
            .bind(data.virtual_size)
            .then(", checksum = ")
            .bind(&data.checksum)
            .then(", os_hash_algo = ")
            .bind(&data.os_hash_algo)
            .then(", os_hash_value = ")
            .bind(&data.os_hash_value)
            .then(" WHERE id = ")
            .bind(id);
        self.queue(sql);
    }

    /// Records where an image's bytes are, besides where they are already, at the commit.
    pub fn insert_location(&mut self, id: &str, location: &Location) {
        let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
        let sql = Sql::new(
            "INSERT INTO image_locations (image_id, position, url, metadata) \
             SELECT $1, coalesce(max(position), -1) + 1, $2, $3 FROM image_locations WHERE image_id = $1",
        );
        self.queue(sql.with(id).with(&location.url).with(metadata));
    }

    /// Makes these the places of an image's bytes, in this order, at the commit.
    pub fn replace_locations(&mut self, id: &str, locations: &[Location]) {
        let sql = Sql::new("DELETE FROM image_locations WHERE image_id = ");
        self.queue(sql.bind(id));
        for location in locations {
            self.insert_location(id, location);
        }
    }

    /// Forgets that bytes of an image are at this place, at the commit. Two stores may have the same
    /// URLs; what is said beside tells them apart, with or without blanks in its JSON.
    pub fn remove_location(&mut self, id: &str, location: &Location) {
        let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
        let sql = Sql::new(
            "DELETE FROM image_locations WHERE image_id = $1 AND url = $2 \
             AND replace(metadata, ' ', '') = replace($3, ' ', '')",
        );
        self.queue(sql.with(id).with(&location.url).with(metadata));
    }

    /// Marks an image as deleted and removes all that hangs on it, at the commit. Its id stays taken.
    pub fn delete_image(&mut self, id: &str, at: DateTime<Utc>) {
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
                .then(table)
                .then(" WHERE image_id = ");
            self.queue(sql.bind(id));
        }
        let sql = Sql::new("UPDATE images SET status = 'deleted', updated_at = ")
            .bind(at)
            .then(" WHERE id = ")
            .bind(id);
        self.queue(sql);
    }

    /// How many images there are, or were.
    pub async fn images_ever(&mut self) -> Result<usize> {
        let counted: Option<(i64,)> = self.one(Sql::new("SELECT count(*) FROM images")).await?;
        Ok(counted.map_or(0, |(it,)| usize::try_from(it).unwrap_or(0)))
    }

    /// The images that lack a hash, of those whose bytes are at a URL that begins like this.
    pub async fn images_unhashed(&mut self, beginning: &str) -> Result<Vec<String>> {
        let sql = Sql::new(
            "SELECT DISTINCT id FROM images JOIN image_locations ON image_id = id \
             WHERE (checksum IS NULL OR os_hash_value IS NULL) AND status <> 'deleted' \
             AND substr(url, 1, length($1)) = $1",
        );
        let rows: Vec<(String,)> = self.all(sql.with(beginning)).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The bytes that a project's images hold together: size times places, as Glance counts.
    pub async fn bytes_of(&mut self, owner: Option<&str>) -> Result<i64> {
        // The cast makes PostgreSQL's sum, a numeric, the number that SQLite's is.
        let sql = Sql::new(
            "SELECT CAST(coalesce(sum(i.size), 0) AS BIGINT) FROM images i \
             JOIN image_locations l ON l.image_id = i.id \
             WHERE i.status NOT IN ('killed', 'deleted', 'pending_delete') AND i.owner = ",
        );
        let sum: Option<(i64,)> = self.one(sql.bind(owner)).await?;
        Ok(sum.map_or(0, |(it,)| it))
    }
}

/// What the row of an image has, besides what hangs on it.
pub(super) fn image_row(image: &Image) -> Vec<Arg> {
    let data = &image.data;
    vec![
        Arg::from(&image.id),
        Arg::from(&image.name),
        image.status.word().into(),
        image.visibility.word().into(),
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
    ]
}

fn id(image: &Image) -> Arg {
    Arg::from(&image.id)
}

/// Images as texts; with whether they are shared with this project.
pub(super) fn packed(sql: Sql, project: Option<&str>) -> Sql {
    let [before, after] = PACKED;
    let sql = sql.then(before);
    let sql = match project {
        Some(project) => sql
            .then(
                "EXISTS (SELECT 1 FROM image_members m WHERE m.image_id = i.id \
                 AND NOT m.removed AND m.member = ",
            )
            .bind(project)
            .then(")"),
        None => sql.then("FALSE"),
    };
    sql.then(after)
}

fn image_by_id(id: &str, project: Option<&str>) -> Sql {
    packed(Sql::new("SELECT "), project)
        .then(" FROM images i WHERE i.status <> 'deleted' AND i.id = ")
        .bind(id)
}

fn first(row: Option<(String,)>) -> Result<Option<Found>> {
    match row {
        Some((text,)) => Ok(unpack(&text)?.into_iter().next()),
        None => Ok(None),
    }
}
