//! The bytes of objects: found, and streamed; those of a dynamic large object from its segments.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::super::image_data::read;
use super::{ObjectStore, Result};
use crate::app::App;
use crate::db::Session;
use crate::domain::object_store::constraints::{LISTING_LIMIT, MAX_SEGMENTS};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::listing::{ListingQuery, Rollup};
use crate::domain::object_store::manifest::{Manifest, joined_etag};
use crate::domain::object_store::{ObjectData, ObjectPath, StoredObject};
use crate::domain::range::ByteRange;
use crate::store::Content;

/// The number of times that an object is looked for whose bytes go away meanwhile, because it is replaced.
const TRIES: usize = 5;

/// The way in which the manifest of a dynamic large object is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManifestUse {
    /// The object is what its segments are, one after the other.
    #[default]
    Followed,
    /// The object is the manifest itself: `multipart-manifest=get`.
    Raw,
}

/// An object, with what it is to whoever reads it.
#[derive(Clone, Debug)]
pub struct FoundObject {
    /// The object by its row.
    pub object: StoredObject,
    /// The number of bytes: its own, or those of all its segments.
    pub size: u64,
    /// The `ETag`: the MD5 of its bytes in hex, or one in quotes that is made of those of its segments.
    pub etag: String,
    /// The segments, if its bytes are theirs.
    segments: Option<Arc<Vec<Segment>>>,
}

/// A segment of a dynamic large object.
#[derive(Clone, Debug)]
struct Segment {
    data: Option<ObjectData>,
    size: u64,
    etag: String,
}

/// An object whose bytes can be read.
#[derive(Clone, Debug)]
pub struct OpenedObject {
    /// The object.
    pub found: FoundObject,
    /// Its own bytes; `None` if it has none or if they are those of its segments.
    content: Option<Content>,
    app: App,
}

impl FoundObject {
    /// Returns whether its bytes are those of its segments.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.segments.is_some()
    }
}

impl ObjectStore<'_> {
    /// Finds an object of the caller's account.
    pub async fn find(&self, path: &ObjectPath, manifest: ManifestUse) -> Result<FoundObject> {
        let now = self.app.clock.now();
        let mut db = self.app.db.read().await?;
        let container = self.see_container(&mut db, &path.container).await?;
        let found = db.stored_object(&container.id, &path.object, now).await?;
        let object = found.ok_or(ObjectStoreError::ObjectNotFound)?;
        match object.manifest.clone() {
            Some(manifest_of) if manifest == ManifestUse::Followed => {
                let segments = self.segments(&mut db, &manifest_of).await?;
                Ok(FoundObject {
                    size: segments.iter().map(|segment| segment.size).sum(),
                    etag: joined_etag(segments.iter().map(|segment| segment.etag.as_str())),
                    segments: Some(Arc::new(segments)),
                    object,
                })
            }
            _ => Ok(FoundObject {
                size: u64::try_from(object.size).unwrap_or(0),
                etag: object.etag.clone(),
                segments: None,
                object,
            }),
        }
    }

    /// Finds the segments of a manifest. One that is a manifest itself has the bytes that it has of its own.
    async fn segments(&self, db: &mut Session, manifest: &Manifest) -> Result<Vec<Segment>> {
        let now = self.app.clock.now();
        let container = self.see_container(db, &manifest.container).await?;
        let mut rollup = Rollup::new(&ListingQuery {
            prefix: manifest.prefix.clone(),
            limit: LISTING_LIMIT,
            ..ListingQuery::default()
        });
        let mut segments = Vec::new();
        // A page after the other: each goes on behind the last name.
        while let Some(window) = rollup.window(0) {
            let rows = db
                .stored_objects_within(&container.id, &window, now)
                .await?;
            let is_last = rows.len() < window.limit;
            if segments.len() + rows.len() > MAX_SEGMENTS {
                let text = format!("A large object has {MAX_SEGMENTS} segments at the most");
                return Err(ObjectStoreError::Invalid(text));
            }
            for row in rows {
                rollup.accept(&row.name);
                segments.push(Segment {
                    data: row.data,
                    size: u64::try_from(row.size).unwrap_or(0),
                    etag: row.etag,
                });
            }
            if is_last {
                break;
            }
        }
        Ok(segments)
    }

    /// Opens an object of the caller's account, as a stream with its size.
    pub async fn open(&self, path: &ObjectPath, manifest: ManifestUse) -> Result<OpenedObject> {
        let found = self.find(path, manifest).await?;
        self.open_found(found, path, manifest).await
    }

    /// Opens an object that was found at this path, or the one that has replaced it there.
    pub async fn open_found(
        &self,
        mut found: FoundObject,
        path: &ObjectPath,
        manifest: ManifestUse,
    ) -> Result<OpenedObject> {
        for _ in 0..TRIES {
            let data = found.object.data.as_ref().filter(|_| !found.is_joined());
            let content = match data {
                Some(data) => open_data(self.app, data).await?,
                None => None,
            };
            if content.is_none() && data.is_some() {
                // It was replaced meanwhile.
                found = self.find(path, manifest).await?;
                continue;
            }
            let app = self.app.clone();
            return Ok(OpenedObject {
                found,
                content,
                app,
            });
        }
        tracing::warn!(
            container = path.container,
            object = path.object,
            "the bytes of an object are lost"
        );
        Err(ObjectStoreError::ObjectNotFound)
    }
}

impl OpenedObject {
    /// Returns the number of bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.found.size
    }

    /// Returns a stream of all bytes.
    #[must_use]
    pub fn stream(&self) -> BoxStream<'static, io::Result<Bytes>> {
        match self.size().checked_sub(1) {
            Some(end) => self.stream_part(ByteRange { start: 0, end }),
            None => stream::empty().boxed(),
        }
    }

    /// Returns a stream of a part of the bytes, which must lie within them. It fails if a segment is deleted
    /// before it is read.
    #[must_use]
    pub fn stream_part(&self, part: ByteRange) -> BoxStream<'static, io::Result<Bytes>> {
        match (&self.found.segments, &self.content) {
            (Some(segments), _) => joined(self.app.clone(), Arc::clone(segments), part),
            (None, Some(content)) => content.clone().stream_part(part),
            (None, None) => stream::empty().boxed(),
        }
    }
}

/// Opens the bytes of an object; `None` if they are gone.
async fn open_data(app: &App, data: &ObjectData) -> io::Result<Option<Content>> {
    match app.stores.entry_of(&data.location, &data.id) {
        Some(entry) => read(app, &entry.id, &entry.store, &data.location.url).await,
        None => Ok(None),
    }
}

/// Returns a stream of a part of the bytes of segments, each of which is opened when it is its turn.
fn joined(
    app: App,
    segments: Arc<Vec<Segment>>,
    part: ByteRange,
) -> BoxStream<'static, io::Result<Bytes>> {
    let (mut index, mut offset) = (0, 0);
    let parts = std::iter::from_fn(move || {
        loop {
            let segment: &Segment = segments.get(index).filter(|_| offset <= part.end)?;
            let (start, end) = (offset, offset + segment.size);
            (index, offset) = (index + 1, end);
            if end > part.start && segment.size > 0 {
                let within = ByteRange {
                    start: part.start.saturating_sub(start),
                    end: (part.end - start).min(segment.size - 1),
                };
                return Some((segment.data.clone(), within));
            }
        }
    });
    let open = move |(data, part): (Option<ObjectData>, ByteRange)| {
        let app = app.clone();
        async move {
            let content = match &data {
                Some(data) => open_data(&app, data).await?,
                None => None,
            };
            let content = content.ok_or_else(|| {
                let text = "a segment of a large object is gone";
                io::Error::new(io::ErrorKind::NotFound, text)
            })?;
            Ok::<_, io::Error>(content.stream_part(part))
        }
    };
    stream::iter(parts).then(open).try_flatten().boxed()
}
