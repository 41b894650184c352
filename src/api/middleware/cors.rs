//! CORS, as oslo.middleware does it: every OPTIONS is answered here, whatever its path.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, StatusCode};

use super::next::Next;
use crate::api::extract::text;
use crate::app::App;

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "PATCH"];

/// The headers that Glance allows, and those that CORS always allows.
const HEADERS: [&str; 19] = [
    "content-md5",
    "x-image-meta-checksum",
    "x-storage-token",
    "accept-encoding",
    "x-auth-token",
    "x-identity-status",
    "x-roles",
    "x-service-catalog",
    "x-user-id",
    "x-tenant-id",
    "x-openstack-request-id",
    "accept",
    "accept-language",
    "content-type",
    "cache-control",
    "content-language",
    "expires",
    "last-modified",
    "pragma",
];

const EXPOSED: &str =
    "X-Image-Meta-Checksum,X-Auth-Token,X-Subject-Token,X-Service-Token,X-OpenStack-Request-ID";

/// Answers OPTIONS everywhere but at the list of versions, and tells pages of allowed origins that they may read the others.
pub(crate) async fn share(app: App, request: Request, next: impl Next) -> Response {
    let origin = request.headers().get(ORIGIN);
    let origin = origin.and_then(|origin| allowed(&app.config().images.allowed_origin, origin));
    if request.method() == Method::OPTIONS {
        let asked = request.headers().clone();
        // The list of versions, alone, is told whatever the method.
        let mut response = match request.uri().path() {
            "/versions" | "/versions/" => next.run(app, request).await,
            _ => StatusCode::OK.into_response(),
        };
        if let Some(origin) = origin {
            preflight(&asked, origin, response.headers_mut());
        }
        return response;
    }
    let mut response = next.run(app, request).await;
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        grant(origin, headers);
        let exposed = HeaderValue::from_static(EXPOSED);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

/// The origin as it is told to be allowed: by its name or, where all are, as one of them.
fn allowed(origins: &[String], origin: &HeaderValue) -> Option<HeaderValue> {
    if origins
        .iter()
        .any(|value| value.as_bytes() == origin.as_bytes())
    {
        return Some(origin.clone());
    }
    let all = origins.iter().any(|origin| origin == "*");
    all.then(|| HeaderValue::from_static("*"))
}

fn grant(origin: HeaderValue, headers: &mut HeaderMap) {
    let varies = text(headers, VARY.as_str()).map(|text| format!("{text},Origin"));
    let varies = varies.and_then(|vary| HeaderValue::from_str(&vary).ok());
    headers.insert(
        VARY,
        varies.unwrap_or_else(|| HeaderValue::from_static("Origin")),
    );
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let yes = HeaderValue::from_static("true");
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
}

/// Answers a preflight request; the answer allows nothing if any part of the request is not allowed.
fn preflight(asked: &HeaderMap, origin: HeaderValue, headers: &mut HeaderMap) {
    let Some(method) = asked.get(ACCESS_CONTROL_REQUEST_METHOD) else {
        return;
    };
    if !METHODS
        .iter()
        .any(|methods| methods.as_bytes() == method.as_bytes())
    {
        return;
    }
    let wanted = text(asked, ACCESS_CONTROL_REQUEST_HEADERS.as_str()).unwrap_or_default();
    let wanted: Vec<_> = wanted
        .split(',')
        .map(str::trim)
        .filter(|wanted| !wanted.is_empty())
        .collect();
    let known = |name: &&str| {
        HEADERS
            .iter()
            .any(|headers| headers.eq_ignore_ascii_case(name))
    };
    if !wanted.iter().all(known) {
        return;
    }
    grant(origin, headers);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    match HeaderValue::from_str(&wanted.join(",")) {
        Ok(names) if !names.is_empty() => {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        _ => {}
    }
}
