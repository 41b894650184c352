//! Reads the bodies of control requests strictly, so that a misspelt field is an error.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::ControlError;

/// The JSON of a request's body, whatever its content type; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// A JSON body that must be there: where `{}` has a meaning, an empty body is likely a mistake.
#[derive(Debug)]
pub(crate) struct Given<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ControlError> {
        let bytes = whole(request, state).await?;
        if bytes.trim_ascii().is_empty() {
            return read(b"{}").map(Self);
        }
        read(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ControlError> {
        let bytes = whole(request, state).await?;
        if bytes.trim_ascii().is_empty() {
            return Err(ControlError::bad(
                "the body is empty: a JSON document is wanted",
            ));
        }
        read(&bytes).map(Self)
    }
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ControlError> {
    let bytes = Bytes::from_request(request, state).await;
    bytes.map_err(|error: BytesRejection| ControlError::new(error.status(), error.body_text()))
}

fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(text).map_err(|error| ControlError::bad(format!("the body: {error}")))
}
