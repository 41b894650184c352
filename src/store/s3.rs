//! An S3 bucket as a store: AWS, `MinIO`, Garage, Ceph. Bytes with a name are one object.
//!
//! A large image is sent as a multipart upload, which appears under its name complete or not at all.
//! Not every server can list the uploads in progress, so each has a small marker object below `begun/`
//! that holds the id of the upload, from before its first part until after its end.

mod backend;
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

use super::backend::Copied;
use super::content::{ByteSource, ByteStream, read_in_pieces};
use super::{Content, Store, StoreContents, image_of_name};
use crate::Error;
use crate::config::stores::S3;
use crate::domain::range::ByteRange;

/// The number of bytes that one request reads.
const PIECE: u64 = 4 << 20;

/// The longest time that one request may take: the largest parts need it.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(10);

/// The time after which a server counts as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The size in bytes of the largest object that S3 copies in one request.
const COPIED_AT_ONCE: u64 = 5 << 30;

/// The prefix of the marker objects of multipart uploads.
const PARTIAL: &str = "begun";

/// Opens a bucket by the settings.
///
/// # Errors
/// Fails if the settings are not enough, or contradict each other.
pub(super) fn open(options: &S3) -> io::Result<Store> {
    Ok(Store(Arc::new(S3Store::new(options)?)))
}

/// A store in a bucket.
struct S3Store {
    client: AmazonS3,
    bucket: String,
    prefix: Path,
    /// The identity of the bucket, which a store shares with those of its snapshots.
    family: Arc<()>,
}

/// Writes the URL: the client has secrets.
impl fmt::Debug for S3Store {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl S3Store {
    /// Reads the settings, and the usual `AWS_…` variables for what they leave out.
    fn new(options: &S3) -> io::Result<Self> {
        let client = ClientOptions::new()
            .with_allow_http(true)
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_timeout(REQUEST_TIMEOUT);
        let retry = RetryConfig {
            max_retries: 5,
            retry_timeout: CONNECT_TIMEOUT,
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
        Ok(Self {
            client: builder.build().map_err(to_io_error)?,
            bucket: options.bucket.clone(),
            prefix: Path::parse(&options.prefix).map_err(io::Error::other)?,
            family: Arc::default(),
        })
    }

    /// Returns a store in the same bucket, below another prefix.
    fn below(&self, prefix: Path, family: Arc<()>) -> Self {
        Self {
            client: self.client.clone(),
            bucket: self.bucket.clone(),
            prefix,
            family,
        }
    }

    /// Returns the key of an object by its name.
    fn key(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    /// Has the server copy an object.
    async fn copy(&self, name: &str, to: &Self, target: &str) -> io::Result<Copied> {
        let (from, to) = (self.key(name), to.key(target));
        let size = match self.client.head(&from).await {
            Ok(found) => found.size,
            Err(object_store::Error::NotFound { .. }) => return Ok(Copied::Missing),
            Err(error) => return Err(to_io_error(error)),
        };
        if size > COPIED_AT_ONCE {
            return Ok(Copied::Unsupported);
        }
        match self.client.copy(&from, &to).await {
            Ok(()) => Ok(Copied::Bytes(size)),
            Err(object_store::Error::NotFound { .. }) => Ok(Copied::Missing),
            Err(error) => Err(to_io_error(error)),
        }
    }

    async fn read_object(&self, name: &str) -> io::Result<Option<Content>> {
        let key = self.key(name);
        match self.client.head(&key).await {
            Ok(found) => {
                let client = self.client.clone();
                Ok(Some(Content::new(found.size, S3Object { client, key })))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(to_io_error(error)),
        }
    }

    /// Deletes an object, if it exists.
    async fn remove(&self, key: &Path) -> io::Result<()> {
        match self.client.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(to_io_error(error)),
        }
    }

    async fn list(&self) -> io::Result<StoreContents> {
        let list = self.client.list_with_delimiter(Some(&self.prefix)).await;
        let objects = list.map_err(to_io_error)?.objects;
        let names = objects
            .iter()
            .filter_map(|object| object.location.filename());
        let mut contents = StoreContents {
            complete: names
                .filter(|name| image_of_name(name).is_some())
                .map(str::to_owned)
                .collect(),
            partial: Vec::new(),
        };
        for marker in self.markers().await? {
            let name = marker.filename().and_then(|name| name.split_once('.'));
            contents
                .partial
                .extend(name.map(|(name, _)| name.to_owned()));
        }
        Ok(contents)
    }

    /// Lists the names of one image, without those of the others: they are neighbours in the order of a
    /// bucket.
    async fn list_image(&self, image: &str) -> io::Result<StoreContents> {
        let mut contents = StoreContents::default();
        let key = self.key(image);
        match self.client.head(&key).await {
            Ok(_) => contents.complete.push(image.to_owned()),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(to_io_error(error)),
        }
        let mut after = self.client.list_with_offset(Some(&self.prefix), &key);
        while let Some(object) = after.try_next().await.map_err(to_io_error)? {
            if !object.location.as_ref().starts_with(key.as_ref()) {
                break;
            }
            let name = object.location.filename();
            let name = name.filter(|name| image_of_name(name) == Some(image));
            contents.complete.extend(name.map(str::to_owned));
        }
        for marker in self.markers().await? {
            let name = marker.filename().and_then(|name| name.split_once('.'));
            let name = name.filter(|(name, _)| image_of_name(name) == Some(image));
            contents
                .partial
                .extend(name.map(|(name, _)| name.to_owned()));
        }
        Ok(contents)
    }

    /// Returns the key of the marker of an upload.
    fn marker(&self, name: &str, claim: &str) -> Path {
        self.key(PARTIAL).join(format!("{name}.{claim}"))
    }

    /// Lists the keys of the markers of all uploads.
    async fn markers(&self) -> io::Result<Vec<Path>> {
        let list = self.client.list(Some(&self.key(PARTIAL)));
        let keys = list.map_ok(|object| object.location).try_collect().await;
        keys.map_err(to_io_error)
    }

    /// Aborts the unfinished uploads under a name.
    async fn abort_uploads(&self, name: &str) -> io::Result<()> {
        let prefix = format!("{name}.");
        for marker in self.markers().await? {
            if !marker
                .filename()
                .is_some_and(|name| name.starts_with(&prefix))
            {
                continue;
            }
            if let Some(upload) = self.read_text(&marker).await? {
                self.abort(&self.key(name), &upload, &marker).await?;
            }
        }
        Ok(())
    }

    /// Aborts an upload, and deletes its marker.
    async fn abort(&self, key: &Path, upload: &String, marker: &Path) -> io::Result<()> {
        match self.client.abort_multipart(key, upload).await {
            // An upload that is not found has ended, one way or the other.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => self.remove(marker).await,
            Err(error) => Err(to_io_error(error)),
        }
    }

    /// Reads a small object as text; `None` if it does not exist.
    async fn read_text(&self, key: &Path) -> io::Result<Option<String>> {
        match self.client.get(key).await {
            Ok(found) => {
                let bytes = found.bytes().await.map_err(to_io_error)?;
                Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(to_io_error(error)),
        }
    }

    /// Writes a small object.
    async fn write_text(&self, key: &Path, text: &str) -> io::Result<()> {
        let text = PutPayload::from(text.to_owned());
        let written = self.client.put(key, text).await;
        written.map(drop).map_err(to_io_error)
    }
}

/// An object that can be read.
#[derive(Clone, Debug)]
struct S3Object {
    client: AmazonS3,
    key: Path,
}

impl ByteSource for S3Object {
    fn read(&self, part: ByteRange) -> ByteStream {
        let object = self.clone();
        let piece_end = |offset| offset + PIECE;
        read_in_pieces(part, piece_end, move |range| {
            object.clone().read_range(range)
        })
    }
}

impl S3Object {
    async fn read_range(self, range: Range<u64>) -> io::Result<Bytes> {
        let read = self.client.get_range(&self.key, range).await;
        read.map_err(to_io_error)
    }
}

/// Converts an error of the server, or of the connection to it.
fn to_io_error(error: object_store::Error) -> io::Error {
    use object_store::Error as S3Error;
    match error {
        S3Error::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        S3Error::PermissionDenied { .. } | S3Error::Unauthenticated { .. } => {
            io::Error::new(io::ErrorKind::PermissionDenied, error)
        }
        S3Error::Generic { .. } => {
            tracing::warn!(%error, "the S3 server does not answer as it should");
            let words = "The store does not answer as it should.";
            io::Error::other(Error::StoreUnavailable(words.into()))
        }
        _ => io::Error::other(error),
    }
}
