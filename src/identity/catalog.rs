//! Finds endpoints in the catalog of a caller's token.

use serde_json::Value;

use super::urls::Base;
use crate::Result;
use crate::app::App;
use crate::db::identity::{CatalogRow, Token};
use crate::domain::caller::Caller;
use crate::domain::digest::digest;

/// The query of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct EndpointQuery<'a> {
    /// The type of the service, such as `image`.
    pub kind: &'a str,
    /// The region; case does not matter, as Glance has it.
    pub region: &'a str,
    /// The interface: `public`, `internal` or `admin`.
    pub interface: &'a str,
}

/// The URL of an endpoint in the catalog of a caller's token. Callers who say themselves who they
/// are have none.
///
/// # Errors
///
/// Where the database or the Keystone elsewhere cannot be asked; and where the token is not valid.
pub async fn endpoint(
    app: &App,
    caller: &Caller,
    sought: EndpointQuery<'_>,
) -> Result<Option<String>> {
    let Some(token) = &caller.token else {
        return Ok(None);
    };
    let now = app.clock.now();
    if let Some(keystone) = &app.keystone {
        let catalog = keystone.catalog(token, now).await?;
        return Ok(find(&catalog, sought));
    }
    let mut db = app.db.read().await?;
    if db
        .token_summary(&digest(token.reveal().as_bytes()), now)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let rows = db.catalog().await?;
    let found = rows.iter().find(|row| {
        row.service_type == sought.kind
            && row
                .region_id
                .as_deref()
                .is_some_and(|region_id| region_id.eq_ignore_ascii_case(sought.region))
            && row.interface.as_deref() == Some(sought.interface)
    });
    let base = Base::without_request(&app.config());
    let url = found.and_then(|found| found.url.as_deref());
    Ok(url.map(|url| base.endpoint(url)))
}

/// Returns the rows of the embedded catalog: each endpoint with its service, ordered by service.
///
/// # Errors
///
/// Fails if the database does.
pub(crate) async fn rows(app: &App) -> Result<Vec<CatalogRow>> {
    Ok(app.db.read().await?.catalog().await?)
}

/// Returns an endpoint's URL with the ids of the token in it; `None` if it needs one that the token has not.
pub(crate) fn filled(url: &str, token: &Token) -> Option<String> {
    let mut url = url.replace("$(", "%(");
    let project = token.project_id.as_ref();
    for (word, id) in [
        ("%(project_id)s", project),
        ("%(tenant_id)s", project),
        ("%(user_id)s", Some(&token.user_id)),
    ] {
        if url.contains(word) {
            url = url.replace(word, id?);
        }
    }
    Some(url)
}

fn find(catalog: &Value, sought: EndpointQuery) -> Option<String> {
    let services = catalog.as_array()?.iter();
    let endpoints = services
        .filter(|service| service["type"] == sought.kind)
        .filter_map(|service| service["endpoints"].as_array())
        .flatten();
    let mut fitting = endpoints.filter(|endpoint| {
        let region = endpoint["region_id"].as_str();
        region.is_some_and(|region| region.eq_ignore_ascii_case(sought.region))
            && endpoint["interface"] == sought.interface
    });
    fitting.next()?["url"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_endpoint_is_found_by_type_region_and_interface() {
        let endpoint = |region: &str, url: &str| json!({ "region_id": region, "interface": "public", "url": url });
        let catalog = json!([
            { "type": "identity", "endpoints": [endpoint("R", "i")] },
            { "type": "image", "endpoints": [endpoint("Q", "q"), endpoint("R", "r")] },
        ]);
        let sought = EndpointQuery {
            kind: "image",
            region: "R",
            interface: "public",
        };
        assert_eq!(find(&catalog, sought).as_deref(), Some("r"));
        assert_eq!(
            find(
                &catalog,
                EndpointQuery {
                    region: "S",
                    ..sought
                }
            ),
            None
        );
    }
}
