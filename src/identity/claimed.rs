//! The user that a log-in names, for the audit lines: names and ids, and never what proves them.

use super::auth_request::{AuthRequest, DomainReference, Method, Named, Which};

/// The user that a log-in names, rightly or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimedUser {
    /// The way of the proof, such as `password`.
    pub(crate) method: &'static str,
    /// The name or the id.
    pub(crate) user: Option<String>,
    /// The name or the id of the domain.
    pub(crate) domain: Option<String>,
}

impl ClaimedUser {
    /// Returns the user that a way of proving it names.
    pub(crate) fn named(method: &'static str, user: &Named) -> Self {
        let (user, domain) = match user {
            Named::Id(id) => (id, None),
            Named::Name(name, domain) => (name, Some(domain)),
        };
        Self {
            method,
            user: Some(user.clone()),
            domain: domain.map(|(_, domain): &DomainReference| domain.clone()),
        }
    }

    /// Returns a claim that names no user: a token, or an application credential by its id.
    pub(crate) fn unnamed(method: &'static str) -> Self {
        Self {
            method,
            ..Self::default()
        }
    }
}

impl AuthRequest {
    /// Returns the user whom the first way of proving it names; an application credential counts as its user's, or goes by its
    /// id.
    pub(crate) fn claimed_user(&self) -> ClaimedUser {
        match self.methods.first() {
            Some(Method::Password { user, .. }) => ClaimedUser::named("password", user),
            Some(Method::Credential { which, .. }) => match which {
                Which::Name(_, user) => ClaimedUser::named("application_credential", user),
                Which::Id(id) => ClaimedUser {
                    user: Some(id.clone()),
                    ..ClaimedUser::unnamed("application_credential")
                },
            },
            Some(Method::Token(_)) => ClaimedUser::unnamed("token"),
            None => ClaimedUser::default(),
        }
    }
}
