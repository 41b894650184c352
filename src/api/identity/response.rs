//! Answers, and what stands in the header of every one of them.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::api::extract::{MAX_PARAMETERS, RequestId};
use crate::api::middleware::trace;
use crate::app::App;
use crate::identity::error::KeystoneError;
use crate::identity::urls::Base;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// An answer with this document, compact and ended by a newline, as Keystone's are.
pub(crate) fn json(status: StatusCode, document: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status, headers, format!("{document}\n")).into_response()
}

/// 200 with one resource under its name.
pub(crate) fn one(name: &str, resource: Value) -> Response {
    json(StatusCode::OK, &named(name, resource))
}

/// 201 with one resource under its name.
pub(crate) fn created(name: &str, resource: Value) -> Response {
    json(StatusCode::CREATED, &named(name, resource))
}

/// 200 with a list under its name, and the links of a list that is one page.
pub(crate) fn list(name: &str, resources: Vec<Value>, itself: &str) -> Response {
    page(name, resources, itself, None)
}

/// Returns 200 with a list under its name, the link to the next part, if there is one, and that to itself.
pub(crate) fn page(
    name: &str,
    resources: Vec<Value>,
    itself: &str,
    next: Option<&str>,
) -> Response {
    let mut document = Map::new();
    document.insert(name.into(), Value::Array(resources));
    let links = json!({ "next": next, "self": itself, "previous": null });
    document.insert("links".into(), links);
    if next.is_some() {
        document.insert("truncated".into(), true.into());
    }
    json(StatusCode::OK, &Value::Object(document))
}

fn named(name: &str, resource: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), resource)]))
}

/// Returns the response for an unknown path: Keystone's framework has no JSON for it.
pub(crate) async fn no_such_path() -> Response {
    html(
        StatusCode::NOT_FOUND,
        "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.",
    )
}

/// Returns the response for a known path that does not have the method.
pub(crate) async fn no_such_method() -> Response {
    let words = "The method is not allowed for the requested URL.";
    json(StatusCode::METHOD_NOT_ALLOWED, &json!({ "message": words }))
}

/// Returns an error of a layer around Keystone, which is written by WebOb.
pub(crate) fn webob(status: StatusCode, title: &str, words: &str) -> Response {
    let title = format!("{} {title}", status.as_u16());
    let body = format!(
        "<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n  \
         {words}<br /><br />\n\n\n\n </body>\n</html>"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=UTF-8")];
    (status, headers, body).into_response()
}

/// Returns a page of Keystone's web framework about a status.
pub(crate) fn html(status: StatusCode, words: &str) -> Response {
    let heading = status.canonical_reason().unwrap_or_default();
    html_page(status, &status.to_string(), heading, words)
}

/// Returns a page of Keystone's web framework.
pub(crate) fn html_page(status: StatusCode, title: &str, heading: &str, words: &str) -> Response {
    let end = if status.is_redirection() { "" } else { "</p>" };
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>{title}</title>\n<h1>{heading}</h1>\n<p>{words}{end}\n"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, headers, body).into_response()
}

/// The outermost layer: names the request, refuses what PostgreSQL could not store, and completes the header.
pub(crate) async fn complete(app: App, mut request: Request, next: Next) -> Response {
    // A request may pass this layer twice: see `slashes`.
    let named = request.extensions().get::<RequestId>().cloned();
    let id = named.unwrap_or_else(|| {
        let id = format!("req-{}", app.new_id());
        trace::identify(&id, None);
        RequestId(id)
    });
    request.extensions_mut().insert(id.clone());
    let base = Base::of(&app, request.headers());
    let nul = request.uri().to_string().contains("%00");
    let query = request.uri().query().unwrap_or_default();
    let parameters = 1 + query.bytes().filter(|byte| *byte == b'&').count();
    let mut response = if nul {
        KeystoneError::Invalid("The request can't contain NUL characters.".into()).into_response()
    } else if parameters > MAX_PARAMETERS {
        let text = format!("A query may have {MAX_PARAMETERS} parameters at the most.");
        KeystoneError::Invalid(text).into_response()
    } else {
        next.run(request).await
    };
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("X-Auth-Token"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = format!("Keystone uri=\"{}\"", base.link(""));
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// Completes the list of a path's methods, which every path answers OPTIONS with.
pub(crate) fn with_options(mut response: Response, asked: bool) -> Response {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let allow = response.headers().get(header::ALLOW);
    let allow = allow.and_then(|allow| allow.to_str().ok());
    let methods = allow.map_or_else(Vec::new, |allow| {
        allow.split(',').map(str::trim).collect::<Vec<_>>()
    });
    let all = [methods, vec!["OPTIONS"]].concat().join(", ");
    if asked {
        *response.status_mut() = StatusCode::OK;
        *response.body_mut() = Body::empty();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, html);
    }
    if let Ok(all) = HeaderValue::from_str(&all) {
        response.headers_mut().insert(header::ALLOW, all);
    }
    response
}
