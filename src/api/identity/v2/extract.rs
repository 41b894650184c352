//! The extractors of Identity v2.0, which fail with its own errors.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use serde_json::{Map, Value};

use crate::api::identity::token_holder::Authenticated;
use crate::api::over_limit;
use crate::domain::secret::Secret;
use crate::identity::document::Document;
use crate::identity::error::KeystoneError;
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::simulation::request_counts::CountedApi;

/// A request of the holder of a token.
#[derive(Debug)]
pub(super) struct Holder(pub(super) Authenticated);

impl<S: Sync> FromRequestParts<S> for Holder {
    type Rejection = IdentityV2Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match Authenticated::from_request_parts(parts, state).await {
            Ok(authenticated) => {
                let user = &authenticated.caller.token.user_id;
                over_limit::count(&authenticated.app, CountedApi::Identity, user)?;
                Ok(Self(authenticated))
            }
            Err(KeystoneError::Unauthenticated) => Err(IdentityV2Error::Unauthorized(
                "No valid token provided. Please use the 'X-Auth-Token' header with a valid token."
                    .into(),
            )),
            Err(error) => Err(error.into()),
        }
    }
}

/// The JSON document in a request.
#[derive(Debug)]
pub(super) struct V2Document(Document);

impl<S: Send + Sync> FromRequest<S> for V2Document {
    type Rejection = IdentityV2Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        match Document::from_request(request, state).await {
            Ok(document) => Ok(Self(document)),
            Err(KeystoneError::Missing(_, "Content-Type header")) => {
                Err(IdentityV2Error::BadMediaType)
            }
            Err(KeystoneError::Missing(..)) => {
                Err(IdentityV2Error::BadRequest("JSON Parsing error".into()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl V2Document {
    /// Returns the member of this name.
    pub(super) fn take(self, name: &str) -> Option<Value> {
        self.0.take(name)
    }

    /// Returns the fields of the resource of this name.
    ///
    /// # Errors
    ///
    /// Fails if there is no such object.
    pub(super) fn fields(self, name: &str) -> Result<V2Fields> {
        match self.take(name) {
            Some(Value::Object(fields)) => Ok(V2Fields(fields)),
            _ => Err(IdentityV2Error::BadRequest("JSON Parsing error".into())),
        }
    }
}

/// The fields of a resource in a request. Those that nobody asks for are ignored.
#[derive(Debug)]
pub(super) struct V2Fields(Map<String, Value>);

impl V2Fields {
    /// Returns a text, if it is there and not blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name)?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    }

    /// Returns a secret text.
    pub(super) fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// Returns a truth value, which may be a word.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) => word.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }
}
