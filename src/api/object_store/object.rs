//! `/v1/{account}/{container}/{object}`: PUT, POST and DELETE.

use axum::body::Body;
use http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::answer::{created, no_content, page};
use super::headers::{etag, object_update, overwrite, says_yes};
use super::listing::parameters;
use super::{Handled, copy};
use crate::api::data::DrainOnDrop;
use crate::api::extract::{length, text};
use crate::api::transfer;
use crate::app::App;
use crate::domain::object_store::constraints::MAX_FILE_SIZE;
use crate::domain::object_store::error::ObjectStoreError;
use crate::domain::object_store::{NewObject, ObjectPath, ObjectUpdate};
use crate::service::object_store::{ObjectStore, ObjectUpload};

/// Answers PUT.
pub(super) async fn put(
    app: &App,
    store: &ObjectStore<'_>,
    path: &ObjectPath,
    (request, body): (Parts, Body),
) -> Handled {
    let headers = &request.headers;
    if text(headers, "x-copy-from").is_some_and(|source| !source.is_empty()) {
        return copy::put(app, store, path, &request).await;
    }
    let timeout = app.config().bodies.body_timeout;
    // Most clients send all before they look for an answer, but not those that wait for leave to send.
    let waits = headers.contains_key(EXPECT);
    let prepared = prepare(app, path, headers);
    let (new, upload) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            drain(body, timeout, waits);
            return Err(error);
        }
    };
    if let Err(error) = store.check_put(path, &upload).await {
        drain(body, timeout, waits);
        return Err(error);
    }
    let bytes = DrainOnDrop::new(body, timeout).until(app.apart.closing());
    let late = bytes.late();
    let bytes = transfer::uploaded(app, bytes);
    let stored = store.put(path, new, upload, bytes).await;
    let stored = stored.map_err(|error| match error {
        ObjectStoreError::Service(error) => late.instead_of(error).into(),
        error => error,
    });
    Ok(created(&stored?))
}

/// Reads a body that nobody wants.
fn drain(body: Body, timeout: std::time::Duration, waits: bool) {
    if !waits {
        drop(DrainOnDrop::new(body, timeout));
    }
}

/// Returns what the headers say of the object.
fn prepare(
    app: &App,
    path: &ObjectPath,
    headers: &HeaderMap,
) -> Result<(NewObject, ObjectUpload), ObjectStoreError> {
    let overwrite = overwrite(headers)?;
    let length = length_of(headers)?;
    let update = object_update(app, headers)?;
    let upload = ObjectUpload {
        length,
        etag: etag(headers),
        overwrite,
    };
    Ok((new_object(path, headers, update), upload))
}

/// Returns the length of the body, if the request tells it.
fn length_of(headers: &HeaderMap) -> Result<Option<u64>, ObjectStoreError> {
    if headers.contains_key(TRANSFER_ENCODING) {
        return Ok(None);
    }
    if !headers.contains_key(CONTENT_LENGTH) {
        return Err(ObjectStoreError::LengthRequired);
    }
    match length(headers) {
        Some(length) if length > MAX_FILE_SIZE => Err(ObjectStoreError::TooLarge),
        Some(length) => Ok(Some(length)),
        None => Err(ObjectStoreError::Malformed("Invalid Content-Length".into())),
    }
}

/// Returns the description of a new object, whose media type its name tells if the request does not.
fn new_object(path: &ObjectPath, headers: &HeaderMap, update: ObjectUpdate) -> NewObject {
    let given = update.content_type;
    let given = given.filter(|_| !says_yes(headers, "x-detect-content-type"));
    let mut metadata = update.metadata;
    metadata.retain(|_, value| !value.is_empty());
    NewObject {
        content_type: given.unwrap_or_else(|| {
            let guess = mime_guess::from_path(&path.object);
            guess.first_or_octet_stream().essence_str().to_owned()
        }),
        manifest: update.manifest,
        metadata,
        delete_at: update.delete_at,
    }
}

/// Answers POST.
pub(super) async fn update(
    app: &App,
    store: &ObjectStore<'_>,
    path: &ObjectPath,
    request: &Parts,
) -> Handled {
    let update = object_update(app, &request.headers)?;
    store.update_object(path, update).await?;
    Ok(page(202, None, &Method::POST))
}

/// Answers DELETE.
pub(super) async fn delete(store: &ObjectStore<'_>, path: &ObjectPath, request: &Parts) -> Handled {
    // Clients that mean to delete the segments of a static large object, too, must not be told that it is done.
    let parameters = parameters(&request.uri)?;
    if parameters
        .iter()
        .any(|(name, value)| name == "multipart-manifest" && value == "delete")
    {
        let text = "Static large objects are not supported";
        return Err(ObjectStoreError::Malformed(text.into()));
    }
    store.delete_object(path).await?;
    Ok(no_content())
}
