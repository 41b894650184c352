//! The extractor of the JSON document in a request.

use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use serde_json::Value;

use crate::api::extract::cloud_of;
use crate::api::whole_body::{BodyBounds, BodyError, read_whole};
use crate::identity::document::Document;
use crate::identity::error::{KeystoneError, Result};

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = KeystoneError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let may_be_json = says_json_or_nothing(&parts.headers);
        let config = cloud_of(&parts)?.config();
        let bounds = BodyBounds {
            size: config.bodies.max_request_body_size,
            time: config.bodies.json_timeout,
        };
        let body = read_whole(body, bounds)
            .await
            .map_err(|error| match error {
                BodyError::TooLarge(_) => KeystoneError::TooLarge,
                BodyError::TooSlow(_) => KeystoneError::TooSlow(error.to_string()),
                BodyError::Broken(text) => KeystoneError::Invalid(text),
            })?;
        if body.is_empty() {
            return Ok(Self::empty());
        }
        if !may_be_json {
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

/// Returns whether a body may be JSON by its `Content-Type`, which may be missing or empty.
///
/// Keystone: `keystone/server/flask/request_processing/json_body.py`.
fn says_json_or_nothing(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let value = value.to_str().unwrap_or("?");
    let media_type = value.split(';').next().unwrap_or_default().trim();
    let json = ["application/json", "application/json-home"];
    media_type.is_empty()
        || json
            .iter()
            .any(|json| media_type.eq_ignore_ascii_case(json))
}
