//! Requests that no handler takes: unknown paths, and methods that a path does not have.

use axum::extract::Request;
use http::Method;

use super::extract::{has_body, read_json};
use crate::{Error, Result};

/// A path that there is not.
pub(super) async fn unknown(request: Request) -> Error {
    let standard = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
    ];
    if standard.contains(request.method()) {
        Error::ResourceNotFound
    } else {
        Error::MethodNotImplemented(request.method().to_string())
    }
}

/// A method that the path does not have. Glance reads the body even then, and complains of it first.
pub(super) async fn method(request: Request, allow: &'static str) -> Result<(), Error> {
    let method = request.method().to_string();
    if has_body(request.method(), request.headers()) {
        read_json(request.into_body()).await?;
    }
    Err(Error::MethodNotAllowed { method, allow })
}
