//! The migrations of the schema, embedded in the program: the files of `migrations/` as they stand, for sqlx
//! keeps a checksum of each in the database and refuses one that has changed.
//!
//! The two folders differ where the databases do. SQLite compares text byte by byte, and PostgreSQL does so
//! with `COLLATE "C"`. SQLite has `WITHOUT ROWID`, and PostgreSQL has kinds of storage.

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType};

/// A database engine that migrations are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// SQLite: `migrations/sqlite`.
    Sqlite,
    /// PostgreSQL: `migrations/postgres`.
    Postgres,
}

/// A file that is in both folders, named `VERSION_DESCRIPTION.sql`.
pub(super) struct MigrationFile {
    /// The number that orders the migrations.
    pub(super) version: i64,
    description: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration_files {
    ($($version:literal $description:literal $file:literal),+ $(,)?) => {
        &[$(MigrationFile {
            version: $version,
            description: $description,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
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

/// Returns the number of the last migration of this program.
#[must_use]
pub fn latest_schema() -> i64 {
    let versions = MIGRATIONS.iter().map(|file| file.version);
    versions.max().unwrap_or(0)
}

impl MigrationFile {
    /// Returns the migration as this engine runs it.
    pub(super) fn for_engine(&self, engine: Engine) -> Migration {
        let sql = match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        };
        Migration::new(
            self.version,
            self.description.into(),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A file that nobody lists is never run.
    #[test]
    fn every_file_is_listed_in_order_under_its_version_and_description() {
        for (folder, engine) in [("sqlite", Engine::Sqlite), ("postgres", Engine::Postgres)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("migrations")
                .join(folder);
            let entries = std::fs::read_dir(&folder).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            let listed = MIGRATIONS.iter().map(|file| {
                let description = file.description.replace(' ', "_");
                format!("{:04}_{description}.sql", file.version)
            });
            assert_eq!(names, listed.collect::<Vec<_>>());
            for (name, file) in names.iter().zip(MIGRATIONS) {
                let text = std::fs::read_to_string(folder.join(name)).unwrap();
                assert_eq!(file.for_engine(engine).sql.as_str(), text, "{name}");
            }
        }
    }
}
