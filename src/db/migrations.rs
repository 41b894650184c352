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
}
