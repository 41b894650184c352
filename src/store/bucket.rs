//! An S3 bucket as a store: AWS, `MinIO`, Garage, Ceph. An image is one object, under its id.
//!
//! A large image is sent as a multipart upload, which appears under its name whole or not at all.
//! What uploads there are is not asked of the server, for not all can tell: each has a small object
//! below `begun/` that names it, from before its first part until after its end.

mod writer;

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};

use super::snapshot::SHELVES;
use super::{Content, Contents, is_uuid};
use crate::Error;
use crate::config::stores::S3;

pub use writer::Writer;

/// How much is read at a time.
const PIECE: u64 = 4 << 20;

/// How long one request may take: the largest parts are of that.
const LONGEST: Duration = Duration::from_mins(10);

/// How long a server that cannot be reached is tried.
const PATIENCE: Duration = Duration::from_secs(15);

/// The largest object that S3 copies in one request.
const COPIED_AT_ONCE: u64 = 5 << 30;

/// Where the names of multipart uploads stand.
const BEGUN: &str = "begun";

pub(super) struct Bucket {
    client: AmazonS3,
    name: String,
    prefix: Path,
    /// Shared with its shelves.
    family: Arc<()>,
}

/// The client has secrets.
impl fmt::Debug for Bucket {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "s3://{}/{}", self.name, self.prefix)
    }
}

impl Bucket {
    /// A bucket as a URL and the usual `AWS_…` variables tell of it; `below`: a place within.
    pub(super) fn open(options: &S3, below: Option<&str>) -> io::Result<Self> {
        let client = ClientOptions::new()
            .with_allow_http(true)
            .with_connect_timeout(PATIENCE)
            .with_timeout(LONGEST);
        let retry = RetryConfig {
            max_retries: 5,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&options.bucket)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &options.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(region) = &options.region {
            builder = builder.with_region(region);
        }
        if let Some(key) = &options.key {
            builder = builder
                .with_access_key_id(&key.id)
                .with_secret_access_key(&key.secret);
        }
        if options.virtual_hosted {
            builder = builder.with_virtual_hosted_style_request(true);
        }
        let mut prefix = Path::parse(&options.prefix).map_err(io::Error::other)?;
        if let Some(below) = below {
            prefix = prefix.join(below);
        }
        Ok(Self {
            client: builder.build().map_err(failed)?,
            name: options.bucket.clone(),
            prefix,
            family: Arc::default(),
        })
    }

    /// A place of its own below this one.
    pub(super) fn snapshot_store(&self, name: &str) -> Self {
        Self {
            client: self.client.clone(),
            name: self.name.clone(),
            prefix: self.key(SHELVES).join(name),
            family: Arc::clone(&self.family),
        }
    }

    /// Whether one is the other's shelf, or both are shelves of one: then the server can copy.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.family, &other.family)
    }

    /// Has the server copy an object, and tells how many bytes it has, if it has any; or nothing, if
    /// it is too large for that.
    pub(super) async fn copy(
        &self,
        (image, name): (&str, &str),
        to: &Self,
    ) -> io::Result<Option<Option<u64>>> {
        let (from, to) = (self.key(image), to.key(name));
        let size = match self.client.head(&from).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(Some(None)),
            Err(error) => return Err(failed(error)),
        };
        if size > COPIED_AT_ONCE {
            return Ok(None);
        }
        match self.client.copy(&from, &to).await {
            Ok(()) => Ok(Some(Some(size))),
            Err(object_store::Error::NotFound { .. }) => Ok(Some(None)),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) fn url(&self, image: &str) -> String {
        format!("s3://{}/{}", self.name, self.key(image))
    }

    fn key(&self, image: &str) -> Path {
        self.prefix.clone().join(image)
    }

    fn begun(&self) -> Path {
        self.key(BEGUN)
    }

    pub(super) fn writer(self: &Arc<Self>, image: &str, claim: &str) -> Writer {
        let marker = self.begun().join(format!("{image}.{claim}"));
        Writer::new(Arc::clone(self), self.key(image), marker)
    }

    pub(super) async fn open_object(self: &Arc<Self>, image: &str) -> io::Result<Option<Content>> {
        let key = self.key(image);
        match self.client.head(&key).await {
            Ok(found) => Ok(Some(Content::Object {
                size: found.size,
                object: Object {
                    bucket: Arc::clone(self),
                    key,
                },
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) async fn delete(&self, image: &str) -> io::Result<()> {
        self.remove(&self.key(image)).await
    }

    async fn remove(&self, key: &Path) -> io::Result<()> {
        match self.client.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) async fn contents(&self) -> io::Result<Contents> {
        let list = self.client.list_with_delimiter(Some(&self.prefix)).await;
        let objects = list.map_err(failed)?.objects;
        let names = objects.iter().filter_map(|it| it.location.filename());
        let whole = names.filter(|it| is_uuid(it)).map(str::to_owned).collect();
        let mut begun = Vec::new();
        for marker in self.markers().await? {
            let name = marker.filename().and_then(|it| it.split_once('.'));
            begun.extend(name.map(|(image, _)| image.to_owned()));
        }
        Ok(Contents {
            complete: whole,
            partial: begun,
        })
    }

    async fn markers(&self) -> io::Result<Vec<Path>> {
        let list = self.client.list(Some(&self.begun()));
        let keys = list.map_ok(|it| it.location).try_collect().await;
        keys.map_err(failed)
    }

    pub(super) async fn delete_partial(&self, image: &str) -> io::Result<()> {
        let begun = format!("{image}.");
        for marker in self.markers().await? {
            if !marker.filename().is_some_and(|it| it.starts_with(&begun)) {
                continue;
            }
            let id = match self.client.get(&marker).await {
                Ok(found) => found.bytes().await.map_err(failed)?,
                Err(object_store::Error::NotFound { .. }) => continue,
                Err(error) => return Err(failed(error)),
            };
            let id = String::from_utf8_lossy(&id).into_owned();
            self.abort(&self.key(image), &id, &marker).await?;
        }
        Ok(())
    }

    async fn abort(&self, key: &Path, id: &String, marker: &Path) -> io::Result<()> {
        match self.client.abort_multipart(key, id).await {
            // It is over already, one way or the other.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => self.remove(marker).await,
            Err(error) => Err(failed(error)),
        }
    }

    /// A small object beside the images.
    pub(super) async fn note(&self, name: &str) -> io::Result<Option<String>> {
        match self.client.get(&self.key(name)).await {
            Ok(found) => {
                let bytes = found.bytes().await.map_err(failed)?;
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes one.
    pub(super) async fn write_note(&self, name: &str, text: &str) -> io::Result<()> {
        let text = PutPayload::from(text.to_owned());
        let done = self.client.put(&self.key(name), text).await;
        done.map(drop).map_err(failed)
    }
}

/// An object that is read.
#[derive(Clone, Debug)]
pub struct Object {
    bucket: Arc<Bucket>,
    key: Path,
}

impl Object {
    /// Where the piece ends that is read together with the byte at `at`.
    pub(super) fn end_of_piece(at: u64) -> u64 {
        at + PIECE
    }

    pub(super) async fn read(self, range: Range<u64>) -> io::Result<Bytes> {
        let read = self.bucket.client.get_range(&self.key, range).await;
        read.map_err(failed)
    }
}

/// What a server said, or that it said nothing.
fn failed(error: object_store::Error) -> io::Error {
    use object_store::Error as Said;
    match error {
        Said::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        Said::PermissionDenied { .. } | Said::Unauthenticated { .. } => {
            io::Error::new(io::ErrorKind::PermissionDenied, error)
        }
        Said::Generic { .. } => {
            tracing::warn!(%error, "a bucket does not answer as it should");
            let words = "The store does not answer as it should.";
            io::Error::other(Error::StoreUnavailable(words.into()))
        }
        _ => io::Error::other(error),
    }
}
