//! The extractor of the address that the client reaches the server by.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::api::extract::cloud_of;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::urls::Base;

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = KeystoneError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let app = cloud_of(parts)?;
        Ok(Self::of(&app, &parts.headers))
    }
}
