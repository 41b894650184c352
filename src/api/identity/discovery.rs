//! The version documents, which tell a client without a token where the identity API is.

use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{response, v2};
use crate::app::App;
use crate::identity::urls::Base;

/// Every version: one, and Identity v2.0 where the cloud has it.
pub(crate) async fn versions(app: App, base: Base) -> Response {
    let mut versions = vec![version(&base)];
    if app.dialect().identity_v2 {
        versions.push(v2::document(&base));
    }
    let document = json!({ "versions": { "values": versions } });
    let answer = response::json(StatusCode::MULTIPLE_CHOICES, &document);
    ([(header::LOCATION, base.link("/"))], answer).into_response()
}

/// Returns the document of version 3.
pub(crate) async fn v3(base: Base) -> Response {
    response::one("version", version(&base))
}

/// Returns these methods of a path, with a page in HTML for the others: these paths are not of Keystone's own
/// framework.
pub(crate) fn only(methods: MethodRouter) -> MethodRouter {
    methods.fallback(|| async {
        response::html(
            StatusCode::METHOD_NOT_ALLOWED,
            "The method is not allowed for the requested URL.",
        )
    })
}

fn version(base: &Base) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{ "rel": "self", "href": base.link("/") }],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}
