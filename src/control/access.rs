//! Who may control the server: whoever has the token, and on a server that only this machine
//! reaches, everybody on it but web pages.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};

use super::{ControlError, health};
use crate::cloud::Cloud;
use crate::config::{Config, local_host};
use crate::domain::secret::Secret;

/// The header that the token is brought in.
const TOKEN: &str = "x-lookalike-token";

/// The headers that proxies add.
const FORWARDING: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

pub(super) async fn check(cloud: Cloud, request: Request, next: Next) -> Response {
    let config = cloud.start();
    let open = config.listen.ip().is_loopback();
    let token = config.control.control_token.as_ref();
    // How the server is may be known: who waits for it has no token yet.
    if request.uri().path() != health::PATH
        && let Err(refusal) = admit(request.headers(), config, token, open)
    {
        return refusal.into_response();
    }
    next.run(request).await
}

fn admit(
    headers: &HeaderMap,
    config: &Config,
    token: Option<&Secret>,
    open: bool,
) -> Result<(), ControlError> {
    let forbidden = |why: &str| Err(ControlError::new(StatusCode::FORBIDDEN, why));
    let Some(token) = token else {
        if !open {
            return forbidden(
                "other machines can reach this server, so it is controlled only with a token: \
                 start it with --control-token, and send that as X-Lookalike-Token",
            );
        }
        if !is_local(config, headers) {
            return forbidden(
                "web pages and proxies may not control this server, unless they have its token",
            );
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

/// Returns whether a request comes from a program on this machine: not from a web page, and not through a
/// proxy, whose own clients may be anywhere.
fn is_local(config: &Config, headers: &HeaderMap) -> bool {
    let host = headers
        .get(HOST)
        .map(|host| host.to_str().unwrap_or_default());
    let site = headers.get("sec-fetch-site");
    host.is_none_or(|host| local_host::is_known(config, host))
        && !headers.contains_key(ORIGIN)
        && site.is_none_or(|site| site == "same-origin" || site == "none")
        && FORWARDING.iter().all(|name| !headers.contains_key(*name))
}
