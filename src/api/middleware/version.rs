//! The layer that finds the version of the API in a request's path or its `Accept`.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::ACCEPT;
use http::{StatusCode, Uri};

use super::next::Next;
use crate::api::discovery::{document, is_listed};
use crate::api::extract::text;
use crate::api::json::JsonDocument;
use crate::app::App;
use crate::dialect::{Dialect, VersionList};

/// The media type that names a version.
const MEDIA_TYPE: &str = "application/vnd.openstack.images-";

/// Sends requests for version 2 on, by one form of path; all others get the list of versions.
pub(crate) async fn version(app: App, mut request: Request, next: impl Next) -> Response {
    if let Some(uri) = with_plain_slashes(request.uri()) {
        *request.uri_mut() = uri;
    }
    let accept = text(request.headers(), ACCEPT.as_str()).unwrap_or_default();
    let named = accept.strip_prefix(MEDIA_TYPE);
    let path = request.uri().path();
    // What nearly all requests are.
    if named.is_none() && path.starts_with("/v2/") && !path.contains("//") {
        return next.run(app, request).await;
    }
    let rest = if let Some(version) = named {
        known(&app, version).then(|| path.to_owned())
    } else {
        let path = path.trim_start_matches('/');
        let first = path.split('/').next().unwrap_or_default();
        known(&app, first).then(|| path.strip_prefix(first).unwrap_or_default().to_owned())
    };
    let Some(rest) = rest else {
        let listed = matches!(path, "/versions" | "/versions/");
        let status = if listed {
            status_of_versions(app.dialect())
        } else {
            StatusCode::MULTIPLE_CHOICES
        };
        let list = document(&app, request.uri(), request.headers());
        return (status, JsonDocument(list)).into_response();
    };
    if let Some(uri) = under_v2(request.uri(), &rest) {
        *request.uri_mut() = uri;
    }
    next.run(app, request).await
}

/// Returns the URI with plain slashes for the encoded ones of its path, if it has any: Glance decodes a path before
/// it routes.
fn with_plain_slashes(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.contains("%2F") && !path.contains("%2f") {
        return None;
    }
    let mut plain = path.replace("%2F", "/").replace("%2f", "/");
    if let Some(query) = uri.query() {
        plain.push('?');
        plain.push_str(query);
    }
    plain.parse().ok()
}

/// Returns whether this names version 2, or one of its minor versions.
fn known(app: &App, version: &str) -> bool {
    version == "v2" || is_listed(app, version)
}

/// Returns the status of the list at `/versions`.
fn status_of_versions(dialect: &Dialect) -> StatusCode {
    match dialect.versions {
        VersionList::Glance => StatusCode::OK,
        VersionList::Fixed(_) => StatusCode::MULTIPLE_CHOICES,
    }
}

/// The path within version 2, with each run of slashes as one.
fn under_v2(uri: &Uri, rest: &str) -> Option<Uri> {
    let mut path = String::from("/v2");
    for letter in rest.chars() {
        if letter != '/' || !path.ends_with('/') {
            path.push(letter);
        }
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    path.parse().ok()
}
