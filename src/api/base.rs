//! The address that a client reaches the server by, for the links it is given.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri};

use super::extract::cloud_of;
use crate::app::App;
use crate::config::public_url;
use crate::{Error, Result};

/// Scheme and host of a request's answers, without a slash at the end. What a proxy puts before
/// the path is not in it: Glance leaves that out of `Location`.
pub(super) struct BaseUrl(pub(super) String);

impl<S: Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let app = cloud_of(parts)?;
        let uri = Some(&parts.uri);
        let host = public_url::host(&app.config(), app.scheme(), uri, &parts.headers);
        Ok(Self(host + &images_prefix(&app)))
    }
}

/// Returns the base URL of the Images API, with what a proxy or the dialect puts before the path.
pub(super) fn base(app: &App, uri: Option<&Uri>, headers: &HeaderMap) -> String {
    public_url::base(&app.config(), app.scheme(), uri, headers) + &images_prefix(app)
}

/// Returns the prefix that the present request came by, if the Images API is right below it: of the region, and of the
/// dialect.
fn images_prefix(app: &App) -> String {
    let mount = app.mount().filter(|mount| mount.onto.is_empty());
    let mount = mount.map_or("", |mount| mount.prefix);
    app.region_path() + mount
}
