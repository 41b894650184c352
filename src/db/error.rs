//! The errors of opening a database, and the conversion of the database driver's errors.

use crate::{DatabaseError, DatabaseErrorKind, Error};

/// An error of opening a database.
#[derive(Debug, thiserror::Error)]
pub enum DbOpenError {
    /// The scheme of the URL is unknown.
    #[error("the database URL {0:?} must begin with sqlite: or postgres:")]
    Url(String),
    /// This build has no PostgreSQL.
    #[error(
        "the database URL is of PostgreSQL, and this build of lookalike was compiled without the feature `postgres`"
    )]
    PostgresMissing,
    /// The schema is from a newer version of this program.
    #[error(
        "the database has migration {0}, which this version of lookalike does not know: it was written by a newer one. Start that version, or give another database"
    )]
    Newer(i64),
    /// A name or definition in the schema is not UTF-8; of which table or index.
    #[error(
        "the database is damaged: the definition of {0:?} in its schema is not UTF-8. Restore it from a copy, or give another database"
    )]
    Damaged(String),
    /// A migration failed.
    #[error("the schema of the database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database cannot be reached, or refuses the connection.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
}

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
    if is_full(error) {
        return DatabaseErrorKind::Full;
    }
    if is_unavailable(error) {
        return DatabaseErrorKind::Unavailable;
    }
    match error {
        sqlx::Error::Database(cause) if cause.is_unique_violation() => DatabaseErrorKind::Duplicate,
        _ => DatabaseErrorKind::Other,
    }
}

/// Returns true if the disk of the database is full: SQLSTATE 53100 of PostgreSQL, 13 of SQLite.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "53100" | "13"))
}

/// Returns true if SQLite could not use its files now: 5 busy, 8 read-only, 10 I/O error, 14 cannot open. The lowest byte
/// of a code says that, those above it what exactly. An SQLSTATE has five characters.
fn is_unavailable_file(code: &str) -> bool {
    let number = code.parse::<u32>().ok().filter(|_| code.len() < 5);
    number.is_some_and(|number| matches!(number & 0xff, 5 | 8 | 10 | 14))
}

/// Returns true if the database cannot be reached now, so that a later attempt may succeed.
fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL, SQLSTATE: 08 connection, 53 resources, 57P shutdown, 25P03 a transaction that was idle
        // for too long, 55P03 a lock that does not come.
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || matches!(&*code, "25P03" | "55P03")
                || is_unavailable_file(&code)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_unavailable_file;

    #[test]
    fn a_file_that_cannot_be_used_now_is_told_from_a_damaged_one() {
        // Busy, busy snapshot, read-only, a write, an fsync, cannot open.
        for code in ["5", "517", "8", "778", "1034", "14"] {
            assert!(is_unavailable_file(code), "{code}");
        }
        // Damaged, full, a constraint; SQLSTATEs of PostgreSQL.
        for code in ["11", "13", "2067", "23505", "00010", "P0001"] {
            assert!(!is_unavailable_file(code), "{code}");
        }
    }
}
