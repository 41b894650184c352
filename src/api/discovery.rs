//! `/`, `/versions`, `/healthcheck`: what is here, and whether it is well.

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use super::base::base;
use super::error::preferred_type;
use crate::app::App;
use crate::dialect::{ListedVersion, VersionFeatures};

/// Returns the versions that a cloud lists. They say what it has, but not what it does: every version is served alike.
fn listed(app: &App) -> impl Iterator<Item = ListedVersion> {
    let (dialect, config) = (app.dialect(), app.config());
    let features = VersionFeatures {
        cache: config.cache_node.on(),
        several_stores: config.stores.is_multi_store(),
    };
    dialect.versions.listed(dialect.release, features)
}

/// Returns whether a cloud lists a version of this id.
pub(super) fn is_listed(app: &App, version: &str) -> bool {
    listed(app).any(|listed| listed.id == version)
}

/// The list of versions.
pub(super) fn document(app: &App, uri: &Uri, headers: &HeaderMap) -> Value {
    let endpoint = app.config().discovery.public_endpoint.clone();
    let base = endpoint.unwrap_or_else(|| base(app, Some(uri), headers));
    let versions = listed(app).map(|version| {
        json!({
            "id": version.id,
            "status": version.status,
            "links": [{ "rel": "self", "href": format!("{base}/v2/") }],
        })
    });
    json!({ "versions": versions.collect::<Vec<_>>() })
}

/// `/v2` leads to `/v2/`, where there is nothing: so it is in Glance.
pub(super) async fn redirect(app: App, uri: Uri, headers: HeaderMap) -> Response {
    let base = base(&app, Some(&uri), &headers);
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("{base}/v2/")) {
        response.headers_mut().insert(LOCATION, location);
    }
    let plain = HeaderValue::from_static("text/plain; charset=utf8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// The forms of the health, the favourite first.
const FORMS: [(&str, &str); 3] = [("text", "plain"), ("text", "html"), ("application", "json")];

/// Returns whether the server is well: it is if it answers, unless a file says otherwise, or a PostgreSQL that
/// it needs does not answer. (Oslo's check has no such test, but room for more than that of the file.)
pub(super) async fn health(app: App, method: Method, headers: HeaderMap) -> Response {
    let config = app.config();
    let file = config.discovery.disable_by_file_path.as_ref();
    let disabled = match file.filter(|file| !file.as_os_str().is_empty()) {
        Some(file) => tokio::fs::try_exists(file).await.unwrap_or(false),
        None => false,
    };
    let trouble = if disabled {
        Some("DISABLED BY FILE")
    } else if app.db.is_remote() && app.db.ping().await.is_err() {
        Some("THE DATABASE DOES NOT ANSWER")
    } else {
        None
    };
    let (status, reason) = match (trouble, method == Method::HEAD) {
        (None, false) => (StatusCode::OK, "OK"),
        (None, true) => return StatusCode::NO_CONTENT.into_response(),
        (Some(trouble), _) => (StatusCode::SERVICE_UNAVAILABLE, trouble),
    };
    let (media_type, body) = match preferred_type(headers.get(ACCEPT), &FORMS) {
        Some(2) => (
            "application/json",
            format!(
                "{{\n    \"detailed\": false,\n    \"reasons\": [\n        \"{reason}\"\n    ]\n}}"
            ),
        ),
        Some(1) => ("text/html; charset=UTF-8", page(reason)),
        _ => ("text/plain; charset=UTF-8", reason.to_owned()),
    };
    (status, [(CONTENT_TYPE, media_type)], body).into_response()
}

fn page(reason: &str) -> String {
    format!(
        "<HTML>\n<HEAD><TITLE>Healthcheck Status</TITLE></HEAD>\n<BODY>\n\n<H2>Result of 1 \
         checks:</H2>\n<TABLE bgcolor=\"#ffffff\" border=\"1\">\n<TBODY>\n<TR>\n\n<TH>\nReason\n\
         </TH>\n</TR>\n<TR>\n\n    <TD>{reason}</TD>\n\n</TR>\n</TBODY>\n</TABLE>\n<HR></HR>\n\n\
         </BODY>\n</HTML>"
    )
}
