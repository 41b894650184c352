//! The image cache as rows: the images that each node has cached, and those queued to be cached.

use chrono::{DateTime, Utc};

use super::{Session, Sql};
use crate::Result;

/// An image in the cache of a node.
#[derive(Clone, Debug)]
pub struct CachedImage {
    /// Its sequence number on the node.
    pub number: i64,
    /// The image.
    pub image_id: String,
    /// Its size in bytes.
    pub size: i64,
    /// The number of reads.
    pub hits: i64,
    /// The time of the last read.
    pub last_accessed: DateTime<Utc>,
    /// The time when it was cached.
    pub last_modified: DateTime<Utc>,
}

crate::db::from_row!(CachedImage {
    number,
    image_id,
    size,
    hits,
    last_accessed,
    last_modified
});

impl Session {
    /// Records that a node has cached an image (`size` bytes), in place of an older record of the image.
    pub async fn insert_cached(
        &mut self,
        node: &str,
        image: &str,
        size: i64,
        checksum: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        self.remove_cached(node, image).await?;
        let sql = Sql::new(
            "INSERT INTO cached_images \
             (node, image_id, number, size, hits, checksum, last_accessed, last_modified) \
             SELECT $1, $2, coalesce(max(number), 0) + 1, $3, 0, $4, $5, $5 \
             FROM cached_images WHERE node = $1",
        );
        let sql = sql.bind(node).bind(image).bind(size).bind(checksum);
        Ok(self.run(sql.bind(at)).await?)
    }

    /// Counts a read of a cached image; returns `false` if none of this size (bytes) and checksum is cached.
    pub async fn record_cache_hit(
        &mut self,
        node: &str,
        image: &str,
        size: i64,
        checksum: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let sql = Sql::new("UPDATE cached_images SET hits = hits + 1, last_accessed = ")
            .push_bind(at)
            .push(" WHERE node = ")
            .push_bind(node)
            .push(" AND image_id = ")
            .push_bind(image)
            .push(" AND size = ")
            .push_bind(size)
            .push(" AND coalesce(checksum, '') = ")
            .push_bind(checksum.unwrap_or_default())
            .push(" RETURNING image_id");
        let hit: Option<(String,)> = self.one(sql).await?;
        Ok(hit.is_some())
    }

    /// Returns the cached images of a node, in the order in which they were cached.
    pub async fn cached(&mut self, node: &str) -> Result<Vec<CachedImage>> {
        let sql = Sql::new(
            "SELECT number, image_id, size, hits, last_accessed, last_modified \
             FROM cached_images WHERE node = $1 ORDER BY number, image_id",
        );
        Ok(self.all(sql.bind(node)).await?)
    }

    /// Returns `true` if a node has cached an image with this checksum.
    pub async fn is_cached(
        &mut self,
        node: &str,
        image: &str,
        checksum: Option<&str>,
    ) -> Result<bool> {
        let sql = Sql::new("SELECT image_id FROM cached_images WHERE node = ")
            .push_bind(node)
            .push(" AND image_id = ")
            .push_bind(image)
            .push(" AND coalesce(checksum, '') = ")
            .push_bind(checksum.unwrap_or_default());
        let found: Option<(String,)> = self.one(sql).await?;
        Ok(found.is_some())
    }

    /// Returns the nodes that have cached an image.
    pub async fn nodes_with_cached(&mut self, image: &str) -> Result<Vec<String>> {
        let sql = Sql::new(
            "SELECT node FROM cached_images WHERE image_id = $1 ORDER BY last_modified, node",
        );
        let nodes: Vec<(String,)> = self.all(sql.bind(image)).await?;
        Ok(nodes.into_iter().map(|(node,)| node).collect())
    }

    /// Removes a record; returns `false` if there was none.
    pub async fn remove_cached(&mut self, node: &str, image: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM cached_images WHERE node = $1 AND image_id = $2 RETURNING image_id",
        );
        let removed: Option<(String,)> = self.one(sql.bind(node).bind(image)).await?;
        Ok(removed.is_some())
    }

    /// Removes all records of a node and returns their images.
    pub async fn remove_all_cached(&mut self, node: &str) -> Result<Vec<String>> {
        let sql = Sql::new("DELETE FROM cached_images WHERE node = $1 RETURNING image_id");
        let removed: Vec<(String,)> = self.all(sql.bind(node)).await?;
        Ok(removed.into_iter().map(|(image,)| image).collect())
    }

    /// Returns the least recently used image of a node and its size in bytes, if all cached images of the
    /// node have more than `most` bytes together.
    pub async fn least_recently_used(
        &mut self,
        node: &str,
        most: i64,
    ) -> Result<Option<(String, i64)>> {
        let sql = Sql::new("SELECT image_id, size FROM cached_images WHERE node = ")
            .push_bind(node)
            .push(" AND (SELECT sum(size) FROM cached_images WHERE node = ")
            .push_bind(node)
            .push(") > ")
            .push_bind(most)
            .push(" ORDER BY last_accessed, number")
            .limit(1);
        Ok(self.one(sql).await?)
    }

    /// Queues an image to be cached on a node; at once if any request that queued it said so.
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
        let sql = sql.bind(node).bind(image).bind(at_once);
        Ok(self.run(sql.bind(at)).await?)
    }

    /// Returns the images queued for a node, the oldest first: all, or only those to be cached at once.
    pub async fn queued(&mut self, node: &str, all: bool) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT image_id FROM cache_queue WHERE node = ").push_bind(node);
        let sql = if all { sql } else { sql.push(" AND at_once") };
        let rows: Vec<(String,)> = self.all(sql.push(" ORDER BY queued_at, image_id")).await?;
        Ok(rows.into_iter().map(|(image,)| image).collect())
    }

    /// Keeps a queued image for a later round of the worker.
    pub async fn defer_queued(&mut self, node: &str, image: &str) -> Result<()> {
        let sql =
            Sql::new("UPDATE cache_queue SET at_once = FALSE WHERE node = $1 AND image_id = $2");
        Ok(self.run(sql.bind(node).bind(image)).await?)
    }

    /// Removes an image from the queue of a node; returns `false` if it was not queued.
    pub async fn remove_queued(&mut self, node: &str, image: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM cache_queue WHERE node = $1 AND image_id = $2 RETURNING image_id",
        );
        let removed: Option<(String,)> = self.one(sql.bind(node).bind(image)).await?;
        Ok(removed.is_some())
    }

    /// Removes an image from the queue of a node if it is cached: it may have been removed from the cache and
    /// queued again meanwhile.
    pub async fn remove_queued_if_cached(&mut self, node: &str, image: &str) -> Result<()> {
        let sql = Sql::new(
            "DELETE FROM cache_queue WHERE node = $1 AND image_id = $2 AND EXISTS \
             (SELECT 1 FROM cached_images WHERE node = $1 AND image_id = $2)",
        );
        Ok(self.run(sql.bind(node).bind(image)).await?)
    }

    /// Empties the queue of a node and returns the number of images that were in it.
    pub async fn clear_queued(&mut self, node: &str) -> Result<usize> {
        let sql = Sql::new("DELETE FROM cache_queue WHERE node = $1 RETURNING image_id");
        let removed: Vec<(String,)> = self.all(sql.bind(node)).await?;
        Ok(removed.len())
    }
}
