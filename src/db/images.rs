//! Images, as rows.

use chrono::{DateTime, Utc};

use super::row::{COLUMNS, ImageRow};
use super::sql::Arg;
use super::{Session, Sql};
use crate::domain::image::{Data, Image};
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::{Error, Result};

/// Rows that one statement inserts; both databases bound the arguments of a statement.
const ROWS: usize = 500;

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
        let row = self.one::<ImageRow>(image_by_id(id, project)).await?;
        row.map(Found::try_from).transpose()
    }

    /// The same, and nobody changes it before this session commits.
    pub async fn hold_image(&mut self, id: &str, project: Option<&str>) -> Result<Option<Found>> {
        let row = self.hold::<ImageRow>(image_by_id(id, project), "i").await?;
        row.map(Found::try_from).transpose()
    }

    /// The image with this id even if it was deleted, as far as it is still known.
    pub async fn image_ever(&mut self, id: &str, project: Option<&str>) -> Result<Option<Found>> {
        let sql = select(project).then(" WHERE i.id = ").bind(id);
        self.one::<ImageRow>(sql)
            .await?
            .map(Found::try_from)
            .transpose()
    }

    /// Adds an image. An id that is or was another's is refused.
    pub async fn insert_image(&mut self, image: &Image) -> Result<()> {
        let args = [
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
            image.created_at.into(),
            image.updated_at.into(),
        ];
        let sql = Sql::new(
            "INSERT INTO images (id, name, status, visibility, owner, protected, os_hidden, \
             min_ram, min_disk, disk_format, container_format, created_at, updated_at) VALUES ",
        );
        match self.run(sql.row(args)).await.map_err(Error::from) {
            Err(error) if error.is_duplicate() => return Err(Error::ImageExists(image.id.clone())),
            done => done?,
        }
        let properties = image.properties.iter().zip(0i64..);
        let properties = properties
            .map(|((name, value), place)| [id(image), name.into(), value.into(), place.into()]);
        let into = "INSERT INTO image_properties (image_id, name, value, position) VALUES ";
        self.insert_rows(into, properties.collect()).await?;
        self.insert_tags(image, &image.tags).await
    }

    /// Makes the rows of an image say what `image` says, given that they say what `before` says.
    pub async fn update_image(&mut self, before: &Image, image: &Image) -> Result<()> {
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
        self.run(sql).await?;
        self.update_properties(before, image).await?;
        self.update_tags(before, image).await
    }

    async fn update_properties(&mut self, before: &Image, image: &Image) -> Result<()> {
        for name in before.properties.keys() {
            if !image.properties.contains_key(name) {
                let sql =
                    Sql::new("DELETE FROM image_properties WHERE image_id = $1 AND name = $2");
                self.run(sql.with(&image.id).with(name)).await?;
            }
        }
        let mut added = Vec::new();
        for (name, value) in &image.properties {
            match before.properties.get(name) {
                Some(old) if old == value => {}
                Some(_) => {
                    let sql = Sql::new(
                        "UPDATE image_properties SET value = $1 WHERE image_id = $2 AND name = $3",
                    );
                    self.run(sql.with(value).with(&image.id).with(name)).await?;
                }
                None => added.push((name, value)),
            }
        }
        if added.is_empty() {
            return Ok(());
        }
        let sql = Sql::new(
            "SELECT coalesce(max(position), -1) + 1 FROM image_properties WHERE image_id = ",
        );
        let next: Option<(i64,)> = self.one(sql.bind(&image.id)).await?;
        let places = next.map_or(0, |(it,)| it)..;
        let rows = added
            .into_iter()
            .zip(places)
            .map(|((name, value), place)| [id(image), name.into(), value.into(), place.into()]);
        let into = "INSERT INTO image_properties (image_id, name, value, position) VALUES ";
        self.insert_rows(into, rows.collect()).await
    }

    async fn update_tags(&mut self, before: &Image, image: &Image) -> Result<()> {
        for tag in &before.tags {
            if !image.tags.contains(tag) {
                let sql = Sql::new("DELETE FROM image_tags WHERE image_id = $1 AND tag = $2");
                self.run(sql.with(&image.id).with(tag)).await?;
            }
        }
        let added = image.tags.iter().filter(|it| !before.tags.contains(it));
        let added: Vec<String> = added.cloned().collect();
        self.insert_tags(image, &added).await
    }

    async fn insert_tags(&mut self, image: &Image, tags: &[String]) -> Result<()> {
        let rows = tags.iter().map(|tag| [id(image), tag.into()]).collect();
        self.insert_rows("INSERT INTO image_tags (image_id, tag) VALUES ", rows)
            .await
    }

    async fn insert_rows<const N: usize>(&mut self, into: &str, rows: Vec<[Arg; N]>) -> Result<()> {
        for some in rows.chunks(ROWS) {
            let mut sql = Sql::new(into);
            for (place, row) in some.iter().enumerate() {
                sql = sql.then(if place > 0 { ", " } else { "" }).row(row.clone());
            }
            self.run(sql).await?;
        }
        Ok(())
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

    /// Records what is known of an image's bytes.
    pub async fn record_data(&mut self, id: &str, data: &Data) -> Result<()> {
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
        Ok(self.run(sql).await?)
    }

    /// Records where an image's bytes are, besides where they are already.
    pub async fn insert_location(&mut self, id: &str, location: &Location) -> Result<()> {
        let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
        let sql = Sql::new(
            "INSERT INTO image_locations (image_id, position, url, metadata) \
             SELECT $1, coalesce(max(position), -1) + 1, $2, $3 FROM image_locations WHERE image_id = $1",
        );
        Ok(self
            .run(sql.with(id).with(&location.url).with(metadata))
            .await?)
    }

    /// Marks an image as deleted and removes all that hangs on it. Its id stays taken.
    pub async fn delete_image(&mut self, id: &str, at: DateTime<Utc>) -> Result<()> {
        for table in [
            "image_properties",
            "image_tags",
            "image_members",
            "image_locations",
            "uploads",
        ] {
            let sql = Sql::new("DELETE FROM ")
                .then(table)
                .then(" WHERE image_id = ");
            self.run(sql.bind(id)).await?;
        }
        let sql = Sql::new("UPDATE images SET status = 'deleted', updated_at = ")
            .bind(at)
            .then(" WHERE id = ")
            .bind(id);
        Ok(self.run(sql).await?)
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

fn id(image: &Image) -> Arg {
    Arg::from(&image.id)
}

/// All columns of images; with whether they are shared with this project.
pub(super) fn select(project: Option<&str>) -> Sql {
    let sql = Sql::new("SELECT ").then(COLUMNS);
    match project {
        Some(project) => sql
            .then(
                ", EXISTS (SELECT 1 FROM image_members m WHERE m.image_id = i.id \
                 AND NOT m.removed AND m.member = ",
            )
            .bind(project)
            .then(") AS shared FROM images i"),
        None => sql.then(", FALSE AS shared FROM images i"),
    }
}

fn image_by_id(id: &str, project: Option<&str>) -> Sql {
    select(project)
        .then(" WHERE i.status <> 'deleted' AND i.id = ")
        .bind(id)
}
