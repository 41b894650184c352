//! JSON documents in requests, read within bounds.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use serde_json::Value;

use super::extract::{cloud_of, has_body};
use super::json_size::check_values;
use super::whole_body::{BodyBounds, read_whole};
use crate::config::BodyOptions;
use crate::runtime::blocking::run_blocking;
use crate::{Error, Result};

/// The size of a document in bytes from which it is read on a thread of its own.
const LARGE: usize = 64 << 10;

/// A JSON document, whatever its `Content-Type` says: Glance does not look.
#[derive(Debug)]
pub(super) struct Json(pub(super) Value);

/// A JSON document of metadata definitions, which may be larger than others.
#[derive(Debug)]
pub(super) struct DefinitionJson(pub(super) Value);

/// Nothing, where Glance reads a body as JSON and then falls over it: it is read, and refused.
#[derive(Debug)]
pub(super) struct NoJson;

impl<S: Sync> FromRequest<S> for Json {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        expected(request, |options| options.json_limit)
            .await
            .map(Self)
    }
}

impl<S: Sync> FromRequest<S> for DefinitionJson {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        expected(request, |options| options.metadefs_limit)
            .await
            .map(Self)
    }
}

impl<S: Sync> FromRequest<S> for NoJson {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if has_body(request.method(), request.headers()) {
            let (bounds, body) = bounded(request, |options| options.json_limit)?;
            read_json(body, bounds).await?;
            return Err(Error::BodyUnexpected);
        }
        Ok(Self)
    }
}

/// Reads the document of a request that must have one.
async fn expected(request: Request, limit: impl FnOnce(&BodyOptions) -> u64) -> Result<Value> {
    if !has_body(request.method(), request.headers()) {
        return Err(Error::BodyMissing);
    }
    let (bounds, body) = bounded(request, limit)?;
    read_json(body, bounds).await
}

fn bounded(
    request: Request,
    limit: impl FnOnce(&BodyOptions) -> u64,
) -> Result<(BodyBounds, Body)> {
    let (parts, body) = request.into_parts();
    let config = cloud_of(&parts)?.config();
    let bounds = BodyBounds {
        size: limit(&config.bodies),
        time: config.bodies.json_timeout,
    };
    Ok((bounds, body))
}

/// Reads a body as JSON: an object or a list.
pub(super) async fn read_json(body: Body, bounds: BodyBounds) -> Result<Value> {
    let bytes = read_whole(body, bounds).await?;
    if bytes.len() < LARGE {
        return parse(&bytes);
    }
    let work = move || {
        let counted = check_values(&bytes, bounds.size);
        Ok(counted.and_then(|()| parse(&bytes)))
    };
    run_blocking(work).await?
}

fn parse(bytes: &[u8]) -> Result<Value> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| Error::BodyMalformed)?;
    if value.is_object() || value.is_array() {
        Ok(value)
    } else {
        Err(Error::BodyNotDocument)
    }
}
