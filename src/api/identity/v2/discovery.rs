//! The document of the version, and the list of extensions.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::identity::response;
use crate::identity::urls::Base;

/// Shows the version.
pub(super) async fn version(base: Base) -> Response {
    response::one("version", document(&base))
}

/// Returns the document of the version.
pub(crate) fn document(base: &Base) -> Value {
    json!({
        "id": "v2.0",
        "status": "CURRENT",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{ "rel": "self", "href": base.v2_link("/") }],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v2.0+json",
        }],
    })
}

/// Lists the extensions, of which none is described.
pub(super) async fn extensions() -> Response {
    response::json(StatusCode::OK, &json!({ "extensions": { "values": [] } }))
}
