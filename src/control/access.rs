//! Who may control the server: whoever has the token, and on a server that only this machine
//! reaches, everybody on it but web pages; the console, where it has a session.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, HOST, HeaderValue, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

use super::audit::AuditedCall;
use super::{ControlError, health};
use crate::app::context::RequestSource;
use crate::cloud::Cloud;
use crate::config::{Config, local_host};

/// The path of the console's sessions.
pub(super) const SESSION: &str = "/ui/session";

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
    let (parts, body) = request.into_parts();
    let audited = AuditedCall::of(&parts);
    let request = Request::from_parts(parts, body);
    let response = match admit(cloud.start(), &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    audited.answered(&cloud, response.status());
    response
}

/// Checks that whoever sends these headers may read the metrics of the server: as for the control API, but the token may
/// be brought as a bearer's, too, as Prometheus does.
///
/// # Errors
///
/// Fails if others can reach the server, or it has a token, and the request does not bring that.
pub fn check_reader_of_metrics(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    if let Some(token) = &config.control.control_token {
        let bearer = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let given = bearer.and_then(|value| value.strip_prefix(b"Bearer "));
        return match given {
            Some(given) if token.is(given) => Ok(()),
            _ => check_token(config, headers),
        };
    }
    if !config.is_local() {
        return forbidden(
            "other machines can reach this server, so its metrics are read only with the token of \
             --control-token, or at the address of --metrics-listen",
        );
    }
    check_local_program(config, headers)
}

/// Returns whether anybody at all can control a server with these settings.
pub(super) fn can_be_controlled(config: &Config) -> bool {
    config.is_local() || config.control.control_token.is_some()
}

fn admit(config: &Config, request: &Request) -> Result<(), ControlError> {
    let (path, headers) = (request.uri().path(), request.headers());
    // How the server is may be known: who waits for it has no token yet.
    if path == health::PATH {
        return Ok(());
    }
    if request.extensions().get() == Some(&RequestSource::Console) {
        return check_page(config, headers);
    }
    if is_page(path) && can_be_controlled(config) {
        if path == SESSION && *request.method() == Method::POST {
            // The body may have a key, which says the rest.
            return check_page(config, headers);
        }
        // The pages are the same for everybody, and have no secrets.
        if request.method().is_safe() {
            return check_host(config, headers);
        }
    }
    if config.control.control_token.is_some() {
        return check_token(config, headers);
    }
    if !config.is_local() {
        return forbidden(
            "other machines can reach this server, so it is controlled only with a token: \
             start it with --control-token, and send that as X-Lookalike-Token",
        );
    }
    check_local_program(config, headers)
}

/// Refuses what a web page sends, or a proxy.
fn check_local_program(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    if headers.contains_key(ORIGIN)
        || !local_host::is_from_own_page(config, headers)
        || !is_direct(config, headers)
    {
        return forbidden(
            "web pages and proxies may not control this server, unless they have its token",
        );
    }
    Ok(())
}

/// Refuses a host that a page elsewhere may have led to this machine.
pub(super) fn check_host(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    if !config.is_local() || is_known_host(config, headers) {
        return Ok(());
    }
    forbidden("the server is not known by this Host: name it with --accept-host")
}

/// Refuses what a page of another origin sends.
fn check_page(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    check_host(config, headers)?;
    if local_host::is_from_own_page(config, headers) {
        return Ok(());
    }
    forbidden("web pages of other origins may not use the console")
}

pub(super) fn check_token(config: &Config, headers: &HeaderMap) -> Result<(), ControlError> {
    let refused = |why: &str| Err(ControlError::new(StatusCode::UNAUTHORIZED, why));
    let token = config.control.control_token.as_ref();
    match headers.get(TOKEN) {
        Some(given) if token.is_some_and(|token| token.is(given.as_bytes())) => Ok(()),
        Some(_) => refused("X-Lookalike-Token is not the token that the server was started with"),
        None => refused(
            "the token that the server was started with is missing: send it as X-Lookalike-Token",
        ),
    }
}

pub(super) fn forbidden(why: &str) -> Result<(), ControlError> {
    Err(ControlError::new(StatusCode::FORBIDDEN, why))
}

/// Returns whether a path is one of the console's, below the root of the control API.
pub(super) fn is_page(path: &str) -> bool {
    let rest = path.strip_prefix("/ui");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether a request comes from a program on this machine, not through a proxy, whose own clients
/// may be anywhere.
pub(super) fn is_direct(config: &Config, headers: &HeaderMap) -> bool {
    is_known_host(config, headers) && FORWARDING.iter().all(|name| !headers.contains_key(*name))
}

fn is_known_host(config: &Config, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST);
    let host = host.map(|host| host.to_str().unwrap_or_default());
    host.is_none_or(|host| local_host::is_known(config, host))
}
