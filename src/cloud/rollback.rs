//! What a cloud was before it gave way: kept until another is open in its place, and gone back to if
//! none can be.

use crate::Result;
use crate::app::App;
use crate::db::{Db, Dump};

/// A cloud that gave way.
#[derive(Debug)]
pub struct Rollback {
    /// The cloud, which has ended; what its stores have in memory is in here.
    app: App,
    /// Its database, if that is in memory.
    db: Option<Db>,
    /// Its rows, if others come in their place in a database that lasts.
    rows: Option<Dump>,
    /// Whether they are there by now, or may be.
    replaced: bool,
}

impl Rollback {
    /// Ends whatever still uses the database of a cloud, and keeps what would go with it.
    pub async fn of(app: &App) -> Self {
        Self {
            db: app.db.close_or_transfer().await,
            app: app.clone(),
            rows: None,
            replaced: false,
        }
    }

    /// Lets it go: this one is open in its place, or is itself gone back to.
    pub(crate) async fn close(self, in_place: &App) {
        if let Some(db) = self.db
            && !db.is_same(&in_place.db)
        {
            db.close().await;
        }
    }

    /// The database that went on in memory.
    pub(crate) fn db(&self) -> Option<Db> {
        self.db.clone()
    }

    /// Returns whether there is nothing to go back to but what is left in the database.
    pub(crate) fn is_empty(&self) -> bool {
        self.db.is_none() && self.rows.is_none()
    }

    /// Keeps the rows that are in the database of the next cloud, if that is the same database.
    pub(crate) async fn keep_rows(&mut self, next: &App) -> Result<()> {
        // What is new in memory has no rows of before.
        if self.is_empty() && !next.db.is_in_memory() {
            self.rows = Some(next.db.dump().await?);
        }
        Ok(())
    }

    /// Notes that other rows come in their place now.
    pub(crate) fn mark_replaced(&mut self) {
        self.replaced = true;
    }

    /// Makes all that there was what there is in a cloud over the same database.
    pub(crate) async fn come_back(&self, in_place: &App) -> Result<()> {
        in_place.stores.take_over_memory(&self.app.stores);
        match &self.rows {
            Some(rows) if self.replaced => in_place.db.restore(rows).await,
            _ => Ok(()),
        }
    }
}
