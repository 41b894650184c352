//! Objects written: claimed, streamed into a store, recorded.
//!
//! The row of an object changes only when all its bytes are safe: until then a reader gets what was there before.
//! It runs in a task of its own: a client that goes away ends the stream, not the cleaning up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::draft::{DataDraft, ExpectedBytes, remove_unused};
use super::{ObjectStore, Result, hold_container};
use crate::Error;
use crate::app::App;
use crate::db::Session;
use crate::domain::object_store::constraints::{MAX_FILE_SIZE, check_object_name};
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{
    EMPTY_ETAG, NewObject, ObjectData, ObjectPath, Overwrite, StoredObject,
};

/// The facts that a client tells of the bytes of an object.
#[derive(Clone, Debug, Default)]
pub struct ObjectUpload {
    /// The number of bytes, if it is known beforehand.
    pub length: Option<u64>,
    /// The MD5 of the bytes, in lower-case hex: others are refused.
    pub etag: Option<String>,
    /// Whether an object of the same name is replaced.
    pub overwrite: Overwrite,
}

/// An object that is being written.
struct PendingObject {
    app: App,
    account: String,
    path: ObjectPath,
    new: NewObject,
    overwrite: Overwrite,
}

impl ObjectStore<'_> {
    /// Writes an object from a stream, in place of any of its name: all of it, or nothing. One of more than 5 GiB
    /// is refused. Call [`check_put`](Self::check_put) before there are bytes.
    pub async fn put<S, E>(
        &self,
        path: &ObjectPath,
        new: NewObject,
        upload: ObjectUpload,
        bytes: S,
    ) -> Result<StoredObject>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display + Send + 'static,
    {
        let account = self.writable_account()?;
        check_object_name(&path.object)?;
        let pending = PendingObject {
            app: self.app.clone(),
            account: account.to_owned(),
            path: path.clone(),
            new,
            overwrite: upload.overwrite,
        };
        let work = async move {
            // Errors of the object store pass through the task as values.
            Ok(match upload.length {
                Some(0) => pending.write_nothing(&upload).await,
                _ => pending.write(upload, bytes).await,
            })
        };
        self.app.apart.run("an upload of an object", work).await?
    }

    /// Checks what can be known before there are bytes.
    pub async fn check_put(&self, path: &ObjectPath, upload: &ObjectUpload) -> Result<()> {
        self.writable_account()?;
        let now = self.app.clock.now();
        let mut db = self.app.db.read().await?;
        let container = self.see_container(&mut db, &path.container).await?;
        if upload.length.is_some_and(|length| length > MAX_FILE_SIZE) {
            return Err(ObjectStoreError::TooLarge);
        }
        check_object_name(&path.object)?;
        if upload.overwrite == Overwrite::Refused
            && db
                .stored_object(&container.id, &path.object, now)
                .await?
                .is_some()
        {
            return Err(ObjectStoreError::PreconditionFailed);
        }
        Ok(())
    }
}

impl PendingObject {
    async fn write_nothing(self, upload: &ObjectUpload) -> Result<StoredObject> {
        let expected = upload.etag.as_deref();
        if expected.is_some_and(|etag| etag != EMPTY_ETAG) {
            return Err(Error::ChecksumMismatch.into());
        }
        let (db, object, unused) = self.record(None, 0, EMPTY_ETAG.to_owned()).await?;
        finish(&self.app, db, unused).await?;
        Ok(object)
    }

    async fn write<S, E>(self, upload: ObjectUpload, bytes: S) -> Result<StoredObject>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        let expected = ExpectedBytes {
            length: upload.length,
            etag: upload.etag,
        };
        let (bytes, is_too_large) = cut_off(bytes);
        let written = DataDraft::write(&self.app, expected, bytes).await;
        if is_too_large.load(Ordering::Relaxed) {
            return Err(ObjectStoreError::BodyTooLarge);
        }
        let draft = written?;
        let published = self.publish(&draft).await;
        if published.is_err() {
            draft.give_up().await;
        }
        published
    }

    /// Makes an object of bytes that are in a store.
    async fn publish(&self, draft: &DataDraft) -> Result<StoredObject> {
        let (data, etag) = (draft.data.clone(), draft.etag.clone());
        let (mut db, object, unused) = self.record(Some(data), draft.size, etag).await?;
        draft.end_claim(&mut db).await?;
        finish(&self.app, db, unused).await?;
        Ok(object)
    }

    /// Writes the rows of the object, and removes what it replaces; they count when the session commits.
    async fn record(
        &self,
        data: Option<ObjectData>,
        size: i64,
        etag: String,
    ) -> Result<(Session, StoredObject, Option<ObjectData>)> {
        let app = &self.app;
        let (mut db, container) = hold_container(app, &self.account, &self.path.container).await?;
        let now = app.clock.now();
        let name = &self.path.object;
        if self.overwrite == Overwrite::Refused
            && db.stored_object(&container.id, name, now).await?.is_some()
        {
            return Err(ObjectStoreError::PreconditionFailed);
        }
        if let Some(data) = &data {
            db.insert_object_data(data).await?;
        }
        let object = self.new.clone().into_object(name, data, (size, etag), now);
        let before = db.put_stored_object(&container.id, &object).await?;
        let unused = unused_after(&mut db, before).await?;
        Ok((db, object, unused))
    }
}

/// Returns a stream that fails when there are too many bytes for an object, and what tells whether it did.
fn cut_off<S, E>(
    bytes: S,
) -> (
    impl Stream<Item = std::result::Result<Bytes, String>>,
    Arc<AtomicBool>,
)
where
    S: Stream<Item = std::result::Result<Bytes, E>>,
    E: std::fmt::Display,
{
    let is_too_large = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&is_too_large);
    let mut size = 0;
    let bytes = bytes.map(move |chunk| {
        let chunk = chunk.map_err(|error| error.to_string())?;
        size += chunk.len() as u64;
        if size > MAX_FILE_SIZE {
            tell.store(true, Ordering::Relaxed);
            return Err("the object is too large".to_owned());
        }
        Ok(chunk)
    });
    (bytes, is_too_large)
}

/// Returns the data that an object had which is gone, if no other refers to it.
pub(super) async fn unused_after(
    db: &mut Session,
    before: Option<String>,
) -> Result<Option<ObjectData>> {
    match before {
        Some(id) => Ok(db.remove_unused_object_data(&id).await?),
        None => Ok(None),
    }
}

/// Commits a change of objects, and then removes the bytes that nothing refers to any more. What fails there is
/// swept later.
pub(super) async fn finish(app: &App, db: Session, unused: Option<ObjectData>) -> Result<()> {
    db.commit_durably().await?;
    remove_unused(app, unused).await;
    Ok(())
}
