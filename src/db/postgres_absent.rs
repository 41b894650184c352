//! PostgreSQL in a build without the feature `postgres`: its URLs are refused.
//!
//! Where other modules name a connection or a row of PostgreSQL, they get the type of SQLite, of which they never see a value.

use std::time::Duration;

pub(super) use sqlx::SqliteConnection as PgConnection;
pub(super) use sqlx::sqlite::SqliteRow as PgRow;

use super::error::DbOpenError;
use super::pool::Pool;
use crate::config::Durability;

/// The longest time that one statement may take.
pub(super) const STATEMENT_LIMIT: Duration = Duration::from_mins(2);

/// Returns `false`: there is no connection that could be lost.
pub(super) fn is_lost(_: &sqlx::Error) -> bool {
    false
}

/// Refuses to open a database.
///
/// # Errors
/// Always [`DbOpenError::PostgresMissing`].
#[expect(
    clippy::unused_async,
    reason = "the module that has PostgreSQL waits for it"
)]
pub(super) async fn open(
    _: &str,
    _: Durability,
    _: Duration,
) -> Result<Pool<PgConnection>, DbOpenError> {
    Err(DbOpenError::PostgresMissing)
}

/// Waits for nothing.
///
/// # Errors
/// None: [`open`] refuses the database.
#[expect(
    clippy::unused_async,
    reason = "the module that has PostgreSQL waits for it"
)]
pub(super) async fn wait_for(_: &str, _: Duration) -> sqlx::Result<()> {
    Ok(())
}
