//! Requests that no part of the server answers: those that are no HTTP, and those that a web page of
//! another origin sends to a server that only this machine reaches.

use axum::body::Body;
use http::header::{HOST, ORIGIN, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};

use crate::cloud::Cloud;
use crate::config::local_host;

/// The status and the text of a refusal.
pub(super) type RefusedRequest = (StatusCode, &'static str);

/// Refuses a request whose framing or destination is not to be relied on (RFC 9112, sections 3.2 and 6.1):
/// a proxy may read it in another way.
pub(super) fn check_http(request: &Request<Body>) -> Result<(), RefusedRequest> {
    let bad = |why: &'static str| Err((StatusCode::BAD_REQUEST, why));
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, None) if request.version() >= Version::HTTP_11 => {
            return bad("The request has no Host.\n");
        }
        (Some(_), Some(_)) => return bad("The request has more than one Host.\n"),
        (Some(host), None) if !is_host(host.as_bytes()) => {
            return bad("The Host of the request is not valid.\n");
        }
        _ => {}
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, None) => Ok(()),
        (Some(one), None) if one.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => bad("The Transfer-Encoding of the request is not known.\n"),
    }
}

fn is_host(host: &[u8]) -> bool {
    // Nothing, where the URI has no authority.
    host.is_empty() || (!host.contains(&b'@') && Authority::try_from(host).is_ok())
}

/// Refuses what changes something and is sent by a web page of another origin. Where other machines reach
/// the server there is a password or a token to know; where none does, a page in a browser of this machine
/// must not stand in for its user.
pub(super) async fn check_origin(
    cloud: &Cloud,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), RefusedRequest> {
    let site = headers.get("sec-fetch-site");
    if headers.get(ORIGIN).is_none() && site.is_none() || is_safe(method) {
        return Ok(());
    }
    let config = cloud.start();
    if !config.is_local() || local_host::is_from_own_page(config, headers) {
        return Ok(());
    }
    let origin = headers.get(ORIGIN).map(HeaderValue::as_bytes);
    let app = cloud.app().await;
    let allowed = &app.config().cors.allowed_origin;
    let is_allowed = |text: &String| text == "*" || origin == Some(text.as_bytes());
    if allowed.iter().any(is_allowed) {
        return Ok(());
    }
    let why = "Web pages of other origins may not change anything on this server: name them with \
               --allowed_origin, or the host of the server with --accept-host.\n";
    Err((StatusCode::FORBIDDEN, why))
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}
