//! Who asks the identity service for something, by one of its own tokens.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};

use super::base::Base;
use super::fault::{Fault, Result};
use super::secrets;
use crate::app::App;
use crate::db::identity::Token;

/// The header with the token of whoever asks.
pub(super) const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The domain of whatever is made by somebody whose token is for none.
pub(super) const DEFAULT_DOMAIN: &str = "default";

/// A role as a token has it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct RoleName {
    pub(super) id: String,
    pub(super) name: String,
}

/// Whoever asks, and by which address.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) app: App,
    pub(super) base: Base,
    pub(super) token: Token,
    pub(super) roles: Vec<RoleName>,
}

impl FromRequestParts<App> for Subject {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let hash = hash_in(&parts.headers, &AUTH_TOKEN).ok_or(Fault::Unauthenticated)?;
        let token = app.db.read().await?.token(&hash, app.clock.now()).await?;
        let token = token.ok_or(Fault::Unauthenticated)?;
        let roles = roles_in(&token.roles);
        Ok(Self {
            app: app.clone(),
            base: Base::of(&app.config(), &parts.headers),
            token,
            roles,
        })
    }
}

/// The hash of the token in a header.
pub(super) fn hash_in(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let token = headers.get(name).filter(|it| !it.is_empty())?;
    Some(secrets::digest(token.as_bytes()))
}

/// The roles that a token's row has.
pub(super) fn roles_in(json: &str) -> Vec<RoleName> {
    serde_json::from_str(json).unwrap_or_default()
}

impl Subject {
    /// Whether the token has this role.
    pub(super) fn has(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(role))
    }

    /// Whether he may change everything: an admin of whatever his token is for.
    pub(super) fn admin(&self) -> bool {
        self.has("admin")
    }

    /// Whether he may see everything: an admin, or a reader of the system.
    pub(super) fn reads_all(&self) -> bool {
        self.admin() || (self.token.system_scope && self.has("reader"))
    }

    /// Whether this is about himself.
    pub(super) fn is(&self, user: &str) -> bool {
        self.token.user_id == user
    }

    /// The domain of what he makes without saying where.
    pub(super) fn domain(&self) -> String {
        let token = &self.token;
        let domain = token
            .domain_id
            .as_ref()
            .or(token.project_domain_id.as_ref());
        domain.map_or_else(|| DEFAULT_DOMAIN.to_owned(), Clone::clone)
    }
}

/// Fails with Keystone's name of the action unless it is allowed.
pub(super) fn may(action: &str, allowed: bool) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(Fault::Forbidden(action.to_owned()))
    }
}
