//! The extractors of the cloud that a control request is for, and of the address that it was sent to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

use super::ControlError;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::config::public_url::{self, UrlScheme};

impl<S: Sync> FromRequestParts<S> for Cloud {
    type Rejection = ControlError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ControlError> {
        let cloud = parts.extensions.get::<Self>().cloned();
        let missing = || {
            ControlError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the request is for no cloud",
            )
        };
        cloud.ok_or_else(missing)
    }
}

/// The address that a request was sent to.
#[derive(Debug)]
pub(super) struct RequestAddress {
    scheme: UrlScheme,
    uri: Uri,
    headers: HeaderMap,
}

impl RequestAddress {
    /// Returns the URL by which its client reaches a cloud with these settings, without a slash at the end.
    pub(super) fn base(&self, config: &Config) -> String {
        public_url::base(config, self.scheme, Some(&self.uri), &self.headers)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            scheme: parts.extensions.get().copied().unwrap_or_default(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}
