//! Slashes in the paths of the identity: one at the end does not count, and two inside are one too many.

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use http::uri::PathAndQuery;
use http::{Method, StatusCode, Uri, header};
use tower::ServiceExt;

use super::response::{complete, html_page, with_options};
use crate::identity::urls::Base;

/// Returns what answers for the identity where slashes are to be set right first.
pub(crate) fn around(identity: Router) -> Router {
    Router::new()
        .fallback(normalize)
        .layer(from_fn(complete))
        .with_state(identity)
}

async fn normalize(
    State(identity): State<Router>,
    base: Base,
    OriginalUri(original): OriginalUri,
    mut request: Request,
) -> Response {
    let path = request.uri().path();
    let inner = path.trim_start_matches('/');
    if inner.contains("//") {
        let whole = squeezed(original.path());
        return moved(&base.itself(&with_path(&original, &whole)));
    }
    // The document of the version has a path with a slash at the end, and one without.
    let inner = if inner == "v3/" {
        inner
    } else {
        inner.trim_end_matches('/')
    };
    let short = format!("/{inner}");
    if short != path {
        let whole = original.path();
        let before = whole.strip_suffix(path).unwrap_or_default();
        let original = with_path(&original, &format!("{before}{short}"));
        *request.uri_mut() = with_path(request.uri(), &short);
        request.extensions_mut().insert(OriginalUri(original));
    }
    let asks_methods = request.method() == Method::OPTIONS;
    let response = identity.oneshot(request).await.into_response();
    with_options(response, asks_methods)
}

/// Returns the path with one slash for several.
fn squeezed(path: &str) -> String {
    let mut squeezed = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !squeezed.ends_with('/') {
            squeezed.push(letter);
        }
    }
    squeezed
}

fn with_path(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}"));
    let whole = format!("{path}{}", query.unwrap_or_default());
    let mut parts = uri.clone().into_parts();
    let Ok(whole) = whole.parse::<PathAndQuery>() else {
        return uri.clone();
    };
    parts.path_and_query = Some(whole);
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

fn moved(to: &str) -> Response {
    let shown = to
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let words = format!(
        "You should be redirected automatically to the target URL: <a href=\"{shown}\">{shown}</a>. If not, click the link."
    );
    let page = html_page(
        StatusCode::PERMANENT_REDIRECT,
        "Redirecting...",
        "Redirecting...",
        &words,
    );
    ([(header::LOCATION, to)], page).into_response()
}
