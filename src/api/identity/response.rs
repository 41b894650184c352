//! Answers, and what stands in the header of every one of them.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::api::extract::MAX_PARAMETERS;
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
    let mut document = Map::new();
    document.insert(name.into(), Value::Array(resources));
    let links = json!({ "next": null, "self": itself, "previous": null });
    document.insert("links".into(), links);
    json(StatusCode::OK, &Value::Object(document))
}

fn named(name: &str, resource: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), resource)]))
}

/// Returns the response for an unknown path: Keystone's framework has no JSON for it.
pub(crate) async fn no_such_path() -> Response {
    html(
        StatusCode::NOT_FOUND,
        "The requested URL was not found on the server.",
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

fn html(status: StatusCode, words: &str) -> Response {
    let body = format!(
        "<!doctype html>\n<html lang=en>\n<title>{status}</title>\n<h1>{}</h1>\n<p>{words}</p>\n",
        status.canonical_reason().unwrap_or_default()
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, headers, body).into_response()
}

/// The outermost layer: refuses what PostgreSQL could not store, and completes the header.
pub(crate) async fn complete(app: App, request: Request, next: Next) -> Response {
    let base = Base::of(&app.config(), request.headers());
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
    if let Ok(id) = HeaderValue::from_str(&format!("req-{}", app.new_id())) {
        headers.entry(REQUEST_ID).or_insert(id);
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = format!("Keystone uri=\"{}\"", base.link(""));
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}
