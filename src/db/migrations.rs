//! The migrations of the schema, embedded in the program: the files of `migrations/` as they stand, for sqlx
//! keeps a checksum of each in the database and refuses one that has changed.
//!
//! The two folders differ where the databases do. SQLite compares text byte by byte, and PostgreSQL does so
//! with `COLLATE "C"`. SQLite has `WITHOUT ROWID`, and PostgreSQL has kinds of storage.

use std::borrow::Cow;

use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::{Connection, SqlStr};

use super::error::DbOpenError;

/// A file of a folder of migrations, named `VERSION_DESCRIPTION.sql`.
pub(super) struct MigrationFile {
    /// The number that orders the migrations.
    pub(super) version: i64,
    /// The description that sqlx keeps in the database.
    pub(super) description: &'static str,
    /// The statements.
    pub(super) sql: &'static str,
}

/// Lists the migrations of a folder, the oldest first. Each file is in the folders of both databases.
macro_rules! migrations {
    ($folder:literal) => {
        $crate::db::migrations::files!($folder,
            1 "images" "0001_images.sql",
            2 "identity" "0002_identity.sql",
            3 "stores" "0003_stores.sql",
            4 "tasks" "0004_tasks.sql",
            5 "metadefs" "0005_metadefs.sql",
            6 "limits" "0006_limits.sql",
            7 "cache" "0007_cache.sql",
            8 "groups" "0008_groups.sql",
            9 "ids" "0009_ids.sql",
            10 "attempts" "0010_attempts.sql",
            11 "api keys" "0011_api_keys.sql",
            12 "objects" "0012_objects.sql",
            15 "regions" "0015_regions.sql",
            16 "pending deletions" "0016_pending_deletions.sql",
            17 "webhooks" "0017_webhooks.sql",
        )
    };
}
pub(super) use migrations;

macro_rules! files {
    ($folder:literal, $($version:literal $description:literal $file:literal,)+) => {
        &[$($crate::db::migrations::MigrationFile {
            version: $version,
            description: $description,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $folder, "/", $file)),
        }),+]
    };
}
pub(super) use files;

/// The migrations as SQLite runs them.
pub(super) const SQLITE_MIGRATIONS: &[MigrationFile] = self::migrations!("sqlite");

/// Returns the number of the last migration of this program.
#[must_use]
pub fn latest_schema() -> i64 {
    let versions = SQLITE_MIGRATIONS.iter().map(|file| file.version);
    versions.max().unwrap_or(0)
}

impl MigrationFile {
    /// Returns the migration for sqlx.
    pub(super) fn to_migration(&self) -> Migration {
        Migration::new(
            self.version,
            self.description.into(),
            MigrationType::Simple,
            SqlStr::from_static(self.sql),
            false,
        )
    }
}

/// Brings the schema up to date, unless it is from a newer version. Servers that start at once on
/// one PostgreSQL take turns, from the making of the table that tells what was done.
/// `files` are the migrations of the engine, `last` is the last one to come to.
pub(super) async fn migrate<C: Connection + Migrate>(
    connection: &mut C,
    files: &[MigrationFile],
    last: i64,
) -> Result<(), DbOpenError> {
    connection.lock().await?;
    let migrated = migrate_alone(connection, files, last).await;
    connection.unlock().await?;
    migrated
}

async fn migrate_alone<C: Connection + Migrate>(
    connection: &mut C,
    files: &[MigrationFile],
    last: i64,
) -> Result<(), DbOpenError> {
    connection
        .ensure_migrations_table("_sqlx_migrations")
        .await?;
    let applied = connection
        .list_applied_migrations("_sqlx_migrations")
        .await?;
    if let Some(newer) = applied
        .iter()
        .map(|migration| migration.version)
        .find(|version| *version > latest_schema())
    {
        return Err(DbOpenError::Newer(newer));
    }
    let migrations = files
        .iter()
        .filter(|migration| migration.version <= last)
        .map(MigrationFile::to_migration)
        .collect();
    let migrator = Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    };
    Ok(migrator.run_direct(None, connection, false).await?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Fails if the files of a folder are not those listed: a file that nobody lists is never run.
    fn compare(folder: &str, files: &[MigrationFile]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(folder);
        let entries = std::fs::read_dir(&folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        let listed = files.iter().map(|file| {
            let description = file.description.replace(' ', "_");
            format!("{:04}_{description}.sql", file.version)
        });
        assert_eq!(names, listed.collect::<Vec<_>>());
        for (name, file) in names.iter().zip(files) {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            assert_eq!(file.to_migration().sql.as_str(), text, "{name}");
        }
    }

    #[test]
    fn every_file_of_sqlite_is_listed_in_order_under_its_version_and_description() {
        compare("sqlite", SQLITE_MIGRATIONS);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn every_file_of_postgresql_is_listed_in_order_under_its_version_and_description() {
        compare("postgres", crate::db::postgres::MIGRATIONS);
    }

    /// Images of version 8 whose ids differ only in case, and one whose id does not.
    const PAIRS: &str = "INSERT INTO images (id, status, visibility, protected, os_hidden, min_ram, \
        min_disk, created_at, updated_at) \
        SELECT id, 'deleted', 'shared', false, false, 0, 0, at, at \
        FROM (SELECT 'ab' AS id UNION ALL SELECT 'Ab' UNION ALL SELECT 'AB' UNION ALL SELECT 'x') AS ids, \
        (SELECT CAST('2026-11-21T20:16:46+00:00' AS timestamptz) AS at) AS moment";

    /// Another image with such an id.
    const ANOTHER: &str = "INSERT INTO images (id, status, visibility, protected, os_hidden, min_ram, \
        min_disk, created_at, updated_at) \
        SELECT 'aB', status, visibility, protected, os_hidden, 0, 0, created_at, updated_at \
        FROM images WHERE id = 'x'";

    const NAMESAKES: &str = "SELECT id, namesake FROM images ORDER BY lower(id), namesake";

    /// Brings such a database up to date, and tells what became of its images.
    macro_rules! pairs {
        ($connection:ident, $files:expr) => {{
            migrate(&mut $connection, $files, 8).await.unwrap();
            sqlx::query(PAIRS).execute(&mut $connection).await.unwrap();
            migrate(&mut $connection, $files, i64::MAX).await.unwrap();
            let another = sqlx::query(ANOTHER).execute(&mut $connection).await;
            let another = another.unwrap_err().into_database_error().unwrap();
            assert!(another.is_unique_violation(), "{another}");
            let kept = sqlx::query_as(NAMESAKES).fetch_all(&mut $connection).await;
            let kept: Vec<(String, i64)> = kept.unwrap();
            let kept: Vec<_> = kept
                .iter()
                .map(|(id, place)| (id.as_str(), *place))
                .collect();
            assert_eq!(kept, [("AB", 0), ("Ab", 1), ("ab", 2), ("x", 0)]);
        }};
    }

    #[tokio::test]
    async fn images_whose_ids_differ_only_in_case_stay_and_are_not_made_anew() {
        let connection = sqlx::SqliteConnection::connect("sqlite::memory:").await;
        let mut connection = connection.unwrap();
        pairs!(connection, SQLITE_MIGRATIONS);
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn they_stay_on_postgresql_too() {
        let Ok(server) = std::env::var("LOOKALIKE_TEST_DATABASE") else {
            return;
        };
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let schema = "CREATE SCHEMA namesakes; SET search_path TO namesakes";
        sqlx::raw_sql("DROP SCHEMA IF EXISTS namesakes CASCADE")
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::raw_sql(schema)
            .execute(&mut connection)
            .await
            .unwrap();
        pairs!(connection, crate::db::postgres::MIGRATIONS);
        sqlx::raw_sql("DROP SCHEMA namesakes CASCADE")
            .execute(&mut connection)
            .await
            .unwrap();
    }
}
