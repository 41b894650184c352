//! Reads the bodies of control requests strictly, so that a misspelt field is an error.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::ControlError;
use crate::Error;
use crate::api::json_size::check_values;
use crate::api::whole_body::{BodyBounds, read_whole};
use crate::cloud::Cloud;
use crate::config::BodyOptions;
use crate::runtime::blocking::run_blocking;

/// The size of a document in bytes from which it is read on a thread of its own.
const LARGE: usize = 64 << 10;

/// The JSON of a request's body, whatever its content type; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// A JSON body that must be there: where `{}` has a meaning, an empty body is likely a mistake.
#[derive(Debug)]
pub(crate) struct Given<T>(pub(crate) T);

/// The JSON of a request's body that may be as large as a seed; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct LargeBody<T>(pub(crate) T);

/// A body that may be as large as a seed, as it came.
#[derive(Debug)]
pub(crate) struct SeedText(pub(crate) String);

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Body<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let (bytes, limit) = whole(request, |options| options.json_limit).await?;
        if bytes.trim_ascii().is_empty() {
            return read(b"{}").map(Self);
        }
        read_apart(bytes, limit).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Given<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let (bytes, limit) = whole(request, |options| options.json_limit).await?;
        if bytes.trim_ascii().is_empty() {
            return Err(ControlError::bad(
                "the body is empty: a JSON document is wanted",
            ));
        }
        read_apart(bytes, limit).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for LargeBody<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let (bytes, limit) = whole(request, |options| options.seed_limit).await?;
        if bytes.trim_ascii().is_empty() {
            return read(b"{}").map(Self);
        }
        read_apart(bytes, limit).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for SeedText {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let (bytes, _) = whole(request, |options| options.seed_limit).await?;
        let text = String::from_utf8(bytes.into());
        text.map(Self)
            .map_err(|_| ControlError::bad("the body is not valid UTF-8"))
    }
}

/// Returns the body of a request, and the size that it may have.
async fn whole(
    request: Request,
    limit: impl FnOnce(&BodyOptions) -> u64,
) -> Result<(Bytes, u64), ControlError> {
    let (parts, body) = request.into_parts();
    let cloud = parts.extensions.get::<Cloud>();
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let cloud = cloud.ok_or_else(|| ControlError::new(status, "the request is for no cloud"))?;
    let config = cloud.app().await.config();
    let bounds = BodyBounds {
        size: limit(&config.bodies),
        time: config.bodies.json_timeout,
    };
    let bytes = read_whole(body, bounds).await.map_err(Error::from)?;
    Ok((bytes, bounds.size))
}

/// Reads a document, a large one on a thread of its own.
async fn read_apart<T: DeserializeOwned + Send + 'static>(
    bytes: Bytes,
    limit: u64,
) -> Result<T, ControlError> {
    if bytes.len() < LARGE {
        return read(&bytes);
    }
    let work = move || {
        let counted = check_values(&bytes, limit).map_err(ControlError::from);
        Ok(counted.and_then(|()| read(&bytes)))
    };
    run_blocking(work).await.map_err(Error::from)?
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(text).map_err(|error| ControlError::bad(format!("the body: {error}")))
}
