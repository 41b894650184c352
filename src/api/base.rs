//! The address that a client reaches the server by, for the links it is given.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::app::App;
use crate::config::public_url;

/// Scheme and host of a request's answers, without a slash at the end. What a proxy puts before
/// the path is not in it: Glance leaves that out of `Location`.
pub(super) struct Base(pub(super) String);

impl FromRequestParts<App> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let uri = Some(&parts.uri);
        Ok(Self(public_url::host(&app.config(), uri, &parts.headers)))
    }
}
