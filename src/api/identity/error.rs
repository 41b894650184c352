//! Keystone's form of an error response.

use axum::response::{IntoResponse, Response};
use serde_json::{Map, json};

use super::response;
use crate::identity::error::KeystoneError;

impl IntoResponse for KeystoneError {
    fn into_response(self) -> Response {
        let status = self.status();
        if matches!(self, Self::TooLarge) {
            return response::webob(status, "Request Entity Too Large", &self.to_string());
        }
        if let Self::Ours(cause) = &self {
            tracing::error!(error = ?cause, "identity request failed");
        }
        let title = status.canonical_reason().unwrap_or("Error");
        // Keystone sorts these by name.
        let mut error = Map::new();
        error.insert("code".into(), json!(status.as_u16()));
        if let Self::Refused(_, identity) = &self {
            error.insert("identity".into(), identity.clone());
        }
        error.insert("message".into(), json!(self.to_string()));
        error.insert("title".into(), json!(title));
        response::json(status, &json!({ "error": error }))
    }
}
