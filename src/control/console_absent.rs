//! The console in a build without the feature `console`: it is never served.

use std::convert::Infallible;

use axum::Router;
use axum::response::Response;
use http::{HeaderMap, Request};

use super::ControlError;
use crate::app::context::RequestSource;
use crate::config::Config;

/// The console of a server that has none: there is no value that would be one.
#[derive(Clone, Debug)]
pub struct Console(Option<Infallible>);

impl Console {
    /// Creates nothing.
    #[must_use]
    pub fn new(_: &Config) -> Self {
        Self(None)
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.0.is_some()
    }

    /// Returns that a client sends the request: there is nobody else.
    ///
    /// # Errors
    ///
    /// None.
    pub fn source_of(&self, _: &HeaderMap) -> Result<RequestSource, ControlError> {
        self.0
            .map_or(Ok(RequestSource::Client), |none| match none {})
    }

    /// Returns no link.
    ///
    /// # Errors
    ///
    /// None.
    pub fn link(&self, _: &str) -> crate::Result<Option<String>> {
        self.0.map_or(Ok(None), |none| match none {})
    }

    /// Returns nothing: there is nowhere to lead to.
    #[must_use]
    pub fn lead<B>(&self, _: &Config, _: &Request<B>) -> Option<Response> {
        self.0.map(|none| match none {})
    }

    /// Returns no routes.
    pub(super) fn routes(&self) -> Router {
        self.0.map_or_else(Router::new, |none| match none {})
    }
}
