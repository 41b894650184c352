//! The console in a build without the feature `console`: it is never served.

use axum::Router;
use axum::response::Response;
use http::{HeaderMap, Request};

use super::ControlError;
use crate::app::context::RequestSource;
use crate::config::Config;

/// The console of a server that has none.
#[derive(Clone, Debug)]
pub struct Console;

impl Console {
    /// Creates nothing.
    #[must_use]
    pub fn new(_: &Config) -> Self {
        Self
    }

    /// Returns `false`.
    #[must_use]
    pub fn is_served(&self) -> bool {
        false
    }

    /// Returns that a client sends the request: there is nobody else.
    ///
    /// # Errors
    ///
    /// None.
    pub fn source_of(&self, _: &HeaderMap) -> Result<RequestSource, ControlError> {
        Ok(RequestSource::Client)
    }

    /// Returns no link.
    ///
    /// # Errors
    ///
    /// None.
    pub fn link(&self, _: &str) -> crate::Result<Option<String>> {
        Ok(None)
    }

    /// Returns nothing: there is nowhere to lead to.
    #[must_use]
    pub fn lead<B>(&self, _: &Config, _: &Request<B>) -> Option<Response> {
        None
    }

    /// Returns no routes.
    pub(super) fn routes(&self) -> Router {
        Router::new()
    }
}
