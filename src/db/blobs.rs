//! Bytes as rows, for the store that keeps them in the database: chunks of blobs.
//!
//! A blob is one attempt to write an image. It has a size once it is whole; of those of an image, at
//! most one is whole and not doomed. The doomed are removed chunk by chunk, in many transactions.

use std::ops::Range;

use super::{Session, Sql};
use crate::Result;

/// How many chunks one transaction removes.
const SOME: i64 = 16;

/// A blob that is whole.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Blob {
    /// What its chunks are found by: the name of the attempt that wrote it.
    pub claim: String,
    /// How many bytes it has.
    pub size: i64,
}

/// Whose blob it is, among those that are not doomed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Owned {
    /// The image.
    pub image_id: String,
    /// Whether it is whole.
    pub whole: bool,
}

impl Session {
    /// Adds a blob of an image, at the commit; with a size it is whole.
    pub fn insert_blob(&mut self, claim: &str, space: &str, image: &str, size: Option<i64>) {
        let sql = Sql::new(
            "INSERT INTO blobs (claim, space, image_id, size, doomed) VALUES ($1, $2, $3, $4, FALSE)",
        );
        self.queue(sql.with(claim).with(space).with(image).with(size));
    }

    /// Adds a chunk to a blob, at the commit; or nothing, if the blob is doomed.
    pub fn insert_chunk(&mut self, claim: &str, number: i64, bytes: Vec<u8>) {
        let sql = Sql::new(
            "INSERT INTO blob_chunks (claim, number, bytes) \
             SELECT $1, $2, $3 FROM blobs WHERE claim = $1 AND NOT doomed",
        );
        self.queue(sql.with(claim).with(number).with(bytes));
    }

    /// Copies some chunks of a blob to another, at the commit; or nothing, if that is doomed.
    pub fn copy_chunks(&mut self, from: &str, to: &str, numbers: Range<i64>) {
        let sql = Sql::new(
            "INSERT INTO blob_chunks (claim, number, bytes) SELECT b.claim, c.number, c.bytes \
             FROM blobs b JOIN blob_chunks c ON c.claim = $1 \
             WHERE b.claim = $2 AND NOT b.doomed AND c.number >= $3 AND c.number < $4",
        );
        let sql = sql.with(from).with(to);
        self.queue(sql.with(numbers.start).with(numbers.end));
    }

    /// How many chunks of a blob there are.
    pub async fn chunks(&mut self, claim: &str) -> Result<i64> {
        let sql = Sql::new("SELECT count(*) FROM blob_chunks WHERE claim = ").bind(claim);
        let counted: Option<(i64,)> = self.one(sql).await?;
        Ok(counted.map_or(0, |(it,)| it))
    }

    /// Makes a blob whole; `false` if it was doomed meanwhile.
    pub async fn finish_blob(&mut self, claim: &str, size: i64) -> Result<bool> {
        let sql =
            Sql::new("UPDATE blobs SET size = $2 WHERE claim = $1 AND NOT doomed RETURNING claim");
        let done: Option<(String,)> = self.one(sql.with(claim).with(size)).await?;
        Ok(done.is_some())
    }

    /// The whole blob of an image.
    pub async fn blob(&mut self, space: &str, image: &str) -> Result<Option<Blob>> {
        let sql = Sql::new(
            "SELECT claim, size FROM blobs \
             WHERE space = $1 AND image_id = $2 AND size IS NOT NULL AND NOT doomed",
        );
        Ok(self.one(sql.with(space).with(image)).await?)
    }

    /// One chunk of a blob.
    pub async fn chunk(&mut self, claim: &str, number: i64) -> Result<Option<Vec<u8>>> {
        let sql = Sql::new("SELECT bytes FROM blob_chunks WHERE claim = $1 AND number = $2");
        let found: Option<(Vec<u8>,)> = self.one(sql.with(claim).with(number)).await?;
        Ok(found.map(|(it,)| it))
    }

    /// The blobs of a space.
    pub async fn blobs(&mut self, space: &str) -> Result<Vec<Owned>> {
        let sql = Sql::new(
            "SELECT image_id, size IS NOT NULL AS whole FROM blobs \
             WHERE space = $1 AND NOT doomed ORDER BY image_id",
        );
        Ok(self.all(sql.with(space)).await?)
    }

    /// Dooms the whole blob of an image, at once: nobody finds it after the commit.
    pub async fn doom_whole(&mut self, space: &str, image: &str) -> Result<()> {
        let sql = Sql::new(
            "UPDATE blobs SET doomed = TRUE \
             WHERE space = $1 AND image_id = $2 AND size IS NOT NULL AND NOT doomed",
        );
        Ok(self.run(sql.with(space).with(image)).await?)
    }

    /// Dooms the blobs of an image that are not whole: whoever writes them learns so in the end.
    pub async fn doom_begun(&mut self, space: &str, image: &str) -> Result<()> {
        let sql = Sql::new(
            "UPDATE blobs SET doomed = TRUE \
             WHERE space = $1 AND image_id = $2 AND size IS NULL AND NOT doomed",
        );
        Ok(self.run(sql.with(space).with(image)).await?)
    }

    /// Dooms one blob, at the commit.
    pub fn doom_blob(&mut self, claim: &str) {
        let sql = Sql::new("UPDATE blobs SET doomed = TRUE WHERE claim = $1");
        self.queue(sql.with(claim));
    }

    /// The doomed blobs of all spaces.
    pub async fn doomed_blobs(&mut self) -> Result<Vec<String>> {
        let sql = Sql::new("SELECT claim FROM blobs WHERE doomed ORDER BY claim");
        let rows: Vec<(String,)> = self.all(sql).await?;
        Ok(rows.into_iter().map(|(it,)| it).collect())
    }

    /// Holds a doomed blob until the commit, so that nobody else removes its chunks or adds one;
    /// `false` if it is gone.
    pub async fn hold_doomed(&mut self, claim: &str) -> Result<bool> {
        let sql = Sql::new("SELECT claim FROM blobs WHERE claim = $1 AND doomed").with(claim);
        let held: Option<(String,)> = self.hold(sql, "blobs").await?;
        Ok(held.is_some())
    }

    /// Removes some chunks of a blob; `false` if there were none left.
    pub async fn remove_chunks(&mut self, claim: &str) -> Result<bool> {
        let sql = Sql::new(
            "DELETE FROM blob_chunks WHERE claim = $1 AND number IN \
             (SELECT number FROM blob_chunks WHERE claim = $1 ORDER BY number",
        );
        let sql = sql.with(claim).limit(SOME).then(") RETURNING number");
        let removed: Vec<(i64,)> = self.all(sql).await?;
        Ok(!removed.is_empty())
    }

    /// Removes a doomed blob that has no chunks left, at the commit.
    pub fn remove_blob(&mut self, claim: &str) {
        let sql = Sql::new("DELETE FROM blobs WHERE claim = $1 AND doomed");
        self.queue(sql.with(claim));
    }
}
