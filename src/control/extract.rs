//! The extractor of the cloud that a control request is for.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;

use super::ControlError;
use crate::cloud::Cloud;

impl<S: Sync> FromRequestParts<S> for Cloud {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ControlError> {
        let cloud = parts.extensions.get::<Self>().cloned();
        let missing = || {
            ControlError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the request is for no cloud",
            )
        };
        cloud.ok_or_else(missing)
    }
}
