//! The check that the driver can read the schema of an SQLite file.

use sqlx::SqliteConnection;

use super::error::DbOpenError;

/// The names and definitions of all tables and indexes, as bytes.
const DEFINITIONS: &str =
    "SELECT CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema";

/// Checks that all names and definitions of the schema are UTF-8. In a damaged file they may not be, and SQLite does not
/// mind, but sqlx panics at the names and types of such columns.
///
/// # Errors
/// Fails with the first that is not, or if the schema cannot be read at all.
pub(super) async fn check_readable_schema(
    connection: &mut SqliteConnection,
) -> Result<(), DbOpenError> {
    type Definition = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
    let definitions: Vec<Definition> = sqlx::query_as(DEFINITIONS).fetch_all(connection).await?;
    for (name, table, sql) in definitions {
        let parts = [&name, &table, &sql];
        let is_text = |part: &Vec<u8>| std::str::from_utf8(part).is_ok();
        if !parts.into_iter().flatten().all(is_text) {
            let name = name.unwrap_or_default();
            let name = String::from_utf8_lossy(&name).into_owned();
            return Err(DbOpenError::Damaged(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Db;
    use super::DbOpenError;
    use crate::config::Durability;

    /// Creates a database, puts a byte that no UTF-8 has over the last one of `text` in its file wherever that stands, and
    /// opens it again.
    async fn open_damaged(folder: &Path, text: &str) -> Result<Db, DbOpenError> {
        let file = folder.join("db.sqlite");
        let url = format!("sqlite:{}", file.display());
        let whole = Db::open(&url, Durability::Normal).await.unwrap();
        whole.close().await;
        let mut bytes = std::fs::read(&file).unwrap();
        let last = text.len() - 1;
        let places = bytes.windows(text.len()).enumerate();
        let places: Vec<_> = places
            .filter(|(_, window)| *window == text.as_bytes())
            .map(|(place, _)| place)
            .collect();
        assert!(!places.is_empty(), "{text}");
        for place in places {
            bytes[place + last] = 0xff;
        }
        std::fs::write(&file, bytes).unwrap();
        Db::open(&url, Durability::Normal).await
    }

    #[tokio::test]
    async fn a_database_whose_columns_have_types_that_are_no_text_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let error = open_damaged(folder.path(), "success BOOLEAN")
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the database is damaged: the definition of \"_sqlx_migrations\" in its schema is not UTF-8. Restore it from a copy, or give another database"
        );
    }

    #[tokio::test]
    async fn a_database_whose_columns_have_names_that_are_no_text_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let error = open_damaged(folder.path(), "os_hidden").await.unwrap_err();
        assert!(error.to_string().contains("\"images\""), "{error}");
    }

    #[tokio::test]
    async fn a_database_whose_tables_have_names_that_are_no_text_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let error = open_damaged(folder.path(), "image_tags").await.unwrap_err();
        assert!(error.to_string().starts_with("the database"), "{error}");
    }
}
