//! The conversion of the database driver's errors.

use crate::{DatabaseError, DatabaseErrorKind, Error};

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(kind_of(&error), error)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

fn kind_of(error: &sqlx::Error) -> DatabaseErrorKind {
    if is_unavailable(error) {
        return DatabaseErrorKind::Unavailable;
    }
    match error {
        sqlx::Error::Database(cause) if cause.is_unique_violation() => DatabaseErrorKind::Duplicate,
        _ => DatabaseErrorKind::Other,
    }
}

/// Returns true if the database cannot be reached now, so that a later attempt may succeed.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL, SQLSTATE: 08 connection, 53 resources, 57P shutdown. SQLite: 5 busy, 13 full.
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || matches!(&*code, "5" | "13")
        }),
        _ => false,
    }
}
