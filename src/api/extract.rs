//! The extractors of handlers. Each fails with an [`Error`] of this crate.

use axum::extract::{FromRequestParts, RawPathParams, Request};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::domain::caller::Caller;
use crate::{Error, Result};

/// Returns the cloud that a request is for, from its extensions, where the server has put it.
///
/// # Errors
///
/// Fails if nobody has: then the router was called without a cloud.
pub(super) fn cloud_of(parts: &Parts) -> Result<App> {
    let app = parts.extensions.get::<App>().cloned();
    app.ok_or_else(no_cloud)
}

/// Takes the cloud that a request is for out of its extensions, for steps that hand it on by themselves.
///
/// # Errors
///
/// Fails like [`cloud_of`].
pub(super) fn take_cloud(request: &mut Request) -> Result<App> {
    let app = request.extensions_mut().remove::<App>();
    app.ok_or_else(no_cloud)
}

fn no_cloud() -> Error {
    Error::Internal("the request is for no cloud".into())
}

impl<S: Sync> FromRequestParts<S> for App {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        cloud_of(parts)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or(Error::Unauthenticated)
    }
}

/// The name of the request, as its answer tells it.
#[derive(Clone, Debug, Default)]
pub(in crate::api) struct RequestId(pub(in crate::api) String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The variable parts of the path, decoded.
#[derive(Debug)]
pub(super) struct PathNames<const N: usize>(pub(super) [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for PathNames<N> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let undecodable = || Error::Invalid("The path of the request is not valid UTF-8.".into());
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| undecodable())?;
        let names: Vec<String> = raw.iter().map(|(_, value)| value.to_owned()).collect();
        let names = <[String; N]>::try_from(names);
        names.map(Self).map_err(|_| Error::ResourceNotFound)
    }
}

/// The most parameters of a query: each may become a condition of a statement, and SQLite nests
/// 1,000 conditions at the most.
pub(crate) const MAX_PARAMETERS: usize = 500;

/// The parameters of the query, decoded, in the order given.
#[derive(Debug)]
pub(super) struct Parameters(pub(super) Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = parts.uri.query().unwrap_or_default();
        if percent_decode_str(query).decode_utf8().is_err() {
            return Err(Error::Invalid(
                "Error decoding your request. Either the URL or the request body contained \
                 characters that could not be decoded by Glance"
                    .into(),
            ));
        }
        if query.bytes().filter(|byte| *byte == b'&').count() >= MAX_PARAMETERS {
            return Err(Error::Invalid(format!(
                "A query may have {MAX_PARAMETERS} parameters at the most."
            )));
        }
        let pairs = form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.into_owned().collect()))
    }
}

/// Nothing: a body is refused.
#[derive(Debug)]
pub(super) struct NoBody;

impl<S: Sync> FromRequestParts<S> for NoBody {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        if has_body(&parts.method, &parts.headers) {
            return Err(Error::BodyUnexpected);
        }
        Ok(Self)
    }
}

/// Returns whether a request has a body: so its framing says. A chunked one counts only where one may be.
pub(super) fn has_body(method: &Method, headers: &HeaderMap) -> bool {
    let may = [Method::POST, Method::PUT, Method::PATCH].contains(method);
    if may && headers.contains_key(TRANSFER_ENCODING) {
        return true;
    }
    length(headers).is_some_and(|length| length > 0)
}

/// Returns what `Content-Length` says.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The text of a header, if it has one.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the `Content-Type` of a request. Bytes beyond ASCII are read as Latin-1, as WSGI gives them to Glance.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(CONTENT_TYPE)?.as_bytes();
    Some(given.iter().copied().map(char::from).collect())
}

/// Returns a media type without its parameters.
pub(super) fn without_parameters(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or(media_type)
}
