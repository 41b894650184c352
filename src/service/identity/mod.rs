//! The operations of a token's holder on the embedded identity, one method for each.

mod access_rules;
pub(crate) mod application_credentials;
mod assignments;
pub(crate) mod common;
mod domains;
pub(crate) mod effective;
mod groups;
pub(crate) mod hierarchy;
mod limits;
pub(crate) mod listing;
mod project_tags;
mod projects;
mod registered_limits;
pub(crate) mod resource;
pub(crate) mod role_assignments;
mod roles;
mod services;
mod settle;
mod text_filter;
mod tokens;
pub(crate) mod users;
pub(crate) mod v2;

use crate::app::App;
use crate::identity::token::TokenHolder;

/// The operations of a token's holder on the embedded identity.
#[derive(Debug)]
pub(crate) struct Identity<'a> {
    app: &'a App,
    caller: &'a TokenHolder,
}

impl App {
    /// Returns what this holder of a token may do with the identity.
    #[must_use]
    pub(crate) fn identity<'a>(&'a self, caller: &'a TokenHolder) -> Identity<'a> {
        Identity { app: self, caller }
    }
}
