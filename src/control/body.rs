//! What control requests say: read strictly, so that a misspelt field is not without effect.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::Refusal;

/// The JSON of a request's body, whatever its content type; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes =
            bytes.map_err(|it: BytesRejection| Refusal::new(it.status(), it.body_text()))?;
        let text: &[u8] = if bytes.trim_ascii().is_empty() {
            b"{}"
        } else {
            &bytes
        };
        match serde_json::from_slice(text) {
            Ok(it) => Ok(Self(it)),
            Err(error) => Err(Refusal::bad(format!("the body: {error}"))),
        }
    }
}
