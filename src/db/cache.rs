//! The image cache, as rows: what each node has a copy of, and what it is to copy.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// A copy that a node has.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Cached {
    /// The how-manieth of its node it is.
    pub number: i64,
    /// The image.
    pub image_id: String,
    /// Its bytes.
    pub size: i64,
    /// How often it was read.
    pub hits: i64,
    /// When it last was.
    pub last_accessed: DateTime<Utc>,
    /// When it was made.
    pub last_modified: DateTime<Utc>,
}

impl Session {
    /// Records a copy, in place of an older one of the same image.
    pub async fn insert_cached(
        &mut self,
        node: &str,
        image: &str,
        size: i64,
        checksum: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.forget_cached(node, image).await?;
        let sql = Sql::new(
            "INSERT INTO cached_images \
             (node, image_id, number, size, hits, checksum, last_accessed, last_modified) \
             SELECT $1, $2, coalesce(max(number), 0) + 1, $3, 0, $4, $5, $5 \
             FROM cached_images WHERE node = $1",
        );
        let sql = sql.with(node).with(image).with(size).with(checksum);
        Ok(self.run(sql.with(at)).await?)
    }

    /// Counts a reading of a copy; `false` if there is none of this size and checksum.
    pub async fn hit_cached(
        &mut self,
        node: &str,
        image: &str,
        size: i64,
        checksum: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE cached_images SET hits = hits + 1, last_accessed = ")
            .bind(at)
            .then(" WHERE node = ")
            .bind(node)
            .then(" AND image_id = ")
            .bind(image)
            .then(" AND size = ")
            .bind(size)
            .then(" AND coalesce(checksum, '') = ")
            .bind(checksum.unwrap_or_default())
            .then(" RETURNING image_id");
        let hit: Option<(String,)> = self.one(sql).await?;
        Ok(hit.is_some())
    }

    /// The copies of a node, in the order in which they were made.
    pub async fn cached(&mut self, node: &str) -> Result<Vec<Cached>> {
        let sql = Sql::new(
            "SELECT number, image_id, size, hits, last_accessed, last_modified \
             FROM cached_images WHERE node = $1 ORDER BY number, image_id",
        );
        Ok(self.all(sql.with(node)).await?)
    }

    /// Whether a node has a copy with this checksum.
    pub async fn is_cached(
        &mut self,
        node: &str,
        image: &str,
        checksum: Option<&str>,
    ) -> Result<bool> {
        let sql = Sql::new("SELECT image_id FROM cached_images WHERE node = ")
            .bind(node)
            .then(" AND image_id = ")
            .bind(image)
            .then(" AND coalesce(checksum, '') = ")
            .bind(checksum.unwrap_or_default());
        let found: Option<(String,)> = self.one(sql).await?;
        Ok(found.is_some())
    }

    /// The nodes that have a copy of an image.
    pub async fn nodes_with(&mut self, image: &str) -> Result<Vec<String>> {
        let sql = Sql::new(
            "SELECT node FROM cached_images WHERE image_id = $1 ORDER BY last_modified, node",
        );
        let nodes: Vec<(String,)> = self.all(sql.with(image)).await?;
        Ok(nodes.into_iter().map(|(it,)| it).collect())
    }

    /// Forgets a copy; `false` if it was not known.
    pub async fn forget_cached(&mut self, node: &str, image: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM cached_images WHERE node = $1 AND image_id = $2 RETURNING image_id",
        );
        let gone: Option<(String,)> = self.one(sql.with(node).with(image)).await?;
        Ok(gone.is_some())
    }

    /// Forgets all copies of a node, and tells of which images they were.
    pub async fn forget_all_cached(&mut self, node: &str) -> Result<Vec<String>> {
        let sql = Sql::new("DELETE FROM cached_images WHERE node = $1 RETURNING image_id");
        let gone: Vec<(String,)> = self.all(sql.with(node)).await?;
        Ok(gone.into_iter().map(|(it,)| it).collect())
    }

    /// The copy that a node has not used for longest, if all of them have more than `most` bytes
    /// together: the image, and its bytes.
    pub async fn least_used(&mut self, node: &str, most: i64) -> Result<Option<(String, i64)>> {
        let sql = Sql::new("SELECT image_id, size FROM cached_images WHERE node = ")
            .bind(node)
            .then(" AND (SELECT sum(size) FROM cached_images WHERE node = ")
            .bind(node)
            .then(") > ")
            .bind(most)
            .then(" ORDER BY last_accessed, number")
            .limit(1);
        Ok(self.one(sql).await?)
    }

    /// Queues an image for a node; whether it is to be copied at once, if only one of those who
    /// queued it said so.
    pub async fn insert_queued(
        &mut self,
        node: &str,
        image: &str,
        at_once: bool,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO cache_queue (node, image_id, at_once, queued_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (node, image_id) DO UPDATE \
             SET at_once = (cache_queue.at_once OR excluded.at_once)",
        );
        let sql = sql.with(node).with(image).with(at_once);
        Ok(self.run(sql.with(at)).await?)
    }

    /// What is queued for a node, the first first; only what is to be copied at once, or all.
    pub async fn queued(&mut self, node: &str, all: bool) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT image_id FROM cache_queue WHERE node = ").bind(node);
        let sql = if all { sql } else { sql.then(" AND at_once") };
        let rows: Vec<(String,)> = self.all(sql.then(" ORDER BY queued_at, image_id")).await?;
        Ok(rows.into_iter().map(|(it,)| it).collect())
    }

    /// Leaves an image for later.
    pub async fn put_off_queued(&mut self, node: &str, image: &str) -> Result<()> {
        let sql =
            Sql::new("UPDATE cache_queue SET at_once = FALSE WHERE node = $1 AND image_id = $2");
        Ok(self.run(sql.with(node).with(image)).await?)
    }

    /// Takes an image out of a node's queue; `false` if it was not in it.
    pub async fn remove_queued(&mut self, node: &str, image: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM cache_queue WHERE node = $1 AND image_id = $2 RETURNING image_id",
        );
        let gone: Option<(String,)> = self.one(sql.with(node).with(image)).await?;
        Ok(gone.is_some())
    }

    /// The same if the image is cached: somebody may have emptied the cache and queued it anew.
    pub async fn remove_queued_if_cached(&mut self, node: &str, image: &str) -> Result<()> {
        let sql = Sql::new(
            "DELETE FROM cache_queue WHERE node = $1 AND image_id = $2 AND EXISTS \
             (SELECT 1 FROM cached_images WHERE node = $1 AND image_id = $2)",
        );
        Ok(self.run(sql.with(node).with(image)).await?)
    }

    /// Empties a node's queue, and tells how many were in it.
    pub async fn clear_queued(&mut self, node: &str) -> Result<usize> {
        let sql = Sql::new("DELETE FROM cache_queue WHERE node = $1 RETURNING image_id");
        let gone: Vec<(String,)> = self.all(sql.with(node)).await?;
        Ok(gone.len())
    }
}
