//! `/`, `/versions`, `/healthcheck`: what is here, and whether it is well.

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use super::base::base;
use super::error::preferred_type;
use crate::app::App;
use crate::config::Features;
use crate::dialect::VersionList;

/// The minor versions that a server tells of, in Glance's odd order. They say what it has, but not
/// what it does: every version is served alike.
pub(super) const fn minor_versions(features: Features) -> &'static [u8] {
    match (features.cache, features.several_stores) {
        (false, false) => &[15, 9, 17, 7, 6, 5, 4, 3, 2, 1, 0],
        (false, true) => &[15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0],
        (true, false) => &[18, 17, 16, 15, 14, 9, 7, 6, 5, 4, 3, 2, 1, 0],
        (true, true) => &[
            18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
        ],
    }
}

/// Returns the versions that a cloud lists, each by its id and status.
fn listed(app: &App) -> Vec<(String, &'static str)> {
    if let VersionList::Fixed(versions) = app.dialect().versions {
        let versions = versions.iter();
        return versions
            .map(|version| (version.id.to_owned(), version.status))
            .collect();
    }
    let minors = minor_versions(Features::of(&app.config()));
    let newest = minors.iter().max();
    let status = |minor| {
        if Some(minor) == newest {
            "CURRENT"
        } else {
            "SUPPORTED"
        }
    };
    let minors = minors.iter();
    minors
        .map(|minor| (format!("v2.{minor}"), status(minor)))
        .collect()
}

/// Returns whether a cloud lists a version of this id.
pub(super) fn is_listed(app: &App, version: &str) -> bool {
    listed(app).iter().any(|(id, _)| id == version)
}

/// The list of versions.
pub(super) fn document(app: &App, uri: &Uri, headers: &HeaderMap) -> Value {
    let endpoint = app.config().discovery.public_endpoint.clone();
    let base = endpoint.unwrap_or_else(|| base(app, Some(uri), headers));
    let versions = listed(app).into_iter().map(|(id, status)| {
        json!({
            "id": id,
            "status": status,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_tell_of_stores_and_of_a_cache() {
        for (cache, several_stores, listed) in [
            (false, false, "15 9 17 7 6 5 4 3 2 1 0"),
            (false, true, "15 13 12 11 10 9 8 17 7 6 5 4 3 2 1 0"),
            (true, false, "18 17 16 15 14 9 7 6 5 4 3 2 1 0"),
            (true, true, "18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0"),
        ] {
            let minors = minor_versions(Features {
                cache,
                several_stores,
            });
            let minors: Vec<_> = minors.iter().map(u8::to_string).collect();
            assert_eq!(minors.join(" "), listed);
        }
    }
}
