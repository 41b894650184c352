//! Tokens: validated, revoked, and what the holder of one has roles on.

use chrono::TimeDelta;

use super::Identity;
use crate::db::identity::{Actor, Domain, GrantPlace, Reach, Scope, Token};
use crate::identity::authenticate::ALLOW_EXPIRED;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::require;

impl Identity<'_> {
    /// Returns the token with this hash to its own user, to whoever may see all, and to services;
    /// with `expired` also for some time after its end.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn validate_token(
        &self,
        hash: Option<String>,
        expired: bool,
        knows_rules: bool,
    ) -> Result<Token> {
        let grace = if expired {
            ALLOW_EXPIRED
        } else {
            TimeDelta::zero()
        };
        let token = self.subject(hash, grace).await?;
        let caller = self.caller;
        let allowed = caller.reads_all() || caller.has("service") || caller.is_user(&token.user_id);
        require("validate_token", allowed)?;
        if let Some(id) = token.credential_id.as_ref().filter(|_| !knows_rules) {
            let mut session = self.app.db.read().await?;
            if !session.rules_of_credential(id).await?.is_empty() {
                return Err(KeystoneError::NotFound("Failed to validate token"));
            }
        }
        Ok(token)
    }

    /// Revokes the token with this hash.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn revoke_token(&self, hash: Option<String>) -> Result<()> {
        let token = self.subject(hash, TimeDelta::zero()).await?;
        let allowed = self.caller.is_admin() || self.caller.is_user(&token.user_id);
        require("revoke_token", allowed)?;
        let mut session = self.app.db.write().await?;
        session.revoke(&token.hash).await?;
        Ok(session.commit().await?)
    }

    /// Returns the token that a request is about; it may have ended so long ago.
    async fn subject(&self, hash: Option<String>, ago: TimeDelta) -> Result<Token> {
        let hash = hash.ok_or(KeystoneError::NotFound("No token in the request"))?;
        if hash == self.caller.token.hash {
            return Ok(self.caller.token.clone());
        }
        let since = self.app.clock.now() - ago;
        let token = self.app.db.read().await?.token(&hash, since).await?;
        token.ok_or(KeystoneError::NotFound("Could not recognize Fernet token"))
    }

    /// Lists the domains that the caller has a role on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn own_domains(&self) -> Result<Vec<Domain>> {
        let user = &self.caller.token.user_id;
        Ok(self.app.db.read().await?.domains_of(user).await?)
    }

    /// Returns whether the caller has a role on the system.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn has_role_on_system(&self) -> Result<bool> {
        let place = GrantPlace {
            actor: Actor::User(self.caller.token.user_id.clone()),
            at: Scope::System,
            reach: Reach::Here,
        };
        let mut session = self.app.db.read().await?;
        Ok(!session.granted_roles(&place).await?.is_empty())
    }
}
