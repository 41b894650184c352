//! The extractor of the JSON document in a request.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header;
use serde_json::Value;

use crate::identity::document::Document;
use crate::identity::error::{KeystoneError, Result};

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = KeystoneError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.map(|kind| kind.to_str().unwrap_or_default().to_ascii_lowercase());
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| KeystoneError::Invalid(error.body_text()))?;
        if body.is_empty() {
            return Ok(Self::empty());
        }
        if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(KeystoneError::Missing(
                "application/json",
                "Content-Type header",
            ));
        }
        let Ok(Value::Object(map)) = serde_json::from_slice(&body) else {
            return Err(KeystoneError::Missing("valid JSON", "request body"));
        };
        Self::new(map)
    }
}
