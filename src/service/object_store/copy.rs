//! Copies of objects, made by the server. Swift: `swift/common/middleware/copy.py`.
//!
//! A copy of a whole object refers to the same bytes. One of a dynamic large object, or of a part, is written anew.

use std::io;

use super::content::{FoundObject, ManifestUse, OpenedObject};
use super::upload::{ObjectUpload, finish, unused_after};
use super::{ObjectStore, Result, hold_container};
use crate::Error;
use crate::app::App;
use crate::domain::object_store::conditions::{ConditionOutcome, Conditions};
use crate::domain::object_store::constraints::MAX_FILE_SIZE;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::ranges::RequestedParts;
use crate::domain::object_store::{NewObject, ObjectPath, ObjectUpdate, Overwrite, StoredObject};
use crate::domain::range::ByteRange;

/// The number of times that an object is copied which is replaced meanwhile.
const TRIES: usize = 5;

/// A copy that a client asks for.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    /// The object that is copied.
    pub source: ObjectPath,
    /// The path of the copy.
    pub target: ObjectPath,
    /// The headers of the request: what they name replaces what the source has.
    pub update: ObjectUpdate,
    /// Whether the copy gets the metadata of the request only: `X-Fresh-Metadata`.
    pub fresh_metadata: bool,
    /// The way in which the manifest of the source is taken.
    pub manifest: ManifestUse,
    /// The conditions that the source must meet.
    pub conditions: Conditions,
    /// The part of the source that is copied: a `Range` header.
    pub range: Option<String>,
    /// The MD5 that the copy must have, in lower-case hex.
    pub etag: Option<String>,
    /// Whether an object of the same name is replaced.
    pub overwrite: Overwrite,
}

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct CopiedObject {
    /// The object that was copied.
    pub source: StoredObject,
    /// The copy.
    pub copy: StoredObject,
}

impl ObjectStore<'_> {
    /// Copies an object of the caller's account to another path in it.
    pub async fn copy(&self, request: CopyRequest) -> Result<CopiedObject> {
        self.writable_account()?;
        for _ in 0..TRIES {
            let found = self.find(&request.source, request.manifest).await?;
            check_source(&found, &request.conditions)?;
            let upload = ObjectUpload {
                length: None,
                etag: request.etag.clone(),
                overwrite: request.overwrite,
            };
            self.check_put(&request.target, &upload).await?;
            let new = new_object(&found, &request);
            let part = part_of(&found, request.range.as_deref())?;
            if found.is_joined() || part.is_some() {
                let (path, manifest) = (&request.source, request.manifest);
                let opened = self.open_found(found, path, manifest).await?;
                return self
                    .write_copy(&request.target, new, upload, (opened, part))
                    .await;
            }
            let etag = request.etag.as_deref();
            if etag.is_some_and(|etag| etag != found.object.etag) {
                return Err(Error::ChecksumMismatch.into());
            }
            if let Some(copy) = self.refer(&request, new, &found.object).await? {
                let source = found.object;
                return Ok(CopiedObject { source, copy });
            }
        }
        Err(Error::conflict("The object is replaced faster than it can be copied.".into()).into())
    }

    /// Writes a copy, or one of a part, anew.
    async fn write_copy(
        &self,
        target: &ObjectPath,
        new: NewObject,
        upload: ObjectUpload,
        (opened, part): (OpenedObject, Option<ByteRange>),
    ) -> Result<CopiedObject> {
        let (length, bytes) = match part {
            Some(part) => (part.length(), opened.stream_part(part)),
            None => (opened.size(), opened.stream()),
        };
        let upload = ObjectUpload {
            length: Some(length),
            ..upload
        };
        let source = opened.found.object;
        let copy = self.put(target, new, upload, bytes).await;
        match copy {
            Ok(copy) => Ok(CopiedObject { source, copy }),
            // The stream that ended was not a client's.
            Err(ObjectStoreError::Service(Error::ClientDisconnected(text))) => {
                Err(Error::Store(io::Error::other(text)).into())
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a copy that refers to the bytes of the source; `None` if these are gone meanwhile.
    async fn refer(
        &self,
        request: &CopyRequest,
        new: NewObject,
        source: &StoredObject,
    ) -> Result<Option<StoredObject>> {
        let account = self.writable_account()?.to_owned();
        let (app, source) = (self.app.clone(), source.clone());
        let (target, overwrite) = (request.target.clone(), request.overwrite);
        let work = async move {
            let referring = refer(&app, &account, (&target, overwrite), new, &source);
            Ok(referring.await)
        };
        self.app.apart.run("a copy of an object", work).await?
    }
}

async fn refer(
    app: &App,
    account: &str,
    (target, overwrite): (&ObjectPath, Overwrite),
    new: NewObject,
    source: &StoredObject,
) -> Result<Option<StoredObject>> {
    let (mut db, container) = hold_container(app, account, &target.container).await?;
    let now = app.clock.now();
    let before = db.stored_object(&container.id, &target.object, now).await?;
    if before.is_some() && overwrite == Overwrite::Refused {
        return Err(ObjectStoreError::PreconditionFailed);
    }
    let id_of = |object: &StoredObject| object.data.as_ref().map(|data| data.id.clone());
    // In one order, whoever copies what to where: so nobody waits in a circle.
    let mut ids: Vec<String> = id_of(source)
        .into_iter()
        .chain(before.as_ref().and_then(id_of))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        let there = db.lock_object_data(id).await?;
        if !there && id_of(source).as_ref() == Some(id) {
            return Ok(None);
        }
    }
    let facts = (source.size, source.etag.clone());
    let copy = new.into_object(&target.object, source.data.clone(), facts, now);
    let before = db.put_stored_object(&container.id, &copy).await?;
    let unused = unused_after(&mut db, before).await?;
    finish(app, db, unused).await?;
    Ok(Some(copy))
}

/// Checks what is to be copied as a GET of it would be.
fn check_source(found: &FoundObject, conditions: &Conditions) -> Result<()> {
    match conditions.check(&found.etag, found.object.updated_at) {
        ConditionOutcome::Met => {}
        ConditionOutcome::NotModified => return Err(ObjectStoreError::NotModified),
        ConditionOutcome::Failed => return Err(ObjectStoreError::PreconditionFailed),
    }
    if found.size > MAX_FILE_SIZE {
        return Err(ObjectStoreError::TooLarge);
    }
    Ok(())
}

/// Returns the part that is copied; `None` is all. Several at once cannot be one object.
fn part_of(found: &FoundObject, range: Option<&str>) -> Result<Option<ByteRange>> {
    let Some(range) = range else {
        return Ok(None);
    };
    match RequestedParts::parse(range, found.size) {
        RequestedParts::Some(parts) => match *parts {
            [part] => Ok(Some(part)),
            _ => Err(ObjectStoreError::Invalid(
                "Copy requests take one range at the most".into(),
            )),
        },
        RequestedParts::Whole => Ok(None),
        RequestedParts::Unsatisfiable => Err(ObjectStoreError::RangeNotSatisfiable(found.size)),
    }
}

/// Returns the description of the copy.
fn new_object(found: &FoundObject, request: &CopyRequest) -> NewObject {
    let source = &found.object;
    let update = &request.update;
    let mut new = NewObject {
        content_type: source.content_type.clone(),
        ..NewObject::default()
    };
    if !request.fresh_metadata {
        new.metadata.clone_from(&source.metadata);
        new.delete_at = source.delete_at;
    }
    new.metadata.extend(update.metadata.clone());
    new.metadata.retain(|_, value| !value.is_empty());
    if let Some(content_type) = &update.content_type {
        content_type.clone_into(&mut new.content_type);
    }
    new.delete_at = update.delete_at.or(new.delete_at);
    new.manifest.clone_from(&update.manifest);
    if request.manifest == ManifestUse::Raw && source.manifest.is_some() {
        new.manifest.clone_from(&source.manifest);
    }
    new
}
