//! The address that a client reaches the server by, for the links it is given.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::extract::cloud_of;
use crate::config::public_url;
use crate::{Error, Result};

/// Scheme and host of a request's answers, without a slash at the end. What a proxy puts before
/// the path is not in it: Glance leaves that out of `Location`.
pub(super) struct Base(pub(super) String);

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let app = cloud_of(parts)?;
        let uri = Some(&parts.uri);
        Ok(Self(public_url::host(&app.config(), uri, &parts.headers)))
    }
}
