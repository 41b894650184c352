//! The extractor of the address that the client reaches the server by.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::app::App;
use crate::identity::urls::Base;

impl FromRequestParts<App> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(&app.config(), &parts.headers))
    }
}
