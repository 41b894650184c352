//! `/`, `/versions`, `/healthcheck`: what is here, and whether it is well.

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::extract::text;
use crate::app::App;

/// The minor versions that a server without a cache has, in Glance's odd order.
const ONE_STORE: &[&str] = &["15", "9", "17", "7", "6", "5", "4", "3", "2", "1", "0"];
const SEVERAL_STORES: &[&str] = &[
    "15", "13", "12", "11", "10", "9", "8", "17", "7", "6", "5", "4", "3", "2", "1", "0",
];

/// The newest of them.
const CURRENT: &str = "17";

/// The minor versions that a server has.
pub(super) fn minor_versions(app: &App) -> &'static [&'static str] {
    if app.stores.several() {
        SEVERAL_STORES
    } else {
        ONE_STORE
    }
}

/// The list of versions.
pub(super) fn document(app: &App, base: &str) -> Value {
    let versions: Vec<_> = minor_versions(app)
        .iter()
        .map(|minor| {
            json!({
                "id": format!("v2.{minor}"),
                "status": if *minor == CURRENT { "CURRENT" } else { "SUPPORTED" },
                "links": [{ "rel": "self", "href": format!("{base}/v2/") }],
            })
        })
        .collect();
    json!({ "versions": versions })
}

/// `/v2` leads to `/v2/`, where there is nothing: so it is in Glance.
pub(super) async fn redirect(headers: HeaderMap) -> Response {
    let host = text(&headers, HOST.as_str()).unwrap_or_default();
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("http://{host}/v2/")) {
        response.headers_mut().insert(LOCATION, location);
    }
    let plain = HeaderValue::from_static("text/plain; charset=utf8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// That the server answers.
pub(super) async fn health(method: Method, headers: HeaderMap) -> Response {
    if method == Method::HEAD {
        return StatusCode::NO_CONTENT.into_response();
    }
    let accept = text(&headers, ACCEPT.as_str()).unwrap_or_default();
    let (media_type, body) = if accept.starts_with("application/json") {
        let body = "{\n    \"detailed\": false,\n    \"reasons\": [\n        \"OK\"\n    ]\n}";
        ("application/json", body)
    } else if accept.starts_with("text/html") {
        let body = "<HTML>\n<HEAD><TITLE>Healthcheck Status</TITLE></HEAD>\n<BODY>\n\n<H2>Result of \
                    1 checks:</H2>\n<TABLE bgcolor=\"#ffffff\" border=\"1\">\n<TBODY>\n<TR>\n\n<TH>\n\
                    Reason\n</TH>\n</TR>\n<TR>\n\n    <TD>OK</TD>\n\n</TR>\n</TBODY>\n</TABLE>\n<HR>\
                    </HR>\n\n</BODY>\n</HTML>";
        ("text/html; charset=UTF-8", body)
    } else {
        ("text/plain; charset=UTF-8", "OK")
    };
    ([(CONTENT_TYPE, media_type)], body).into_response()
}
