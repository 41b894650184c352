//! Who may control the server: whoever has the token, and on a server that only this machine
//! reaches, everybody on it but web pages.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};

use super::{ControlError, health};
use crate::cloud::Cloud;
use crate::domain::secret::Secret;

/// The header that the token is brought in.
const TOKEN: &str = "x-lookalike-token";

pub(super) async fn check(cloud: Cloud, request: Request, next: Next) -> Response {
    let config = cloud.start();
    let open = config.listen.ip().is_loopback();
    let token = config.control.control_token.as_ref();
    // How the server is may be known: who waits for it has no token yet.
    if request.uri().path() != health::PATH
        && let Err(refusal) = admit(request.headers(), token, open)
    {
        return refusal.into_response();
    }
    next.run(request).await
}

fn admit(headers: &HeaderMap, token: Option<&Secret>, open: bool) -> Result<(), ControlError> {
    let forbidden = |why: &str| Err(ControlError::new(StatusCode::FORBIDDEN, why));
    let Some(token) = token else {
        if !open {
            return forbidden(
                "other machines can reach this server, so it is controlled only with a token: \
                 start it with --control-token, and send that as X-Lookalike-Token",
            );
        }
        if headers.contains_key(ORIGIN) || !names_this_machine(headers) {
            return forbidden("web pages may not control this server, unless they have its token");
        }
        return Ok(());
    };
    match headers.get(TOKEN) {
        Some(given) if token.is(given.as_bytes()) => Ok(()),
        Some(_) => Err(ControlError::new(
            StatusCode::UNAUTHORIZED,
            "X-Lookalike-Token is not the token that the server was started with",
        )),
        None => Err(ControlError::new(
            StatusCode::UNAUTHORIZED,
            "the token that the server was started with is missing: send it as X-Lookalike-Token",
        )),
    }
}

/// Returns whether the host that the client asked for is an address or this machine's own name. A page that
/// has its own name lead here is not to be trusted (DNS rebinding).
fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers
        .get(HOST)
        .map(|header| header.to_str().unwrap_or_default())
    else {
        return true;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|port| port.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost")
}
