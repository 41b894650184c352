//! The contents of a token: the header that carries it, and the roles in its row.

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::error::{KeystoneError, Result};
use crate::db::identity::Token;

/// The header with the token of whoever asks.
pub(crate) const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The domain of whatever is made by somebody whose token is for none.
pub const DEFAULT_DOMAIN: &str = "default";

/// A role as a token has it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RoleName {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The roles that a token's row has.
pub(crate) fn roles_in(json: &str) -> Vec<RoleName> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The holder of one of the embedded identity's own tokens: whoever asks it for something.
#[derive(Debug)]
pub(crate) struct TokenHolder {
    pub(crate) token: Token,
    pub(crate) roles: Vec<RoleName>,
}

impl TokenHolder {
    /// Returns whether the token has this role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|value| value.name.eq_ignore_ascii_case(role))
    }

    /// Returns whether he may change everything: an admin of whatever his token is for.
    pub(crate) fn is_admin(&self) -> bool {
        self.has("admin")
    }

    /// Returns whether he may see everything: an admin, or a reader of the system.
    pub(crate) fn reads_all(&self) -> bool {
        self.is_admin() || (self.token.system_scope && self.has("reader"))
    }

    /// Returns whether the token may read what is in this domain: an admin, a reader of the system, or a reader
    /// of the domain.
    pub(crate) fn reads_domain(&self, domain: &str) -> bool {
        self.reads_all() || (self.is_for_domain(domain) && self.has("reader"))
    }

    /// Returns whether the token may change what is in this domain: an admin, or a manager of the domain.
    pub(crate) fn manages_domain(&self, domain: &str) -> bool {
        self.is_admin() || (self.is_for_domain(domain) && self.has("manager"))
    }

    /// Returns whether the token may list what is in some domain; such a list is narrowed down to the token's.
    pub(crate) fn reads_some_domain(&self) -> bool {
        self.reads_all() || (self.token.domain_id.is_some() && self.has("reader"))
    }

    fn is_for_domain(&self, domain: &str) -> bool {
        self.token.domain_id.as_deref() == Some(domain)
    }

    /// Returns whether this is about himself.
    pub(crate) fn is_user(&self, user: &str) -> bool {
        self.token.user_id == user
    }

    /// The domain of what he makes without saying where.
    pub(crate) fn domain(&self) -> String {
        let token = &self.token;
        let domain = token
            .domain_id
            .as_ref()
            .or(token.project_domain_id.as_ref());
        domain.map_or_else(|| DEFAULT_DOMAIN.to_owned(), Clone::clone)
    }
}

/// Fails with Keystone's name of the action unless it is allowed.
pub(crate) fn require(action: &str, allowed: bool) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(KeystoneError::Forbidden(action.to_owned()))
    }
}
