//! Requests that no handler takes: unknown paths, and methods that a path does not have.

use std::borrow::Cow;

use axum::extract::{FromRequest, Request};
use http::Method;

use super::json_body::NoJson;
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
pub(super) async fn method(
    request: Request,
    allow: impl Into<Cow<'static, str>>,
) -> Result<(), Error> {
    let method = request.method().to_string();
    match NoJson::from_request(request, &()).await {
        Ok(_) | Err(Error::BodyUnexpected) => {
            let allow = allow.into();
            Err(Error::MethodNotAllowed { method, allow })
        }
        Err(error) => Err(error),
    }
}
