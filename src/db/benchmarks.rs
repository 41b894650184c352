//! Parts of the database layer that the benchmarks in `benches/database.rs` measure, each beside its alternative.
//!
//! Only compiled for tests and with the Cargo feature `bench`, which `just bench` sets.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{SqliteConnection, SqlitePool};

use super::images::packed;
use super::row::unpack;
use super::{DatabaseTemplate, Db, Pool, Session, Sql};
use crate::domain::image::{Data, Image, Visibility};
use crate::domain::location::Location;
use crate::domain::status::Status;
use crate::{Error, Result};

/// A database in memory with images of six properties and three tags each.
pub struct ImageBenchmark {
    db: Db,
    template: DatabaseTemplate,
}

impl ImageBenchmark {
    /// Creates a database with `count` images.
    pub async fn create(count: usize) -> Result<Self> {
        let db = Db::in_memory().await.map_err(internal)?;
        let mut session = db.write().await?;
        for number in 0..count {
            session.insert_image(&image(number));
        }
        session.commit().await?;
        let template = db.template().await?;
        let template = template.ok_or_else(|| internal("the database is not in memory"))?;
        Ok(Self { db, template })
    }

    /// Reads all images as the server does: packed into one text by the database. Returns their number.
    pub async fn read_packed(&self) -> Result<usize> {
        let mut session = self.db.read().await?;
        let sql = packed(Sql::new("SELECT string_agg(text, '') FROM (SELECT "), None)
            .push(" AS text FROM images i ORDER BY i.created_at DESC, i.id DESC) page");
        let row: Option<(String,)> = session.one(sql).await?;
        let (text,) = row.ok_or_else(|| internal("no row"))?;
        Ok(unpack(&text)?.len())
    }

    /// Reads all images the usual way: a row an image, a row a tag, and so on. Returns their number.
    pub async fn read_rows(&self) -> Result<usize> {
        let mut session = self.db.read().await?;
        let sql = "SELECT id, name, status, visibility, owner, protected, os_hidden, min_ram, min_disk, \
                   disk_format, container_format, size, virtual_size, checksum, os_hash_algo, os_hash_value, \
                   created_at, updated_at FROM images ORDER BY created_at DESC, id DESC";
        let rows: Vec<ImageRow> = session.all(Sql::new(sql)).await?;
        let mut parts = ImageParts::read(&mut session).await?;
        let images: Vec<Image> = rows.into_iter().map(|row| row.image(&mut parts)).collect();
        Ok(images.len())
    }

    /// Makes a database that holds the same, as a reset of a cloud in memory does.
    pub async fn copy(&self) -> Result<()> {
        Db::from_template(&self.template).await.map_err(internal)?;
        Ok(())
    }
}

/// Creates the image number `number` of a benchmark.
fn image(number: usize) -> Image {
    let at = DateTime::UNIX_EPOCH + Duration::from_secs(number as u64);
    Image {
        id: format!("00000000-0000-4000-8000-{number:012}"),
        name: Some(format!("image-{number}")),
        status: Status::Active,
        visibility: Visibility::Public,
        owner: Some("8d2e1f7ab2c04c7b9b2c8f61a06b6d3c".into()),
        protected: false,
        os_hidden: false,
        min_ram: 512,
        min_disk: 10,
        disk_format: Some("qcow2".into()),
        container_format: Some("bare".into()),
        data: Data {
            size: Some(1_073_741_824),
            virtual_size: Some(2_147_483_648),
            checksum: Some("d41d8cd98f00b204e9800998ecf8427e".into()),
            os_hash_algo: Some("sha512".into()),
            os_hash_value: Some("0123456789abcdef".repeat(8)),
        },
        created_at: at,
        updated_at: at,
        tags: ["linux", "server", "x86_64"].map(String::from).into(),
        properties: (0..6)
            .map(|key| {
                (
                    format!("hw_property_{key}"),
                    format!("value {key} of {number}"),
                )
            })
            .collect(),
        locations: Vec::new(),
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

struct ImageRow {
    id: String,
    name: Option<String>,
    status: Status,
    visibility: Visibility,
    owner: Option<String>,
    protected: bool,
    os_hidden: bool,
    min_ram: i64,
    min_disk: i64,
    disk_format: Option<String>,
    container_format: Option<String>,
    size: Option<i64>,
    virtual_size: Option<i64>,
    checksum: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

super::from_row!(ImageRow {
    id,
    name,
    status: String,
    visibility: String,
    owner,
    protected,
    os_hidden,
    min_ram,
    min_disk,
    disk_format,
    container_format,
    size,
    virtual_size,
    checksum,
    os_hash_algo,
    os_hash_value,
    created_at,
    updated_at,
});

impl ImageRow {
    fn image(self, parts: &mut ImageParts) -> Image {
        Image {
            tags: parts.tags.remove(&self.id).unwrap_or_default(),
            properties: parts
                .properties
                .remove(&self.id)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            locations: parts.locations.remove(&self.id).unwrap_or_default(),
            id: self.id,
            name: self.name,
            status: self.status,
            visibility: self.visibility,
            owner: self.owner,
            protected: self.protected,
            os_hidden: self.os_hidden,
            min_ram: self.min_ram,
            min_disk: self.min_disk,
            disk_format: self.disk_format,
            container_format: self.container_format,
            data: Data {
                size: self.size,
                virtual_size: self.virtual_size,
                checksum: self.checksum,
                os_hash_algo: self.os_hash_algo,
                os_hash_value: self.os_hash_value,
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// The parts of images, by the id of the image.
struct ImageParts {
    tags: HashMap<String, Vec<String>>,
    properties: HashMap<String, Vec<(String, String)>>,
    locations: HashMap<String, Vec<Location>>,
}

impl ImageParts {
    async fn read(session: &mut Session) -> Result<Self> {
        let mut parts = Self {
            tags: HashMap::new(),
            properties: HashMap::new(),
            locations: HashMap::new(),
        };
        let sql = Sql::new("SELECT image_id, tag FROM image_tags");
        for (id, tag) in session.all::<(String, String)>(sql).await? {
            parts.tags.entry(id).or_default().push(tag);
        }
        let sql = "SELECT image_id, name, value FROM image_properties ORDER BY image_id, position";
        for (id, name, value) in session
            .all::<(String, String, String)>(Sql::new(sql))
            .await?
        {
            parts.properties.entry(id).or_default().push((name, value));
        }
        let sql = "SELECT image_id, url, metadata FROM image_locations ORDER BY image_id, position";
        for (id, url, metadata) in session
            .all::<(String, String, String)>(Sql::new(sql))
            .await?
        {
            let metadata = serde_json::from_str(&metadata).map_err(internal)?;
            parts
                .locations
                .entry(id)
                .or_default()
                .push(Location { url, metadata });
        }
        Ok(parts)
    }
}

/// Two pools over the same SQLite file: the server's and the one of sqlx.
pub struct PoolsOfFile {
    ours: Pool<SqliteConnection>,
    sqlx: SqlitePool,
}

impl PoolsOfFile {
    /// Opens both, with up to four connections each.
    pub async fn open(path: &std::path::Path) -> Result<Self> {
        const CONNECTIONS: u32 = 4;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true);
        let patience = Duration::from_secs(15);
        let ours = Pool::new(options.clone(), CONNECTIONS as usize, patience);
        let sqlx = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await?;
        Ok(Self { ours, sqlx })
    }

    /// Runs a statement on a connection of the server's pool.
    pub async fn select_by_ours(&self) -> Result<i64> {
        let mut pooled = self.ours.acquire().await?;
        let connection = pooled.connection()?;
        let number = sqlx::query_scalar("SELECT 1").fetch_one(connection).await?;
        Ok(number)
    }

    /// Runs a statement on a connection of sqlx's pool.
    pub async fn select_by_sqlx(&self) -> Result<i64> {
        let mut connection = self.sqlx.acquire().await?;
        let number = sqlx::query_scalar("SELECT 1")
            .fetch_one(&mut *connection)
            .await?;
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_ways_read_all_images() {
        let images = ImageBenchmark::create(3).await.unwrap();
        assert_eq!(images.read_packed().await.unwrap(), 3);
        assert_eq!(images.read_rows().await.unwrap(), 3);
        images.copy().await.unwrap();
    }

    #[tokio::test]
    async fn both_pools_run_statements() {
        let folder = tempfile::tempdir().unwrap();
        let pools = PoolsOfFile::open(&folder.path().join("pools"))
            .await
            .unwrap();
        assert_eq!(pools.select_by_ours().await.unwrap(), 1);
        assert_eq!(pools.select_by_sqlx().await.unwrap(), 1);
    }
}
