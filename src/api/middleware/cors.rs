//! CORS, as oslo.middleware does it: every OPTIONS is answered here, whatever its path.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::next::Next;
use crate::api::extract::text;
use crate::app::App;
use crate::config::Config;

/// The headers that every page may send.
const SIMPLE_HEADERS: [&str; 8] = [
    "accept",
    "accept-language",
    "content-type",
    "cache-control",
    "content-language",
    "expires",
    "last-modified",
    "pragma",
];

/// Answers OPTIONS everywhere but at the list of versions, and tells pages of allowed origins that they may read the others.
pub(crate) async fn share(app: App, request: Request, next: impl Next) -> Response {
    let origin = request.headers().get(ORIGIN);
    let granted = origin.and_then(|origin| Grant::of(app.config(), origin));
    if request.method() == Method::OPTIONS {
        let asked = request.headers().clone();
        // The list of versions, alone, is told whatever the method.
        let mut response = match request.uri().path() {
            "/versions" | "/versions/" => next.run(app, request).await,
            _ => StatusCode::OK.into_response(),
        };
        if let Some(granted) = granted {
            granted.preflight(&asked, response.headers_mut());
        }
        return response;
    }
    let mut response = next.run(app, request).await;
    if let Some(granted) = granted {
        granted.tell(response.headers_mut());
    }
    response
}

/// What an origin is allowed.
struct Grant {
    /// The origin as it is told to be allowed: by its name or, where all are, as one of them.
    origin: HeaderValue,
    config: Arc<Config>,
}

impl Grant {
    /// Returns what an origin is allowed, if it is.
    fn of(config: Arc<Config>, origin: &HeaderValue) -> Option<Self> {
        let known = &config.cors.allowed_origin;
        let origin = if known
            .iter()
            .any(|known| known.as_bytes() == origin.as_bytes())
        {
            origin.clone()
        } else {
            let all = known.iter().any(|known| known == "*");
            all.then(|| HeaderValue::from_static("*"))?
        };
        Some(Self { origin, config })
    }

    /// Tells a page that it may read the answer.
    fn tell(self, headers: &mut HeaderMap) {
        let exposed = self.config.cors.expose_headers.join(",");
        self.grant(headers);
        insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
    }

    /// Answers a preflight request; the answer allows nothing if any part of the request is not allowed.
    fn preflight(self, asked: &HeaderMap, headers: &mut HeaderMap) {
        let options = &self.config.cors;
        let Some(method) = asked.get(ACCESS_CONTROL_REQUEST_METHOD) else {
            return;
        };
        let mut methods = options.allow_methods.iter();
        if !methods.any(|known| known.as_bytes() == method.as_bytes()) {
            return;
        }
        let wanted = text(asked, ACCESS_CONTROL_REQUEST_HEADERS.as_str()).unwrap_or_default();
        let wanted: Vec<_> = wanted
            .split(',')
            .map(str::trim)
            .filter(|wanted| !wanted.is_empty())
            .collect();
        let is_known = |name: &&str| {
            let own = options.allow_headers.iter().map(String::as_str);
            own.chain(SIMPLE_HEADERS)
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        if !wanted.iter().all(is_known) {
            return;
        }
        if options.max_age != 0 {
            headers.insert(ACCESS_CONTROL_MAX_AGE, options.max_age.into());
        }
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        insert(headers, ACCESS_CONTROL_ALLOW_HEADERS, &wanted.join(","));
        self.grant(headers);
    }

    fn grant(self, headers: &mut HeaderMap) {
        let varies = text(headers, VARY.as_str()).map(|text| format!("{text},Origin"));
        let varies = varies.and_then(|vary| HeaderValue::from_str(&vary).ok());
        headers.insert(
            VARY,
            varies.unwrap_or_else(|| HeaderValue::from_static("Origin")),
        );
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin);
        if self.config.cors.allow_credentials {
            let yes = HeaderValue::from_static("true");
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
    }
}

/// Inserts a header, unless its value is empty or cannot be one.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) if !value.is_empty() => {
            headers.insert(name, value);
        }
        _ => {}
    }
}
