//! Purges rows of what was deleted.
//!
//! Glance: `purge_deleted_rows` and `purge_deleted_rows_from_images` in `glance/db/sqlalchemy/api.py`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::App;
use crate::db::PurgedTable;
use crate::{Error, Result};

/// The number of rows that one transaction removes: whoever else writes does not wait for more.
const ROWS_PER_TRANSACTION: i64 = 2000;

/// The tables that a purge removes rows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurgeScope {
    /// That of images: the ids of those that were deleted can be used again then.
    Images,
    /// Those of members of images and of tasks.
    MembersAndTasks,
}

impl PurgeScope {
    fn tables(self) -> &'static [PurgedTable] {
        match self {
            Self::Images => &[PurgedTable::Images],
            Self::MembersAndTasks => &[PurgedTable::ImageMembers, PurgedTable::Tasks],
        }
    }
}

/// The rows to remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purge {
    /// The tables to remove them from.
    pub scope: PurgeScope,
    /// The age in days from which they are removed, by the cloud's clock.
    pub age_in_days: i64,
    /// The greatest number of rows of each table, the earliest first; -1: all.
    pub max_rows: i64,
}

impl Purge {
    /// All but images, by the defaults of `glance-manage db purge`.
    pub const MEMBERS_AND_TASKS: Self = Self {
        scope: PurgeScope::MembersAndTasks,
        age_in_days: 30,
        max_rows: 100,
    };

    /// Images, by the defaults of `glance-manage db purge_images_table`.
    pub const IMAGES: Self = Self {
        scope: PurgeScope::Images,
        age_in_days: 180,
        max_rows: 100,
    };

    /// Returns the time of the deletion before which rows are removed.
    ///
    /// # Errors
    ///
    /// Fails, as glance-manage does, if a number is out of its range.
    fn before(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let refused = |message: &str| Err(Error::Invalid(message.to_owned()));
        if self.age_in_days < 0 {
            return refused("Must supply a non-negative value for age.");
        }
        if self.age_in_days >= now.timestamp() / 86400 {
            return refused("Maximal age is count of days since epoch.");
        }
        if self.max_rows < -1 {
            return refused("Minimal rows limit is -1.");
        }
        if self.max_rows > i32::MAX.into() {
            let greatest = i32::MAX;
            return refused(&format!(
                "'max_rows' value out of range, must not exceed {greatest}."
            ));
        }
        Ok(now - TimeDelta::days(self.age_in_days))
    }
}

/// The numbers of rows that were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurgedRows {
    /// Rows of deleted images.
    pub images: usize,
    /// Rows of members that were removed from images.
    pub image_members: usize,
    /// Rows of tasks that had expired.
    pub tasks: usize,
}

impl App {
    /// Removes rows of what was deleted, and nothing that somebody still needs.
    ///
    /// # Errors
    ///
    /// Fails if a bound of the purge is out of its range, or if the database fails; what was removed until then stays so.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn purge(&self, purge: Purge) -> Result<PurgedRows> {
        let before = purge.before(self.clock.now())?;
        let mut rows = PurgedRows::default();
        for table in purge.scope.tables() {
            let purged = self.purge_table(*table, before, purge.max_rows).await?;
            match table {
                PurgedTable::Images => rows.images = purged,
                PurgedTable::ImageMembers => rows.image_members = purged,
                PurgedTable::Tasks => rows.tasks = purged,
            }
        }
        tracing::info!(?rows, "purged rows of what was deleted");
        Ok(rows)
    }

    async fn purge_table(
        &self,
        table: PurgedTable,
        before: DateTime<Utc>,
        max_rows: i64,
    ) -> Result<usize> {
        let mut left = if max_rows == -1 { i64::MAX } else { max_rows };
        let mut purged = 0;
        while left > 0 {
            let limit = left.min(ROWS_PER_TRANSACTION);
            let batch = || async {
                let mut db = self.db.write().await?;
                let rows = db.purge(table, before, limit).await?;
                db.commit().await?;
                Ok::<_, Error>(rows)
            };
            // Where the disk is full, whoever purges wants room.
            let rows = self.db.with_reserve(Error::is_database_full, batch).await?;
            purged += rows;
            left -= limit;
            if i64::try_from(rows).is_ok_and(|rows| rows < limit) {
                break;
            }
        }
        Ok(purged)
    }
}
