//! Where the bytes of images are, looked at from outside.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::database::Database;
use crate::program::{files, files_in};
use crate::s3::S3;
use crate::swift::Swift;

/// A place that a program keeps bytes in.
pub(crate) enum Place<'a> {
    /// The data directory.
    Data(&'a Path),
    /// Several directories of one store.
    Directories(&'a [PathBuf]),
    /// The SQLite file in the data directory.
    Sqlite(&'a Path),
    /// A database of PostgreSQL.
    Postgres(&'a Database),
    /// A bucket.
    Bucket(&'a S3),
    /// A container of an object store.
    Container(&'a Swift),
}

/// A blob, or chunks whose blob is gone.
struct Blob {
    image_id: Option<String>,
    whole: bool,
}

/// Its columns are the fields of a [`Blob`].
const BLOBS: &str = "SELECT image_id, size IS NOT NULL AND NOT doomed AS whole FROM blobs UNION ALL \
                     SELECT NULL, FALSE FROM blob_chunks \
                     WHERE claim NOT IN (SELECT claim FROM blobs)";

impl Place<'_> {
    /// The images that there are bytes for, and how much there is that belongs to none.
    pub(crate) async fn look(&self) -> (Vec<String>, usize) {
        let (images, rest): (Vec<_>, Vec<_>) = match self {
            Self::Data(it) => files(it).into_iter().map(Some).partition(Option::is_some),
            Self::Directories(all) => {
                let names = all.iter().flat_map(|directory| files_in(directory));
                // The file says whose the directory is.
                let names = names.filter(|name| name != "cloud");
                let whole = |name: String| {
                    Some(name).filter(|name| !name.contains('.') && image(name).len() == 36)
                };
                names.map(whole).partition(Option::is_some)
            }
            Self::Bucket(it) => bucket(it).into_iter().partition(Option::is_some),
            Self::Container(swift) => {
                let images = container(swift).await.into_iter();
                images.partition(Option::is_some)
            }
            Self::Sqlite(_) | Self::Postgres(_) => {
                let image = |it: Blob| it.image_id.filter(|_| it.whole);
                let blobs = self.blobs().await.into_iter().map(image);
                blobs.partition(Option::is_some)
            }
        };
        let mut images: Vec<_> = images.into_iter().flatten().map(|it| image(&it)).collect();
        images.sort_unstable();
        (images, rest.len())
    }

    /// The files of a bucket, for whoever wonders what is left there.
    pub(crate) fn files(&self) -> Vec<String> {
        match self {
            Self::Bucket(it) => it.files(),
            Self::Data(_)
            | Self::Directories(_)
            | Self::Sqlite(_)
            | Self::Postgres(_)
            | Self::Container(_) => Vec::new(),
        }
    }

    /// Puts a blob of an image into the default store, as if an attempt had stored it and died before it recorded
    /// that.
    pub(crate) async fn store_unrecorded(&self, id: &str) {
        let Self::Sqlite(data) = self else {
            panic!("no SQLite file");
        };
        let url = format!("sqlite://{}/lookalike.sqlite", data.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let stored = sqlx::query(
            "INSERT INTO blobs (claim, space, image_id, size, doomed) \
             VALUES ('dead', '', $1 || '_dead', 0, FALSE)",
        );
        stored.bind(id).execute(&mut connection).await.unwrap();
    }

    async fn blobs(&self) -> Vec<Blob> {
        let rows: Vec<(Option<String>, bool)> = match self {
            Self::Sqlite(data) => {
                let url = format!("sqlite://{}/lookalike.sqlite", data.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                let query = sqlx::query_as(AssertSqlSafe(BLOBS));
                query.fetch_all(&mut connection).await.unwrap()
            }
            Self::Postgres(database) => {
                let mut connection = PgConnection::connect(database.url()).await.unwrap();
                let query = sqlx::query_as(AssertSqlSafe(BLOBS));
                query.fetch_all(&mut connection).await.unwrap()
            }
            Self::Data(_) | Self::Directories(_) | Self::Bucket(_) | Self::Container(_) => {
                Vec::new()
            }
        };
        rows.into_iter()
            .map(|(image_id, whole)| Blob { image_id, whole })
            .collect()
    }
}

/// The images of a bucket, and nothing for each file that is none.
fn bucket(s3: &S3) -> Vec<Option<String>> {
    let files = s3.files().into_iter();
    // Nor the server's own note of a multipart upload: who dies before naming it has sent no bytes.
    let note = |it: &str| {
        it.starts_with(".upload-") && Path::new(it).extension().is_some_and(|it| it == "json")
    };
    let known: Vec<_> = s3.files().into_iter().filter(|it| note(it)).collect();
    // A part that came in while its upload was aborted, which this server then forgets.
    let late = |it: &str| {
        let id = it
            .strip_prefix(".upload_id-")
            .and_then(|it| it.split_once(".part"));
        id.is_some_and(|(id, _)| !known.contains(&format!(".upload-{id}.json")))
    };
    let files = files.filter(|it| it != "images/a/cloud" && !note(it) && !late(it));
    let name = |it: String| it.strip_prefix("images/a/").map(str::to_owned);
    files
        .map(|it| name(it).filter(|it| image(it).len() == 36 && !it.contains('/')))
        .collect()
}

/// The images of a container, and nothing for each object that is none.
async fn container(swift: &Swift) -> Vec<Option<String>> {
    let names = swift.names().await.into_iter();
    let names = names.filter(|name| name != "a/cloud");
    let name = |object: String| object.strip_prefix("a/").map(str::to_owned);
    names
        .map(|object| name(object).filter(|name| image(name).len() == 36 && !name.contains('/')))
        .collect()
}

/// The image of a name: what stands before the claim of the attempt that wrote it.
fn image(name: &str) -> String {
    let (image, _claim) = name.split_once('_').unwrap_or((name, ""));
    image.to_owned()
}
