//! The error responses of the control API: a status, and a message that says what was wrong.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use serde_json::json;

/// A refusal: `{"error": {"code": 404, "message": "…"}}`.
#[derive(Clone, Debug)]
pub struct ControlError {
    status: StatusCode,
    message: String,
}

impl ControlError {
    /// A refusal with this status and message.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, message }
    }

    /// Returns the error of a bad request, with a message.
    #[must_use]
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// There is no such thing; the message names it.
    #[must_use]
    pub fn absent(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn no_such_path(path: &str) -> Self {
        let message = format!("there is no /_lookalike{path}: see /_lookalike/openapi.json");
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn no_such_method(method: &Method, path: &str) -> Self {
        let message = format!("/_lookalike{path} takes no {method}: see /_lookalike/openapi.json");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.status.as_u16(), "message": self.message });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

impl From<crate::Error> for ControlError {
    /// The message of what failed; of what is ours to blame, the causes as well: whoever controls
    /// the server may know them.
    fn from(error: crate::Error) -> Self {
        let status = StatusCode::from_u16(error.status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, crate::with_causes(&error))
    }
}

impl From<crate::OpenError> for ControlError {
    fn from(error: crate::OpenError) -> Self {
        if matches!(error, crate::OpenError::NotLaidBy) {
            return Self::new(StatusCode::CONFLICT, error.to_string());
        }
        tracing::error!(%error, "a cloud could not be opened");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}
