//! The console: its pages, which are built into the binary, and the sessions of whoever uses them.

mod pages;
mod session;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{
    ACCEPT, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, Method, Request, StatusCode};

use super::access::{self, SESSION};
use super::{ControlError, ROOT};
use crate::api::prefers_page;
use crate::app::context::RequestSource;
use crate::config::{Config, public_url};
use sessions::Sessions;

/// The path of the first page, below the root of the control API.
const ROOT_OF_PAGES: &str = "/ui/";

/// The header in which the console brings the token of its session, with the calls that are its own.
const TOKEN: HeaderName = HeaderName::from_static("x-lookalike-console");

/// The headers of every answer of the console. Pages load nothing from elsewhere, run no inline script, and
/// are in no frame.
const SAFETY: [(HeaderName, HeaderValue); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; \
             base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// The console of a server, for its own cloud and all sandboxes; cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Console(Option<Arc<Sessions>>);

impl Console {
    /// Creates the console, which is served only where the control API is.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let wanted = !config.control.no_control && !config.control.no_console;
        let served = wanted && access::can_be_controlled(config);
        Self(served.then(Arc::default))
    }

    /// Returns whether it is served.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.0.is_some()
    }

    /// Returns who sends a request with these headers.
    ///
    /// # Errors
    ///
    /// 401 if it brings a token that is none of a session.
    pub fn source_of(&self, headers: &HeaderMap) -> Result<RequestSource, ControlError> {
        let Some(given) = headers.get(TOKEN) else {
            return Ok(RequestSource::Client);
        };
        match &self.0 {
            None => Ok(RequestSource::Client),
            Some(sessions) if sessions.knows(given.as_bytes()) => Ok(RequestSource::Console),
            Some(_) => Err(ControlError::new(
                StatusCode::UNAUTHORIZED,
                "X-Lookalike-Console is not the token of a session: POST /_lookalike/ui/session gives one",
            )),
        }
    }

    /// Returns a URL that opens the console of the cloud at this URL, once.
    ///
    /// # Errors
    ///
    /// Fails if the system has no randomness.
    pub fn link(&self, url: &str) -> crate::Result<Option<String>> {
        let Some(sessions) = &self.0 else {
            return Ok(None);
        };
        let key = sessions.new_key()?;
        Ok(Some(format!("{url}{ROOT}{ROOT_OF_PAGES}#key={key}")))
    }

    /// Returns the answer that leads a browser from the root of a cloud to the console; none for any other
    /// client and path.
    #[must_use]
    pub fn lead<B>(&self, config: &Config, request: &Request<B>) -> Option<Response> {
        let uri = request.uri();
        let headers = request.headers();
        if uri.path() != "/" || !self.is_served() {
            return None;
        }
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        if !reads
            || !prefers_page(headers.get(ACCEPT))
            || access::check_host(config, headers).is_err()
        {
            return None;
        }
        let scheme = request.extensions().get().copied().unwrap_or_default();
        let base = public_url::base(config, scheme, Some(uri), headers);
        let mut response = StatusCode::FOUND.into_response();
        let location = HeaderValue::from_str(&format!("{base}{ROOT}{ROOT_OF_PAGES}")).ok()?;
        response.headers_mut().insert(LOCATION, location);
        response
            .headers_mut()
            .insert(VARY, HeaderValue::from_static("accept"));
        Some(response)
    }

    /// Returns the routes of the pages and of their sessions.
    pub(super) fn routes(&self) -> Router {
        let Some(sessions) = &self.0 else {
            return Router::new();
        };
        Router::new()
            .route(SESSION, post(session::begin).delete(session::end))
            .route("/ui/key", post(session::invite))
            .with_state(Arc::clone(sessions))
            .route("/ui", get(pages::lead))
            .route(ROOT_OF_PAGES, get(pages::index))
            .route("/ui/{*file}", get(pages::file))
            .layer(map_response(make_safe))
    }
}

async fn make_safe(mut response: Response) -> Response {
    response.headers_mut().extend(SAFETY);
    response
}
