//! Servers with several stores.

mod choose;
mod directories;
mod info;
mod kinds;
mod mounts;
mod remove;
mod sweep;
mod swift;

use std::path::PathBuf;

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::glance::{Glance, Image, glance_with, store};

/// A server with two stores on disk, `fast` and the heavier `cheap`, and one that is only read.
struct Site {
    glance: Glance,
    home: TempDir,
    database: String,
}

impl Site {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let place = |name: &str| format!("file://{}/{name}", home.path().display());
        let mut database = format!("sqlite://{}/lookalike.sqlite", home.path().display());
        let glance = glance_with(|config| {
            config.ephemeral = false;
            config.images.show_multiple_locations = true;
            config.images.show_image_direct_url = true;
            home.path().clone_into(&mut config.data);
            if let Some(url) = &config.database_url {
                database.clone_from(url);
            }
            config.stores.store = vec![
                store(&format!("fast={}?description=fast+tier", place("fast"))),
                store(&format!("cheap={}?weight=10", place("cheap"))),
                store(&format!("old={}?read_only=true", place("old"))),
            ];
        })
        .await;
        Self {
            glance,
            home,
            database,
        }
    }

    /// The images whose bytes are in a store.
    fn kept(&self, store: &str) -> Vec<String> {
        let entries = self.home.path().join(store).read_dir().unwrap();
        let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
        // On PostgreSQL the claim of the upload stands behind the image.
        let images = names.map(|it| it.split('_').next().unwrap().to_owned());
        images.filter(|it| it.len() == 36).collect()
    }

    /// The file of an image in a store: it has the image's id, and on PostgreSQL the claim of its upload.
    fn file(&self, image: &Image, store: &str) -> PathBuf {
        let files = self.home.path().join(store).read_dir().unwrap();
        let mut names = files.map(|file| file.unwrap().path());
        let is_its = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(&image.id))
        };
        names.find(is_its).unwrap()
    }

    /// Puts an image into one more store, as an import would.
    async fn copy(&self, image: &Image, from: &str, to: &str) {
        let id = &image.id;
        let data = self.file(image, from);
        let copy = self.home.path().join(to).join(id);
        std::fs::copy(data, &copy).unwrap();
        let url = format!("file://{}", copy.display());
        let sql = format!(
            "INSERT INTO image_locations (image_id, position, url, metadata) SELECT '{id}', \
             max(position) + 1, '{url}', '{{\"store\": \"{to}\"}}' FROM image_locations \
             WHERE image_id = '{id}'"
        );
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        if self.database.starts_with("sqlite") {
            let mut connection = SqliteConnection::connect(&self.database).await.unwrap();
            connection.execute(sql).await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&self.database).await.unwrap();
            connection.execute(sql).await.unwrap();
        }
    }
}
