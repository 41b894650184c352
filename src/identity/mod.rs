//! The identity of callers: checks the token of a request; and the small Keystone v3 that issues tokens.

pub mod auth_request;
pub mod authenticate;
pub mod bootstrap;
pub mod catalog;
pub(crate) mod claimed;
pub mod credentials;
pub mod document;
pub mod error;
pub mod follow_settings;
pub mod issue_for_test;
pub mod login;
pub mod names;
mod own_catalogue;
pub mod register_limits;
pub mod scope;
pub mod secrets;
pub mod token;
pub mod urls;
pub(crate) mod v2;
pub mod validation;

use crate::app::App;
use crate::domain::caller::Caller;
pub use authenticate::{RequestParts, identify};
pub use bootstrap::{begin_hashing, bootstrap};
pub use catalog::EndpointQuery;
pub use follow_settings::follow_settings;
pub use issue_for_test::vouch;
pub use register_limits::register;
pub use secrets::hash as hash_password;
pub use token::DEFAULT_DOMAIN;

impl App {
    /// The URL of an endpoint in the catalog of a caller's token, if it is there.
    pub async fn endpoint(
        &self,
        caller: &Caller,
        sought: EndpointQuery<'_>,
    ) -> crate::Result<Option<String>> {
        catalog::endpoint(self, caller, sought).await
    }

    /// Returns the names of a caller's user and project, as far as they are known here.
    pub async fn names(&self, caller: &Caller) -> (Option<String>, Option<String>) {
        names::names(self, caller).await
    }
}
