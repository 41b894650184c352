//! The bytes of images as rows, for the store that keeps them in the database: blobs and their chunks.
//!
//! A blob is one attempt to write bytes under a name. It has a size once it is complete. At most one blob
//! with a name is complete and not doomed. Doomed blobs are garbage: they are removed chunk by chunk, in
//! many transactions. (The column is called `image_id`: earlier versions named data by the id of its image.)

use std::ops::Range;

use super::{Session, Sql};
use crate::Result;

/// The number of chunks that one transaction removes.
const CHUNKS_PER_REMOVAL: i64 = 16;

/// A complete blob.
#[derive(Clone, Debug)]
pub struct Blob {
    /// The name of the attempt that wrote it, which its chunks are found by.
    pub claim: String,
    /// Its size in bytes.
    pub size: i64,
}

crate::db::from_row!(Blob { claim, size });

/// The name of a blob that is not doomed.
#[derive(Clone, Debug)]
pub struct BlobName {
    /// The name.
    pub name: String,
    /// `true` if the blob is complete.
    pub complete: bool,
}

crate::db::from_row!(BlobName {
    name: "image_id",
    complete: "whole"
});

impl Session {
    /// Adds a blob at the commit; with a size (bytes) it is complete. `space` names the store.
    pub fn insert_blob(&mut self, claim: &str, space: &str, name: &str, size: Option<i64>) {
        let sql = Sql::new(
            "INSERT INTO blobs (claim, space, image_id, size, doomed) VALUES ($1, $2, $3, $4, FALSE)",
        );
        self.queue(sql.bind(claim).bind(space).bind(name).bind(size));
    }

    /// Adds a chunk to a blob at the commit, unless the blob is doomed.
    pub fn insert_chunk(&mut self, claim: &str, number: i64, bytes: Vec<u8>) {
        let sql = Sql::new(
            "INSERT INTO blob_chunks (claim, number, bytes) \
             SELECT $1, $2, $3 FROM blobs WHERE claim = $1 AND NOT doomed",
        );
        self.queue(sql.bind(claim).bind(number).bind(bytes));
    }

    /// Copies the chunks with these numbers to another blob at the commit, unless that one is doomed.
    pub fn copy_chunks(&mut self, from: &str, to: &str, numbers: Range<i64>) {
        let sql = Sql::new(
            "INSERT INTO blob_chunks (claim, number, bytes) SELECT b.claim, c.number, c.bytes \
             FROM blobs b JOIN blob_chunks c ON c.claim = $1 \
             WHERE b.claim = $2 AND NOT b.doomed AND c.number >= $3 AND c.number < $4",
        );
        let sql = sql.bind(from).bind(to);
        self.queue(sql.bind(numbers.start).bind(numbers.end));
    }

    /// Counts the chunks of a blob.
    pub async fn count_chunks(&mut self, claim: &str) -> Result<i64> {
        let sql = Sql::new("SELECT count(*) FROM blob_chunks WHERE claim = ").push_bind(claim);
        let counted: Option<(i64,)> = self.one(sql).await?;
        Ok(counted.map_or(0, |(count,)| count))
    }

    /// Marks a blob as complete with this size in bytes; returns `false` if it was doomed meanwhile.
    pub async fn finish_blob(&mut self, claim: &str, size: i64) -> Result<bool> {
        let sql =
            Sql::new("UPDATE blobs SET size = $2 WHERE claim = $1 AND NOT doomed RETURNING claim");
        let updated: Option<(String,)> = self.one(sql.bind(claim).bind(size)).await?;
        Ok(updated.is_some())
    }

    /// Returns the complete blob with a name.
    pub async fn blob(&mut self, space: &str, name: &str) -> Result<Option<Blob>> {
        let sql = Sql::new(
            "SELECT claim, size FROM blobs \
             WHERE space = $1 AND image_id = $2 AND size IS NOT NULL AND NOT doomed",
        );
        Ok(self.one(sql.bind(space).bind(name)).await?)
    }

    /// Returns one chunk of a blob.
    pub async fn chunk(&mut self, claim: &str, number: i64) -> Result<Option<Vec<u8>>> {
        let sql = Sql::new("SELECT bytes FROM blob_chunks WHERE claim = $1 AND number = $2");
        let found: Option<(Vec<u8>,)> = self.one(sql.bind(claim).bind(number)).await?;
        Ok(found.map(|(bytes,)| bytes))
    }

    /// Returns the names of all blobs of a store that are not doomed.
    pub async fn blobs(&mut self, space: &str) -> Result<Vec<BlobName>> {
        let sql = Sql::new(
            "SELECT image_id, size IS NOT NULL AS whole FROM blobs \
             WHERE space = $1 AND NOT doomed ORDER BY image_id",
        );
        Ok(self.all(sql.bind(space)).await?)
    }

    /// Dooms the complete blob with a name; after the commit nobody finds it.
    pub async fn doom_complete_blob(&mut self, space: &str, name: &str) -> Result<()> {
        let sql = Sql::new(
            "UPDATE blobs SET doomed = TRUE \
             WHERE space = $1 AND image_id = $2 AND size IS NOT NULL AND NOT doomed",
        );
        Ok(self.run(sql.bind(space).bind(name)).await?)
    }

    /// Dooms the incomplete blobs with a name; their writers learn of it when they finish.
    pub async fn doom_partial_blobs(&mut self, space: &str, name: &str) -> Result<()> {
        let sql = Sql::new(
            "UPDATE blobs SET doomed = TRUE \
             WHERE space = $1 AND image_id = $2 AND size IS NULL AND NOT doomed",
        );
        Ok(self.run(sql.bind(space).bind(name)).await?)
    }

    /// Dooms one blob at the commit.
    pub fn doom_blob(&mut self, claim: &str) {
        let sql = Sql::new("UPDATE blobs SET doomed = TRUE WHERE claim = $1");
        self.queue(sql.bind(claim));
    }

    /// Returns the doomed blobs of all stores.
    pub async fn doomed_blobs(&mut self) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT claim FROM blobs WHERE doomed ORDER BY claim");
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(claim,)| claim).collect())
    }

    /// Locks a doomed blob until the commit, so that nobody else removes or adds chunks; returns `false` if
    /// the blob is gone.
    pub async fn lock_doomed_blob(&mut self, claim: &str) -> Result<bool> {
        let sql = Sql::new("SELECT claim FROM blobs WHERE claim = $1 AND doomed").bind(claim);
        let locked: Option<(String,)> = self.lock_one(sql, "blobs").await?;
        Ok(locked.is_some())
    }

    /// Removes some chunks of a blob; returns `false` if there were none left.
    pub async fn remove_chunks(&mut self, claim: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM blob_chunks WHERE claim = $1 AND number IN \
             (SELECT number FROM blob_chunks WHERE claim = $1 ORDER BY number",
        );
        let sql = sql
            .bind(claim)
            .limit(CHUNKS_PER_REMOVAL)
            .push(") RETURNING number");
        let removed: Vec<(i64,)> = self.all(sql).await?;
        Ok(!removed.is_empty())
    }

    /// Removes a doomed blob without chunks at the commit.
    pub fn remove_blob(&mut self, claim: &str) {
        let sql = Sql::new("DELETE FROM blobs WHERE claim = $1 AND doomed");
        self.queue(sql.bind(claim));
    }
}
