//! Reads the bodies of control requests strictly, so that a misspelt field is an error.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use super::ControlError;
use crate::Error;
use crate::api::json_size::check_values;
use crate::api::whole_body::{BodyBounds, read_whole};
use crate::cloud::Cloud;
use crate::config::BodyOptions;
use crate::domain::yaml;
use crate::runtime::blocking::run_blocking;

/// The size of a document in bytes from which it is read on a thread of its own.
const LARGE: usize = 64 << 10;

/// The media types of YAML: that of RFC 9512, and those that were in use before it.
const YAML_TYPES: [&str; 4] = [
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
];

/// The document in a request's body: YAML if its content type says so, otherwise JSON; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// A document that must be there: where `{}` has a meaning, an empty body is likely a mistake.
#[derive(Debug)]
pub(crate) struct Given<T>(pub(crate) T);

/// The document in a request's body that may be as large as a seed; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct LargeBody<T>(pub(crate) T);

/// A body that may be as large as a seed, as it came.
#[derive(Debug)]
pub(crate) struct SeedText(pub(crate) String);

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Body<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let document = ControlDocument::receive(request, |options| options.json_limit).await?;
        document.or_empty_object().read().await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for Given<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let document = ControlDocument::receive(request, |options| options.json_limit).await?;
        if document.is_empty() {
            return Err(ControlError::bad(
                "the body is empty: a JSON document is wanted",
            ));
        }
        document.read().await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for LargeBody<T> {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let document = ControlDocument::receive(request, |options| options.seed_limit).await?;
        document.or_empty_object().read().await.map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for SeedText {
    type Rejection = ControlError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ControlError> {
        let document = ControlDocument::receive(request, |options| options.seed_limit).await?;
        let text = String::from_utf8(document.text.into());
        text.map(Self)
            .map_err(|_| ControlError::bad("the body is not valid UTF-8"))
    }
}

/// The body of a request as it came.
struct ControlDocument {
    text: Bytes,
    /// The size that it may have, in bytes.
    limit: u64,
    is_yaml: bool,
}

impl ControlDocument {
    /// Receives the whole body of a request.
    async fn receive(
        request: Request,
        limit: impl FnOnce(&BodyOptions) -> u64,
    ) -> Result<Self, ControlError> {
        let (parts, body) = request.into_parts();
        let cloud = parts.extensions.get::<Cloud>();
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let cloud =
            cloud.ok_or_else(|| ControlError::new(status, "the request is for no cloud"))?;
        let config = cloud.app().await.config();
        let bounds = BodyBounds {
            size: limit(&config.bodies),
            time: config.bodies.json_timeout,
        };
        Ok(Self {
            text: read_whole(body, bounds).await.map_err(Error::from)?,
            limit: bounds.size,
            is_yaml: is_yaml(&parts.headers),
        })
    }

    fn is_empty(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    /// Returns an object without fields in place of an empty body.
    fn or_empty_object(self) -> Self {
        if self.is_empty() {
            let text = Bytes::from_static(b"{}");
            return Self { text, ..self };
        }
        self
    }

    /// Parses the document, a large one on a thread of its own.
    async fn read<T: DeserializeOwned + Send + 'static>(self) -> Result<T, ControlError> {
        if self.text.len() < LARGE {
            return self.parse();
        }
        let work = move || {
            // The parser of YAML has bounds of its own.
            let counted = if self.is_yaml {
                Ok(())
            } else {
                check_values(&self.text, self.limit).map_err(ControlError::from)
            };
            Ok(counted.and_then(|()| self.parse()))
        };
        run_blocking(work).await.map_err(Error::from)?
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        let parsed = if self.is_yaml {
            let text = str::from_utf8(&self.text).map_err(|error| error.to_string());
            text.and_then(yaml::parse)
        } else {
            serde_json::from_slice(&self.text).map_err(|error| error.to_string())
        };
        parsed.map_err(|error| ControlError::bad(format!("the body: {error}")))
    }
}

fn is_yaml(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE);
    let media_type = given.and_then(|value| value.to_str().ok()?.split(';').next());
    let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
    YAML_TYPES.contains(&media_type.as_str())
}
