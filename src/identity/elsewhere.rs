//! Where the catalog of a token says that another Glance is.

use http::HeaderMap;

use super::base::Base;
use super::secrets;
use super::subject::AUTH_TOKEN;
use crate::Result;
use crate::app::App;

/// The endpoint of the image service in a region, whose case does not matter, as the catalog of the
/// request's token has it. Nothing if it has none, or if the token is one without a catalog.
pub async fn image_endpoint(
    app: &App,
    headers: &HeaderMap,
    region: &str,
    interface: &str,
) -> Result<Option<String>> {
    let Some(token) = headers.get(AUTH_TOKEN) else {
        return Ok(None);
    };
    let hash = secrets::digest(token.as_bytes());
    let mut db = app.db.read().await?;
    let token = db.token(&hash, app.clock.now()).await?;
    if token.is_none_or(|it| it.scope().is_none()) {
        return Ok(None);
    }
    let found = db.catalog().await?.into_iter().find(|it| {
        it.service_type == "image"
            && it.interface.as_deref() == Some(interface)
            && it
                .region_id
                .as_deref()
                .is_some_and(|it| it.eq_ignore_ascii_case(region))
    });
    let base = Base::of(&app.config, headers);
    Ok(found.and_then(|it| Some(base.endpoint(it.url.as_deref()?))))
}
