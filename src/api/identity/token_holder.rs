//! Who asks the identity service for something, by one of its own tokens.

use crate::api::extract::cloud_of;
use crate::app::App;
use crate::db::identity::Token;
use crate::identity::error::{Fault, Result};
use crate::identity::secrets;
use crate::identity::token::{AUTH_TOKEN, DEFAULT_DOMAIN, RoleName, roles_in};
use crate::identity::urls::Base;
use crate::simulation::journal::Notes;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

/// Whoever asks, and by which address.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) app: App,
    pub(crate) base: Base,
    pub(crate) token: Token,
    pub(crate) roles: Vec<RoleName>,
}

impl<S: Sync> FromRequestParts<S> for Subject {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let app = cloud_of(parts)?;
        let hash = hash_in(&parts.headers, &AUTH_TOKEN).ok_or(Fault::Unauthenticated)?;
        let token = app.db.read().await?.token(&hash, app.clock.now()).await?;
        let token = token.ok_or(Fault::Unauthenticated)?;
        if let Some(notes) = parts.extensions.get::<Notes>() {
            notes.who(Some(&token.user_id), token.project_id.as_deref());
        }
        let roles = roles_in(&token.roles);
        Ok(Self {
            base: Base::of(&app.config(), &parts.headers),
            app,
            token,
            roles,
        })
    }
}

/// The hash of the token in a header.
pub(crate) fn hash_in(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let token = headers.get(name).filter(|it| !it.is_empty())?;
    Some(secrets::digest(token.as_bytes()))
}

impl Subject {
    /// Whether the token has this role.
    pub(crate) fn has(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(role))
    }

    /// Whether he may change everything: an admin of whatever his token is for.
    pub(crate) fn admin(&self) -> bool {
        self.has("admin")
    }

    /// Whether he may see everything: an admin, or a reader of the system.
    pub(crate) fn reads_all(&self) -> bool {
        self.admin() || (self.token.system_scope && self.has("reader"))
    }

    /// Whether this is about himself.
    pub(crate) fn is(&self, user: &str) -> bool {
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
pub(crate) fn may(action: &str, allowed: bool) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(Fault::Forbidden(action.to_owned()))
    }
}
