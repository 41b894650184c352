//! The migrations of the schema, as they are embedded in the program.
//!
//! A list rather than `sqlx::migrate!`: see `from_row` for what sqlx's macros cost. A test compares the list with the folder.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// A file in `migrations/`, named `VERSION_DESCRIPTION.sql`.
pub(super) struct MigrationFile {
    /// The number that orders the migrations.
    pub version: i64,
    /// The rest of the file's name, with spaces for underscores.
    pub description: &'static str,
    sql: &'static str,
}

macro_rules! migration_files {
    ($($version:literal $description:literal $file:literal),+ $(,)?) => {
        &[$(MigrationFile {
            version: $version,
            description: $description,
            sql: include_str!(concat!("../../migrations/", $file)),
        }),+]
    };
}

/// All migrations, the oldest first.
pub(super) const MIGRATIONS: &[MigrationFile] = migration_files![
    1 "images" "0001_images.sql",
    2 "identity" "0002_identity.sql",
    3 "stores" "0003_stores.sql",
    4 "tasks" "0004_tasks.sql",
    5 "metadefs" "0005_metadefs.sql",
    6 "limits" "0006_limits.sql",
    7 "cache" "0007_cache.sql",
];

/// Returns the version of the newest migration.
pub(super) fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|file| file.version)
        .max()
        .unwrap_or(0)
}

impl MigrationFile {
    /// Returns the migration as one of the databases reads it; sqlx keeps the checksum of this text. `COLLATE "C"` makes
    /// PostgreSQL compare bytes, as SQLite does by itself: SQLite has no such collation, and any tool shall be able to read
    /// its file. And comments hold what is for one of the two only.
    pub fn for_database(&self, sqlite: bool) -> Migration {
        let text = if sqlite {
            self.sql
                .replace(" COLLATE \"C\"", "")
                .replace("/* WITHOUT ROWID */", "WITHOUT ROWID")
        } else {
            self.sql.replace("/* POSTGRESQL ", "").replace("; */", ";")
        };
        Migration::new(
            self.version,
            Cow::Borrowed(self.description),
            MigrationType::Simple,
            AssertSqlSafe(text).into_sql_str(),
            false,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_in_the_list_under_its_own_name() {
        let mut files: Vec<String> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
        files.sort();
        let listed: Vec<String> = MIGRATIONS
            .iter()
            .map(|file| {
                format!(
                    "{:04}_{}.sql",
                    file.version,
                    file.description.replace(' ', "_")
                )
            })
            .collect();
        assert_eq!(listed, files);
        for (file, name) in MIGRATIONS.iter().zip(&files) {
            let path = format!("{}/migrations/{name}", env!("CARGO_MANIFEST_DIR"));
            assert_eq!(file.sql, std::fs::read_to_string(path).unwrap(), "{name}");
        }
    }
}
